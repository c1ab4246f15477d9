import { StackError } from '../../../base/errors.js';
import type { SshHosts } from '../../../adapters/ssh/sshHosts.js';
import type { Host } from '../../../domain/host.js';
import { nameOf, type HostMigration, type MigrationRunner } from './migrationRunner.js';
import {
  inspectState,
  judgeContainer,
  listMigrations,
  migrationLabels,
  parseMigrations,
  stoppedName,
  type ContainerVerdict,
} from './migrationContainer.js';
import { dockerLogs, parseStamped } from './rules/dockerLog.js';
import { runContainer } from './runContainer.js';
import type { FleetIdentity } from './wanted.js';

/** A migration's container gets this long to end in order. */
const STOP_SECONDS = 30;
/** `timeout` ends with this where it had to end the command. */
const TIMED_OUT = 124;
/** Docker's own exit codes: it could not begin, or the command is not there. */
const NOT_BEGUN = [125, 126, 127];

/** Migrations in containers of their own. */
export function containerMigrations(fleet: FleetIdentity): MigrationRunner {
  return {
    async list(ssh, host, signal) {
      const { exitCode, stdout, stderr } = await ssh.execAsRoot(host, listMigrations(fleet), { signal });
      if (exitCode === 0) return parseMigrations(stdout);
      throw new StackError(
        'MIGRATION_FAILED',
        `the Docker engine does not answer: ${lastLines(stderr).join(' ')}`,
      );
    },
    async start(ssh, host, { name, version, wanted, command, environment }) {
      const labels = Object.entries(migrationLabels(fleet, version));
      const { argv, input } = runContainer(fleet, wanted, {
        name,
        // Only we ask it to end in order, and mark it then: stopped by anybody else it must not seem to have ended well.
        flags: [
          ...['--detach', '--restart', 'no', '--stop-signal', 'SIGKILL'],
          ...labels.flatMap(([key, value]) => ['--label', `${key}=${value}`]),
        ],
        command,
        environment,
      });
      // No signal ends this: what it began has to be known.
      const { exitCode, stderr } = await ssh.execAsRoot(host, argv, { input });
      // Sent again after a lost connection, it finds what it had begun.
      return NOT_BEGUN.includes(exitCode) && !/is already in use by container/.test(stderr)
        ? lastLines(stderr)
        : undefined;
    },
    lookAt,
    stop: stopContainer,
    remove: removeContainers,
    async read(ssh, { host, name }, { since, signal }) {
      const argv = dockerLogs(name, { since });
      const { stdout, stderr } = await ssh.execAsRoot(host, argv, signalled(signal));
      return `${stdout}\n${stderr}`.split('\n').flatMap((text) => parseStamped(text) ?? []);
    },
    stoppedName,
    logCommand: (name) => `docker logs ${name}`,
  };
}

/** How a container stands. @throws StackError SSH_* */
async function lookAt(
  ssh: Pick<SshHosts, 'execAsRoot'>,
  { host, name }: HostMigration,
  signal?: AbortSignal,
): Promise<ContainerVerdict> {
  const { exitCode, stdout, stderr } = await ssh.execAsRoot(host, inspectState(name), signalled(signal));
  if (exitCode === 0) return judgeContainer(name, stdout);
  if (/no such container/i.test(stderr)) return judgeContainer(name, undefined);
  // An engine that restarts answers again; it says nothing of what its containers did.
  return { state: 'running', words: `the engine of ${host.name} does not answer: ${stderr.trim()}` };
}

/**
 * Stops a container and waits for that. It is named anew first: a command that obeys may end with 0, and who looks later
 * has to know that it did not come to its end.
 * @returns what went wrong, in words; never throws, as it follows a failure that is to be told
 */
async function stopContainer(
  ssh: Pick<SshHosts, 'execAsRoot'>,
  container: HostMigration,
): Promise<string | undefined> {
  const { host, name } = container;
  const stopped = stoppedName(name);
  const exec = (argv: readonly string[], seconds = STOP_SECONDS) =>
    ssh.execAsRoot(host, argv, { timeoutMs: (seconds + 15) * 1000 });
  try {
    await exec(['docker', 'rename', name, stopped]);
    await exec(['docker', 'kill', '--signal', 'TERM', stopped]);
    const waited = await exec(['timeout', String(STOP_SECONDS), 'docker', 'wait', stopped]);
    if (waited.exitCode === TIMED_OUT) await exec(['docker', 'kill', stopped]);
    const verdict = await lookAt(ssh, { host, name: stopped });
    if (verdict.state !== 'running') return undefined;
    return `${nameOf(container)} did not stop: ${verdict.words}`;
  } catch (error) {
    return `${nameOf(container)} could not be stopped and may still run: ${(error as Error).message}`;
  }
}

/** Removes containers that have ended; one that runs stays. */
async function removeContainers(
  ssh: Pick<SshHosts, 'execAsRoot'>,
  host: Host,
  names: readonly string[],
): Promise<void> {
  if (names.length > 0) await ssh.execAsRoot(host, ['docker', 'rm', ...names]);
}

const signalled = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

const lastLines = (stderr: string): readonly string[] =>
  stderr
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith("See 'docker"))
    .slice(-5);
