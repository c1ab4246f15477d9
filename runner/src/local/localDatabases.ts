import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { randomBytes } from 'node:crypto';
import { StackError } from '../base/errors.js';
import { emulatorClient, unless } from './awsTools.js';
import { optionalImage } from './localImages.js';
import { LABEL, POSTGRES_LABEL } from './localNetwork.js';
import { withStateLock } from './localLock.js';
import { askCommand, runCommand, waitUntil, type LocalContext } from './localContext.js';

const PORT = 5432;

/** A PostgreSQL server with one database and the user that owns it. */
export interface Postgres {
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

const containerName = (local: LocalContext, name: string): string =>
  `${local.settings.name}-postgres-${name}`;

/**
 * Creates what the modules `rds` and `database-user` create on AWS: a server that lets nobody in without TLS, a database `app`,
 * its owner `app`, who is no superuser, and a secret. What exists stays. The data ends with the container.
 */
export async function createPostgres(local: LocalContext, name: string): Promise<Postgres> {
  const image = await optionalImage(local, 'postgres');
  return withStateLock(local, `postgres-${name}`, async () => {
    const container = containerName(local, name);
    await startServer(local, container, name, image);
    const secretArn = await giveUser(local, container, name);
    const loopback = await askCommand(local, 'docker', ['port', container, `${PORT}/tcp`]);
    return {
      name,
      address: addressOf(name),
      port: PORT,
      loopback: loopback ?? '',
      database: 'app',
      username: 'app',
      secretArn,
    };
  });
}

/** Removes the server with its data and its secret; a missing one is no error. */
export async function deletePostgres(local: LocalContext, name: string): Promise<boolean> {
  const container = containerName(local, name);
  const found = await askCommand(local, 'docker', ['inspect', '--format', '{{.Id}}', container]);
  if (found !== undefined) {
    await runCommand(
      local,
      { file: 'docker', args: ['rm', '--force', '--volumes', container] },
      { purpose: `remove the database ${name}` },
    );
  }
  const client = new SecretsManagerClient(emulatorClient(local.settings));
  const secret = await unless(['ResourceNotFoundException'], () =>
    client.send(new DeleteSecretCommand({ SecretId: secretName(name), ForceDeleteWithoutRecovery: true })),
  );
  client.destroy();
  return found !== undefined || secret !== undefined;
}

const addressOf = (name: string): string => `${name}.postgres`;
const secretName = (name: string): string => `${name}/database`;

async function startServer(
  local: LocalContext,
  container: string,
  name: string,
  image: string,
): Promise<void> {
  const { settings } = local;
  const purpose = `start the database ${name}`;
  const state = await askCommand(local, 'docker', ['inspect', '--format', '{{.State.Running}}', container]);
  if (state === undefined) {
    const args = [
      ...['run', '--detach', '--name', container, '--network', settings.name],
      ...['--network-alias', addressOf(name), '--publish', `127.0.0.1::${PORT}`],
      // What PostgreSQL calls fast: it does not wait for its clients.
      ...['--stop-signal', 'SIGINT'],
      ...['--label', `${LABEL}=${settings.name}`, '--label', `${POSTGRES_LABEL}=${name}`, image],
    ];
    await runCommand(local, { file: 'docker', args }, { purpose, next: 'Type: node runner local status' });
  } else if (state !== 'true') {
    await runCommand(local, { file: 'docker', args: ['start', container] }, { purpose });
  }
  const running = async () =>
    (await askCommand(local, 'docker', ['inspect', '--format', '{{.State.Running}}', container])) === 'true';
  const answers = async () =>
    (await askCommand(local, 'docker', ['exec', container, 'psql', '--command', 'SELECT 1'])) !== undefined;
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
async function giveUser(local: LocalContext, container: string, name: string): Promise<string> {
  const client = new SecretsManagerClient(emulatorClient(local.settings));
  try {
    const SecretId = secretName(name);
    const known = await unless(['ResourceNotFoundException'], () =>
      client.send(new DescribeSecretCommand({ SecretId })),
    );
    if (known?.ARN !== undefined) return known.ARN;
    const password = randomBytes(20).toString('hex');
    // By stdin, as everything with a password in it.
    const input = `SELECT 'CREATE ROLE app LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') \\gexec
ALTER ROLE app PASSWORD '${password}';
SELECT 'CREATE DATABASE app OWNER app' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'app') \\gexec
`;
    const psql = ['exec', '--interactive', container, 'psql', '--quiet', '--set', 'ON_ERROR_STOP=1'];
    await runCommand(
      local,
      { file: 'docker', args: psql, input },
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
