import { engineFacts } from './dockerDaemon.js';
import { emulatorRuns } from './emulator.js';
import { imageNames, presentImages } from './localImages.js';
import { listDatabases, type LocalDatabase } from './localNetwork.js';
import { listHosts, type Host } from './localHosts.js';
import { listInstances, type LocalInstance } from './localInstances.js';
import { relayName } from './localNetwork.js';
import { servicesRun } from './localServices.js';
import { toolsPresent } from './installTools.js';
import { emulatorUrl, slackUrl } from './settings.js';
import { askCommand, type LocalContext } from './localContext.js';

export interface PieceStatus {
  readonly piece: string;
  readonly up: boolean;
  readonly detail: string;
}

export interface LocalStatus {
  /** True if every part that `local up` starts is there. */
  readonly up: boolean;
  readonly pieces: readonly PieceStatus[];
  readonly hosts: readonly Host[];
  readonly instances: readonly LocalInstance[];
  readonly databases: readonly LocalDatabase[];
}

/** Checks every part and changes nothing. */
export async function localStatus(local: LocalContext): Promise<LocalStatus> {
  const { settings } = local;
  const [engine, tools, names, emulator, services] = await Promise.all([
    engineFacts(local),
    toolsPresent(local),
    imageNames(local),
    emulatorRuns(settings),
    servicesRun(settings),
  ]);
  const present = new Set(engine === undefined ? [] : await presentImages(local));
  const images = Object.values(names ?? {});
  // The relay runs inside of the network: if it runs, both exist.
  const relay = await askCommand(local, 'docker', [
    'inspect',
    '--format',
    '{{.State.Running}}',
    relayName(local),
  ]);
  const pieces: PieceStatus[] = [
    {
      piece: 'engine',
      up: engine !== undefined,
      detail: engine === undefined ? 'no answer' : `Docker ${engine.version}`,
    },
    { piece: 'tools', up: tools, detail: settings.venv },
    {
      piece: 'images',
      up: images.length > 0 && images.every((image) => present.has(image)),
      detail: images.join(', ') || 'none yet',
    },
    { piece: 'network', up: relay === 'true', detail: `${settings.name} ${settings.subnet}` },
    { piece: 'emulator', up: emulator, detail: emulatorUrl(settings) },
    {
      piece: 'services',
      up: services,
      detail: `Slack ${slackUrl(settings)}, registry for hosts ${settings.gateway}:${settings.emulatorPort}`,
    },
  ];
  const [hosts, instances, databases] =
    engine === undefined
      ? [[], [], []]
      : await Promise.all([listHosts(local), listInstances(local), listDatabases(local)]);
  return { up: pieces.every((piece) => piece.up), pieces, hosts, instances, databases };
}

/** The status as lines for people. */
export function statusLines(status: LocalStatus): string {
  const lines = status.pieces.map(
    ({ piece, up, detail }) => `${up ? 'up  ' : 'down'}  ${piece.padEnd(10)} ${detail}`,
  );
  for (const host of status.hosts) {
    const ports = `ssh 127.0.0.1:${host.sshPort}  http 127.0.0.1:${host.httpPort}  ${host.privateAddress}`;
    lines.push(`${host.running ? 'up  ' : 'down'}  host       ${host.name.padEnd(16)} ${ports}`);
  }
  for (const { instanceId, running } of status.instances)
    lines.push(`${running ? 'up  ' : 'down'}  instance   ${instanceId}`);
  for (const { kind, name, running, loopback } of status.databases)
    lines.push(`${running ? 'up  ' : 'down'}  ${kind.padEnd(10)} ${name.padEnd(16)} ${loopback}`);
  return lines.join('\n');
}
