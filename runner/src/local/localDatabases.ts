import {
  CreateSecretCommand,
  DescribeSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { randomBytes } from 'node:crypto';
import { StackError } from '../base/errors.js';
import { emulatorClient, unless } from './awsTools.js';
import { deleteSecret } from './localSecrets.js';
import { DATABASE_ENGINES, type DatabaseKind } from './databaseEngines.js';
import { optionalImage } from './localImages.js';
import { DATABASE_LABEL, ENGINE_LABEL, LABEL } from './localNetwork.js';
import { withStateLock } from './localLock.js';
import { askCommand, runCommand, waitUntil, type LocalContext } from './localContext.js';

/** A server with one database and the user that owns it. */
export interface MadeDatabase {
  readonly name: string;
  /** Where containers of the local network reach it, at `port`. */
  readonly address: string;
  readonly port: number;
  /** Where this machine reaches it: `127.0.0.1:PORT`. */
  readonly loopback: string;
  readonly database: string;
  readonly username: string;
  /** ARN of the secret with `username` and `password`. */
  readonly secretArn: string;
}

const containerName = (local: LocalContext, kind: DatabaseKind, name: string): string =>
  `${local.settings.name}-${kind}-${name}`;

/**
 * Creates what the modules `rds` and `database-user` create on AWS: a server that lets nobody in without TLS, a database `app`,
 * its owner `app`, who is no superuser, and a secret. What exists stays. The data ends with the container.
 */
export async function createDatabase(
  local: LocalContext,
  kind: DatabaseKind,
  name: string,
): Promise<MadeDatabase> {
  const { port, image: recipe } = DATABASE_ENGINES[kind];
  const image = await optionalImage(local, recipe);
  return withStateLock(local, `${kind}-${name}`, async () => {
    const server = { kind, name, container: containerName(local, kind, name) };
    await startServer(local, server, image);
    const secretArn = await giveUser(local, server);
    const loopback = await askCommand(local, 'docker', ['port', server.container, `${port}/tcp`]);
    return {
      name,
      address: addressOf(kind, name),
      port,
      loopback: loopback ?? '',
      database: 'app',
      username: 'app',
      secretArn,
    };
  });
}

/** Removes the server with its data and its secret; a missing one is no error. */
export async function deleteDatabase(
  local: LocalContext,
  kind: DatabaseKind,
  name: string,
): Promise<boolean> {
  const container = containerName(local, kind, name);
  const found = await askCommand(local, 'docker', ['inspect', '--format', '{{.Id}}', container]);
  if (found !== undefined) {
    await runCommand(
      local,
      { file: 'docker', args: ['rm', '--force', '--volumes', container] },
      { purpose: `remove the database ${name}` },
    );
  }
  const hadSecret = await deleteSecret(local.settings, secretName(name));
  return found !== undefined || hadSecret;
}

interface DatabaseServer {
  readonly kind: DatabaseKind;
  readonly name: string;
  readonly container: string;
}

const addressOf = (kind: DatabaseKind, name: string): string => `${name}.${kind}`;
const secretName = (name: string): string => `${name}/database`;

async function startServer(
  local: LocalContext,
  { kind, name, container }: DatabaseServer,
  image: string,
): Promise<void> {
  const { settings } = local;
  const { port, stopSignal, ask } = DATABASE_ENGINES[kind];
  const purpose = `start the database ${name}`;
  const state = await askCommand(local, 'docker', ['inspect', '--format', '{{.State.Running}}', container]);
  if (state === undefined) {
    const args = [
      ...['run', '--detach', '--name', container, '--network', settings.name],
      ...['--network-alias', addressOf(kind, name), '--publish', `127.0.0.1::${port}`],
      ...['--stop-signal', stopSignal, '--label', `${LABEL}=${settings.name}`],
      ...['--label', `${DATABASE_LABEL}=${name}`, '--label', `${ENGINE_LABEL}=${kind}`, image],
    ];
    await runCommand(local, { file: 'docker', args }, { purpose, next: 'Type: node runner local status' });
  } else if (state !== 'true') {
    await runCommand(local, { file: 'docker', args: ['start', container] }, { purpose });
  }
  const running = async () =>
    (await askCommand(local, 'docker', ['inspect', '--format', '{{.State.Running}}', container])) === 'true';
  const answers = async () => (await askCommand(local, 'docker', ['exec', container, ...ask])) !== undefined;
  await waitUntil(local, async () => (await answers()) || !(await running()), 60_000, 200);
  if (await answers()) return;
  const log = await askCommand(local, 'docker', ['logs', '--tail', '20', container]);
  throw new StackError('TOOL_FAILED', `The database ${name} started, but does not answer`, {
    where: container,
    evidence: (log ?? '').split('\n').filter((line) => line !== ''),
    next: `Read all it said: docker logs ${container}`,
  });
}

/** Makes database, owner and secret, unless all are there: the secret comes last. @returns its ARN */
async function giveUser(local: LocalContext, { kind, name, container }: DatabaseServer): Promise<string> {
  const { client: statements, makeUser } = DATABASE_ENGINES[kind];
  const client = new SecretsManagerClient(emulatorClient(local.settings));
  try {
    const SecretId = secretName(name);
    const known = await unless(['ResourceNotFoundException'], () =>
      client.send(new DescribeSecretCommand({ SecretId })),
    );
    if (known?.ARN !== undefined) return known.ARN;
    const password = randomBytes(20).toString('hex');
    // By stdin, as everything with a password in it.
    const input = makeUser(password);
    const args = ['exec', '--interactive', container, ...statements];
    await runCommand(
      local,
      { file: 'docker', args, input },
      { purpose: `make the user of the database ${name}` },
    );
    const made = await client.send(
      new CreateSecretCommand({
        Name: SecretId,
        SecretString: JSON.stringify({ username: 'app', password }),
      }),
    );
    if (made.ARN === undefined) throw new Error(`the emulator created no secret ${SecretId}`);
    return made.ARN;
  } finally {
    client.destroy();
  }
}
