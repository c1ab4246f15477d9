import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resourceFile } from '../adapters/process/resourceFile.js';
import { StackError } from '../base/errors.js';
import { isAnswering, waitUntil, type LocalContext } from './localContext.js';
import { lastLines, runningDaemon, startDaemon, stopDaemon } from './daemons.js';
import type { ImageNames } from './localImages.js';
import { instanceVariables } from './localInstances.js';
import { instanceLabel, relayName } from './localNetwork.js';
import { emulatorUrl, type LocalSettings } from './settings.js';

const recordFile = (settings: LocalSettings): string => join(settings.state, 'emulator.json');
const logFile = (settings: LocalSettings): string => join(settings.logs, 'emulator.log');

/** Does the emulator run, and answer? */
export async function emulatorRuns(settings: LocalSettings): Promise<boolean> {
  if ((await runningDaemon(recordFile(settings))) === undefined) return false;
  return isAnswering(`${emulatorUrl(settings)}/_ministack/health`);
}

/**
 * Starts the AWS emulator on loopback: ECR with its registry, ECS in real containers, EC2 with real hosts, load
 * balancers, S3, SSM …
 */
export async function emulatorUp(local: LocalContext, images: ImageNames): Promise<void> {
  const { settings } = local;
  const url = emulatorUrl(settings);
  if (await emulatorRuns(settings)) {
    local.report({ piece: 'emulator', status: 'skipped', message: `the AWS API answers at ${url}` });
    return;
  }
  await refuseTakenPort(`${url}/`, settings.emulatorPort, 'the AWS emulator');
  const log = logFile(settings);
  const record = recordFile(settings);
  await startDaemon({
    file: join(settings.venv, 'bin', 'python'),
    args: [resourceFile('local', 'emulator.py')],
    log,
    record,
    env: {
      ...local.env,
      GATEWAY_PORT: String(settings.emulatorPort),
      BIND_HOST: '127.0.0.1', // its default is every interface
      IOT_MTLS_ENABLED: '0', // else it opens port 8883
      MINISTACK_REGION: settings.region,
      // The emulator labels its containers with this, and finds the network of ECS tasks by the container HOSTNAME.
      MINISTACK_HOSTNAME: settings.name,
      HOSTNAME: relayName(local),
      PYTHONUNBUFFERED: '1',
      // Compiled files would lie beside the sources.
      PYTHONDONTWRITEBYTECODE: '1',
      ...instanceVariables(settings, images.host),
      AWS_ENDPOINT_URL: undefined,
    },
  });
  await waitFor(local, 'The AWS emulator', record, log, () => isAnswering(`${url}/_ministack/health`));
  await writeFile(settings.idFile, randomUUID());
  local.report({
    piece: 'emulator',
    status: 'ok',
    message: `the AWS API answers at ${url} (containers labelled ${instanceLabel(local)})`,
  });
}

/** Stops the emulator; it removes the containers of its tasks. */
export async function emulatorDown(local: LocalContext): Promise<void> {
  if (await stopDaemon(local, recordFile(local.settings), 15_000)) {
    local.report({ piece: 'emulator', status: 'ok', message: 'stopped' });
  }
}

/** Waits until a daemon answers. If it ends or stays silent, the failure has the end of its log. */
export async function waitFor(
  local: LocalContext,
  who: string,
  record: string,
  log: string,
  ready: () => Promise<boolean>,
): Promise<void> {
  const settled = async () => (await ready()) || (await runningDaemon(record)) === undefined;
  await waitUntil(local, settled, 30_000);
  if (await ready()) return;
  throw new StackError('TOOL_FAILED', `${who} did not come up`, {
    where: log,
    evidence: await lastLines(log),
    next: `Read ${log}, then type \`node runner local up\` again.`,
  });
}

/** Refuses to start if another program uses our port: it would be mistaken for ours. */
export async function refuseTakenPort(url: string, port: number, what: string): Promise<void> {
  if (!(await isAnswering(url))) return;
  throw new StackError(
    'TOOL_FAILED',
    `Port ${port}, where ${what} should listen, is taken by another program`,
    {
      where: `127.0.0.1:${port}`,
      next: `Find it with \`ss -ltnp 'sport = :${port}'\`, or set AUTOMATION_STACK_LOCAL_INSTANCE=1 for other ports.`,
    },
  );
}
