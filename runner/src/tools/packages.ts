import { existsSync } from 'node:fs';
import { StackError } from '../base/errors.js';
import type { Invocation } from '../base/ports.js';
import { findProgram } from '../adapters/process/program.js';
import { answer, type ToolsPlace } from './machine.js';
import type { Packages, Way } from './rules/ways.js';

/** Another apt that runs (unattended upgrades on a fresh machine) is waited for, in seconds. */
const LOCK_SECONDS = 120;
const APT = ['-q', '-o', `DPkg::Lock::Timeout=${LOCK_SECONDS}`];

/** `apt-get update` where one of these tools may come from there: a fresh machine's lists are empty. */
export async function refreshLists(place: ToolsPlace, ways: readonly Way[]): Promise<void> {
  const mayUse = ways.some((way) => way.kind === 'packages' && way.manager === 'apt');
  if (!mayUse || (await findProgram(place.env, 'apt-get')) === undefined) return;
  const update = await asRoot(place, 'apt-get', ['update', ...APT]);
  if (update === undefined) return;
  place.report('packages', 'apt-get update (which versions there are)', 'running');
  // Old lists are better than none: what is missing says so itself.
  await place.processes.run(update, { ...signalOf(place), timeoutMs: 10 * 60_000 });
}

/**
 * Installs packages of the system, and starts the service that belongs to them.
 * @throws StackError TOOL_FAILED with the last lines of the package manager
 */
export async function installPackages(place: ToolsPlace, way: Packages): Promise<void> {
  const { manager, packages, service } = way;
  const call =
    manager === 'apt'
      ? await asRoot(place, 'apt-get', ['install', '-y', ...APT, ...packages], {
          DEBIAN_FRONTEND: 'noninteractive',
        })
      : await asRoot(place, 'dnf', ['install', '-y', '--quiet', ...packages]);
  await must(place, call, `${manager} cannot install ${packages.join(', ')}`);
  if (service === undefined || !existsSync('/run/systemd/system')) return;
  const start = await asRoot(place, 'systemctl', ['enable', '--now', service]);
  await must(place, start, `the service ${service} does not start`);
}

async function must(place: ToolsPlace, call: Invocation | undefined, failure: string): Promise<void> {
  if (call === undefined) throw new StackError('TOOL_FAILED', 'sudo asks for a password here');
  const { exitCode, tail } = await place.processes.run(call, signalOf(place));
  if (exitCode === 0) return;
  throw new StackError('TOOL_FAILED', `${failure} (exit code ${exitCode})`, {
    where: [call.file, ...call.args].join(' '),
    evidence: tail.slice(-8),
    next: `Run it by hand to see all it says: ${[call.file, ...call.args].join(' ')}`,
  });
}

/** As root: directly, or by sudo without a question; undefined where that takes a password. */
async function asRoot(
  place: ToolsPlace,
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Invocation | undefined> {
  if (process.getuid?.() === 0) return { file, args, env };
  if ((await answer(place, 'sudo', ['-n', 'true'])) === undefined) return undefined;
  const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return { file: 'sudo', args: ['-n', 'env', ...words, file, ...args] };
}

const signalOf = ({ signal }: ToolsPlace) => (signal === undefined ? {} : { signal });
