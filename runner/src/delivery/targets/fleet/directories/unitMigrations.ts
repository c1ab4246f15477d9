import { StackError } from '../../../../base/errors.js';
import type { ContainerVerdict, ListedMigration } from '../migrationContainer.js';
import type { MigrationRunner, MigrationToStart } from '../migrationRunner.js';
import type { StampedLine } from '../rules/dockerLog.js';

/** A migration gets this long to end in order. */
const STOP_SECONDS = 30;
const PROPERTIES = ['LoadState', 'ActiveState', 'SubState', 'Result', 'ExecMainStatus'];

/** The argv that lists the units of migrations, whatever became of them. @param prefix `shop-web-migrate-` */
export const listUnits = (prefix: string): string[] => [
  ...['systemctl', 'list-units', '--all', '--full', '--plain', '--no-legend', '--no-pager'],
  `${prefix}*.service`,
];

/** Reads what `listUnits` printed: unit, load, active, sub, description. */
export const parseUnits = (stdout: string): readonly ListedMigration[] =>
  stdout.split('\n').flatMap((line) => {
    const [unit, load, active, sub, ...words] = line.trim().split(/\s+/);
    if (unit === undefined || sub === undefined || load === 'not-found') return [];
    const isAtWork = active === 'activating' || active === 'deactivating' || sub === 'running';
    const name = unit.replace(/\.service$/, '');
    return [{ name, state: isAtWork ? 'running' : 'exited', version: words.join(' ') }];
  });

/** The argv that asks how a unit stands. */
export const showUnit = (name: string): string[] => [
  ...['systemctl', 'show', '--property', PROPERTIES.join(','), `${name}.service`],
];

/** Whether a migration's unit has ended, and how: only exit code 0 is well. @param stdout what `showUnit` printed */
export function judgeUnit(name: string, stdout: string): ContainerVerdict {
  const shown = new Map(stdout.split('\n').map((line) => line.trim().split('=', 2) as [string, string]));
  const [load, active, sub, result, status] = PROPERTIES.map((key) => shown.get(key) ?? '');
  // Stopped, or of before the host was started: it is not known to have come to its end.
  if (load !== 'loaded' || active === 'inactive')
    return { state: 'failed', reason: `the unit ${name} was removed or stopped` };
  if (active === 'failed') {
    const memory = result === 'oom-kill' ? ', killed for using too much memory' : '';
    return { state: 'failed', reason: `the command exited with code ${status}${memory}` };
  }
  if (active === 'active' && sub === 'exited')
    return status === '0'
      ? { state: 'ended-well' }
      : { state: 'failed', reason: `the command exited with code ${status}` };
  return { state: 'running', words: `unit ${sub}` };
}

/**
 * The argv that runs a command in a release, as the user of the application; it goes on without us. The variables go by
 * standard input: every user of the host can see argv.
 */
export function runUnit(
  { name, version, wanted, command, environment }: MigrationToStart,
  owner: string,
): { readonly argv: readonly string[]; readonly input: string } {
  const file = `/run/${name}.env`;
  const input = Object.entries(environment)
    .map(([key, value]) => `${key}='${value}'\n`)
    .join('');
  const properties = [
    `User=${owner}`,
    `WorkingDirectory=${wanted.image}`,
    // What it ended with stays known until it is forgotten.
    ...['RemainAfterExit=yes', `TimeoutStopSec=${STOP_SECONDS}`],
    ...[`EnvironmentFile=-${wanted.image}/.env`, `EnvironmentFile=-${file}`],
  ];
  const unit = [
    ...['systemd-run', '--no-block', '--quiet', '--unit', name, '--description', version],
    ...properties.flatMap((property) => ['--property', property]),
    // Found from the release's directory; systemd would put variables in the place of words with $.
    ...['/usr/bin/env', ...command.map((word) => word.split('$').join('$$'))],
  ];
  const script = 'umask 077; cat > "$1"; shift; exec "$@"';
  return { argv: ['sh', '-c', script, 'sh', file, ...unit], input };
}

const LINE = /^(\d+)\.(\d+) [^ ]+ [^ ]*?: (.*)$/s;

/** Reads a line of `journalctl --output short-unix`; words of systemd itself are none. */
export function parseJournal(text: string): StampedLine | undefined {
  const found = LINE.exec(text);
  if (found === null || / systemd\[\d+\]: /.test(text)) return undefined;
  const [, seconds = '', fraction = '', line = ''] = found;
  return { stamp: `${seconds}.${fraction}`, at: Math.round(Number(`${seconds}.${fraction}`) * 1000), line };
}

/**
 * Migrations as units of systemd of their own, in the release that they are of.
 * @param prefix of their names
 * @param owner user of the application
 */
export function unitMigrations(prefix: string, owner: string): MigrationRunner {
  const lookAt: MigrationRunner['lookAt'] = async (ssh, { host, name }, signal) => {
    const options = signal === undefined ? {} : { signal };
    return judgeUnit(name, (await ssh.execAsRoot(host, showUnit(name), options)).stdout);
  };
  const remove: MigrationRunner['remove'] = async (ssh, host, names) => {
    if (names.length === 0) return;
    const units = names.map((name) => `${name}.service`);
    const files = names.map((name) => `/run/${name}.env`);
    await ssh.execAsRoot(host, ['systemctl', 'stop', ...units]);
    await ssh.execAsRoot(host, ['systemctl', 'reset-failed', ...units]);
    await ssh.execAsRoot(host, ['rm', '-f', ...files]);
  };
  return {
    async list(ssh, host, signal) {
      const { exitCode, stdout, stderr } = await ssh.execAsRoot(host, listUnits(prefix), { signal });
      if (exitCode === 0) return parseUnits(stdout);
      throw new StackError('MIGRATION_FAILED', `systemd does not answer: ${stderr.trim()}`);
    },
    async start(ssh, host, migration) {
      const { argv, input } = runUnit(migration, owner);
      // No signal ends this: what it began has to be known.
      const { exitCode, stderr } = await ssh.execAsRoot(host, argv, { input });
      // Sent again after a lost connection, it finds what it had begun.
      return exitCode === 0 || /already (loaded|exists)/.test(stderr)
        ? undefined
        : stderr.trim().split('\n').slice(-5);
    },
    lookAt,
    async stop(ssh, migration) {
      const { host, name } = migration;
      try {
        const timeoutMs = (STOP_SECONDS + 15) * 1000;
        await ssh.execAsRoot(host, ['systemctl', 'stop', `${name}.service`], { timeoutMs });
        const verdict = await lookAt(ssh, migration);
        return verdict.state === 'running' ? `${name} on ${host.name} did not stop` : undefined;
      } catch (error) {
        return `${name} on ${host.name} could not be stopped and may still run: ${(error as Error).message}`;
      }
    },
    remove,
    async read(ssh, { host, name }, { since, signal }) {
      const from = since === undefined ? [] : ['--since', `@${since}`];
      const argv = [
        ...['journalctl', '--unit', `${name}.service`, '--output', 'short-unix', '--no-pager', '--quiet'],
        ...from,
      ];
      const { stdout } = await ssh.execAsRoot(host, argv, signal === undefined ? {} : { signal });
      return stdout.split('\n').flatMap((text) => parseJournal(text) ?? []);
    },
    stoppedName: (name) => name,
    logCommand: (name) => `journalctl --unit ${name}.service`,
  };
}
