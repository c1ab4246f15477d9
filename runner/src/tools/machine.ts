import { findProgram } from '../adapters/process/program.js';
import { readFile } from 'node:fs/promises';
import { StackError } from '../base/errors.js';
import type { Clock } from '../base/ports.js';
import { type ToolsAsked } from './findTool.js';
import type { Machine } from './rules/installPlan.js';
import type { PackageManager, Processor, Way } from './rules/ways.js';

/** What installing takes. */
export interface ToolsPlace extends ToolsAsked {
  readonly clock: Clock;
  /** Told before each step. */
  readonly report: (tool: string, message: string, status: 'running' | 'ok' | 'failed') => void;
}

const PROCESSORS: Readonly<Partial<Record<NodeJS.Architecture, Processor>>> = {
  x64: 'amd64',
  arm64: 'arm64',
};
const PYTHONS = ['python3.13', 'python3.12', 'python3.11', 'python3', 'python3.10', 'python3.9'];

/**
 * What decides how tools are installed here.
 * @param ways those of the tools in question: only what they need is found out
 */
export async function machineOf(place: ToolsPlace, ways: readonly Way[]): Promise<Machine> {
  const [manager, root] = await Promise.all([managerOf(place), rootOf(place)]);
  const named = ways.flatMap((way) =>
    way.kind === 'packages' && way.manager === manager
      ? [way.atLeast?.[0] ?? (way.packages[0] as string)]
      : [],
  );
  const candidates =
    manager === undefined ? [] : await Promise.all(named.map((name) => candidate(place, manager, name)));
  const python = ways.some(({ kind }) => kind === 'python') ? await newestPython(place) : undefined;
  return {
    system: await systemName(),
    isLinux: process.platform === 'linux',
    processor: PROCESSORS[process.arch],
    manager,
    root,
    candidates: new Map(named.map((name, at) => [name, candidates[at]])),
    python,
    engineElsewhere: Boolean(place.env['DOCKER_HOST']),
  };
}

/** `Debian GNU/Linux 12 (bookworm)`. */
async function systemName(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(text)?.[1] ?? process.platform;
}

async function managerOf({ env }: ToolsPlace): Promise<PackageManager | undefined> {
  if ((await findProgram(env, 'apt-get')) !== undefined) return 'apt';
  return (await findProgram(env, 'dnf')) === undefined ? undefined : 'dnf';
}

async function rootOf(place: ToolsPlace): Promise<Machine['root']> {
  if (process.getuid?.() === 0) return 'root';
  return (await answer(place, 'sudo', ['-n', 'true'])) === undefined ? undefined : 'sudo';
}

/** The version that the package manager would install; undefined where it has none. */
async function candidate(
  place: ToolsPlace,
  manager: PackageManager,
  name: string,
): Promise<string | undefined> {
  if (manager === 'apt') {
    const said = (await answer(place, 'apt-cache', ['policy', name])) ?? '';
    const version = /Candidate:\s*(\S+)/.exec(said)?.[1];
    return version === '(none)' ? undefined : version;
  }
  const said = await answer(place, 'dnf', [
    '--quiet',
    '--cacheonly',
    'repoquery',
    '--queryformat',
    '%{version}',
    name,
  ]);
  const versions = (said ?? '').split('\n').filter((line) => line.trim() !== '');
  return versions.at(-1)?.trim();
}

/** The newest Python that makes virtual environments. */
async function newestPython(place: ToolsPlace): Promise<Machine['python']> {
  const ask = 'import ensurepip, sys, venv; print(".".join(map(str, sys.version_info[:2])))';
  for (const file of PYTHONS) {
    const version = (await answer(place, file, ['-c', ask]))?.trim();
    if (version !== undefined) return { file, version };
  }
  return undefined;
}

/** What a command prints; undefined where it fails or is not there. */
export async function answer(
  { processes, signal }: ToolsAsked,
  file: string,
  args: readonly string[],
): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await processes.run(
      { file, args },
      { captureStdout: true, timeoutMs: 60_000, ...(signal === undefined ? {} : { signal }) },
    );
    return exitCode === 0 ? stdout : undefined;
  } catch (error) {
    if (error instanceof StackError && error.code.startsWith('TOOL_')) return undefined;
    throw error;
  }
}
