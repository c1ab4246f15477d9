import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Server } from 'node:net';
import { isAnswering, type LocalContext } from './localContext.js';
import { runningDaemon, startDaemon, stopDaemon } from './daemons.js';
import { refuseTakenPort, waitFor } from './emulator.js';
import { startForwarder } from './tcpForwarder.js';
import { startSlackSink } from './slackSink.js';
import { runnerDirectory, slackUrl, type LocalSettings } from './settings.js';

const recordFile = (settings: LocalSettings): string => join(settings.state, 'services.json');
const logFile = (settings: LocalSettings): string => join(settings.logs, 'services.log');

/** Do the Slack sink and the forwarder run? */
export async function servicesRun(settings: LocalSettings): Promise<boolean> {
  if ((await runningDaemon(recordFile(settings))) === undefined) return false;
  return isAnswering(`${slackUrl(settings)}health`);
}

/** Starts the Slack sink and the forwarder in one detached process of this runner. */
export async function servicesUp(local: LocalContext): Promise<void> {
  const { settings } = local;
  const url = slackUrl(settings);
  if (await servicesRun(settings)) {
    local.report({ piece: 'services', status: 'skipped', message: `the Slack sink answers at ${url}` });
    return;
  }
  await refuseTakenPort(`${url}health`, settings.slackPort, 'the Slack sink');
  const record = recordFile(settings);
  const log = logFile(settings);
  await startDaemon({
    file: process.execPath,
    args: [join(runnerDirectory(), 'index.js'), 'local', 'services'],
    env: { ...local.env, NO_COLOR: '1' },
    log,
    record,
  });
  await waitFor(local, 'The Slack sink', record, log, () => isAnswering(`${url}health`));
  local.report({
    piece: 'services',
    status: 'ok',
    message: `Slack sink at ${url} (messages at ${url}messages), registry for hosts at ${settings.gateway}:${settings.emulatorPort}`,
  });
}

/** Stops the process that `servicesUp` started. */
export async function servicesDown(local: LocalContext): Promise<void> {
  if (await stopDaemon(local, recordFile(local.settings))) {
    local.report({ piece: 'services', status: 'ok', message: 'stopped' });
  }
}

/** The body of that process: serves until the signal aborts. */
export async function runServices(settings: LocalSettings, signal: AbortSignal): Promise<void> {
  await mkdir(settings.state, { recursive: true });
  const servers: Server[] = [
    await startForwarder({
      host: settings.gateway,
      port: settings.emulatorPort,
      targetPort: settings.emulatorPort,
    }),
    await startSlackSink({ port: settings.slackPort, file: join(settings.state, 'slack.jsonl') }),
  ];
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  for (const server of servers) {
    server.close();
    if ('closeAllConnections' in server)
      (server as unknown as { closeAllConnections(): void }).closeAllConnections();
  }
}
