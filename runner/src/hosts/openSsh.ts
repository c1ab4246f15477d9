import { resolve } from 'node:path';
import type { ContextWith } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { Host } from '../domain/host.js';
import { adviceOf, advised, parseSshReport, type SshReport } from './rules/openSshConfig.js';
import { jumpsOf } from './rules/inventoryHosts.js';
import type { RouteSettings } from '../domain/route.js';
import { sshConfiguration } from './rules/sshArguments.js';

/** Hosts asked for side by side. */
const FAN_OUT = 8;
/** A jump host may itself be reached by another, and so on. */
const DEEPEST = 8;

type Settings = Pick<RouteSettings, 'privateKey' | 'knownHosts' | 'sshConfig' | 'path'>;

/**
 * Hosts with what OpenSSH's configuration says of them: that of `inventory.ssh-config`, and the arguments that an
 * inventory file gives ssh. OpenSSH itself reads both (`ssh -G`). Hosts that neither concerns come back as they are.
 * @throws StackError CONFIG_INVALID where OpenSSH refuses what it is given
 */
export async function throughOpenSsh(
  context: ContextWith<'processes' | 'signal'>,
  hosts: readonly Host[],
  settings: Settings,
  depth = 0,
): Promise<readonly Host[]> {
  const { default: pMap } = await import('p-map');
  return pMap(hosts, (host) => ask(context, host, settings, depth), { concurrency: FAN_OUT });
}

async function ask(
  context: ContextWith<'processes' | 'signal'>,
  host: Host,
  settings: Settings,
  depth: number,
): Promise<Host> {
  const { asked: words = [], directory } = host.openSsh ?? {};
  const file = settings.sshConfig === undefined ? undefined : settings.path(settings.sshConfig);
  if (file === undefined && words.length === 0) return host;
  const assumed = host.assumed ?? [];
  const given = {
    user: assumed.includes('user') ? undefined : host.user,
    port: assumed.includes('port') ? undefined : host.port,
  };
  const [answer, usual] = await Promise.all([
    read(context, host, words, file, given),
    read(context, host, [], undefined, given),
  ]);
  const configured = adviceOf(answer, usual);
  const seen = (path: string | undefined) =>
    path === undefined || directory === undefined || path.startsWith('~') ? path : resolve(directory, path);
  const advice = {
    ...configured,
    privateKey: seen(configured.privateKey),
    knownHosts: seen(configured.knownHosts),
  };
  const found = advised(host, advice, settings);
  if (host.jumps !== undefined || advice.jump === undefined) {
    if (host.jumps === undefined) return found;
    return { ...found, jumps: await throughOpenSsh(context, host.jumps, settings, depth + 1) };
  }
  if (depth >= DEEPEST) return found;
  const source = `ProxyJump of ${host.name}`;
  const named = jumpsOf(advice.jump.split(','), { source, user: found.user, groups: [], noteAssumed: true });
  const jumps = await throughOpenSsh(context, named ?? [], settings, depth + 1);
  // The first hop's own way comes before it, as OpenSSH has it.
  const [first] = jumps;
  return { ...found, jumps: [...(first?.jumps ?? []), ...jumps.map((jump) => ({ ...jump, jumps: [] }))] };
}

async function read(
  context: ContextWith<'processes' | 'signal'>,
  host: Host,
  words: readonly string[],
  file: string | undefined,
  configured: { readonly user?: string | undefined; readonly port?: number | undefined },
): Promise<SshReport> {
  // As Ansible's ssh sees paths.
  const cwd = host.openSsh?.directory;
  const invocation = {
    ...sshConfiguration(host.address, words, file, configured),
    ...(cwd === undefined ? {} : { cwd }),
  };
  const result = await context.processes.run(invocation, { captureStdout: true, signal: context.signal });
  if (result.exitCode === 0) return parseSshReport(result.stdout);
  throw new StackError('CONFIG_INVALID', `ssh cannot read its configuration of ${host.name}`, {
    where: file ?? 'inventory.file',
    evidence: result.tail.slice(-5),
    next: `Run it by hand: ssh ${invocation.args.join(' ')}`,
  });
}
