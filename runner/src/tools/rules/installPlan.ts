import { isOlder } from '../../base/versionOrder.js';
import type { FoundTool, Tool } from '../../domain/tools.js';
import { shellQuote } from '../../base/shell.js';
import type {
  Download,
  PackageManager,
  Packages,
  Processor,
  PythonEnvironment,
  PythonPins,
  VendorFile,
  Way,
} from './ways.js';

/** What decides how a tool is installed. */
export interface Machine {
  /** For people: `Debian GNU/Linux 12 (bookworm)`. */
  readonly system: string;
  readonly isLinux: boolean;
  /** Undefined where it is one that no vendor builds for. */
  readonly processor: Processor | undefined;
  readonly manager: PackageManager | undefined;
  /** How commands run as root; undefined where that takes a password. */
  readonly root: 'root' | 'sudo' | undefined;
  /** The version of each package that its manager would install. */
  readonly candidates: ReadonlyMap<string, string | undefined>;
  /** The newest Python that makes virtual environments, with its version (`3.11`). */
  readonly python: { readonly file: string; readonly version: string } | undefined;
  /** DOCKER_HOST names an engine. */
  readonly engineElsewhere: boolean;
}

/** What is done about a tool. */
export type Step = { readonly tool: Tool; readonly found: FoundTool } & (
  | { readonly action: 'keep' }
  | { readonly action: 'packages'; readonly way: Packages; readonly what: string }
  | {
      readonly action: 'download';
      readonly way: Download;
      readonly file: VendorFile;
      /** Where it is from: the vendor's server, or the mirror. */
      readonly url: string;
      readonly what: string;
    }
  | {
      readonly action: 'python';
      readonly way: PythonEnvironment;
      readonly pins: PythonPins;
      readonly python: string;
      readonly what: string;
    }
  /** The runner cannot: why, and what to type. */
  | { readonly action: 'by-hand'; readonly why: string; readonly next: string }
);

/**
 * How a tool is installed on a machine: the first of its ways that there is. What is found well is kept.
 * @param mirror of the vendors' servers, where one is set
 */
export function planOf(
  tool: Tool,
  found: FoundTool,
  ways: readonly Way[],
  machine: Machine,
  mirror: string | undefined,
): Step {
  const about = { tool, found };
  if (found.status === 'ok') return { ...about, action: 'keep' };
  const byHand = (why: string, next: string): Step => ({ ...about, action: 'by-hand', why, next });
  if (found.status === 'stopped' && machine.engineElsewhere)
    return byHand('DOCKER_HOST names an engine that does not answer', 'Correct DOCKER_HOST, or unset it.');
  if (ways.length === 0)
    return byHand(
      tool.name === 'node'
        ? 'the runner runs on it and does not replace it'
        : 'the runner has no pinned version of it',
      `Install ${tool.oldest === undefined ? tool.title : `${tool.title} ${tool.oldest} or newer`}: ${tool.page}`,
    );
  const lacks: string[] = [];
  for (const way of ways) {
    const lack = lackOf(way, machine);
    if (lack === undefined) return stepOf(about, way, machine, mirror);
    if (!lacks.includes(lack)) lacks.push(lack);
  }
  return byHand(lacks.join('; '), nextByHand(tool, ways, machine));
}

/** Why a way is none on this machine. */
function lackOf(way: Way, machine: Machine): string | undefined {
  switch (way.kind) {
    case 'packages': {
      if (way.manager !== machine.manager) return `${machine.system} has no ${way.manager}`;
      const [name, oldest] = way.atLeast ?? [way.packages[0] as string, undefined];
      const version = machine.candidates.get(name);
      if (version === undefined) return `${way.manager} has no package ${name}`;
      if (oldest !== undefined && isOlder(upstream(version), oldest))
        return `${way.manager} has only ${name} ${version} (needs ${oldest})`;
      return machine.root === undefined
        ? 'packages are installed as root, and sudo asks for a password here'
        : undefined;
    }
    case 'download':
      if (!machine.isLinux) return `it is downloaded for Linux, and this is ${machine.system}`;
      return machine.processor === undefined ? 'its vendor builds none for this processor' : undefined;
    case 'python': {
      const oldest = way.pins.at(-1)?.python ?? '';
      if (machine.python === undefined)
        return 'there is no Python that makes virtual environments (venv, ensurepip)';
      return pinsFor(way, machine.python.version) === undefined
        ? `${machine.python.file} is ${machine.python.version}, and ${oldest} is the oldest that will do`
        : undefined;
    }
  }
}

/** Without epoch, revision and the like: `1:20.10.24+dfsg1-1` is 20.10.24. */
const upstream = (version: string) => version.replace(/^\d+:/, '').replace(/[+~-].*$/, '');

const pinsFor = (way: PythonEnvironment, version: string): PythonPins | undefined =>
  way.pins.find(({ python }) => !isOlder(`${version}.0`, `${python}.0`));

function stepOf(
  about: { readonly tool: Tool; readonly found: FoundTool },
  way: Way,
  machine: Machine,
  mirror: string | undefined,
): Step {
  switch (way.kind) {
    case 'packages': {
      const version = machine.candidates.get(way.atLeast?.[0] ?? (way.packages[0] as string));
      return {
        ...about,
        action: 'packages',
        way,
        what: `${commandOf(way, machine.root === 'sudo').join(' ')} (${version ?? 'its newest version'}; the signature is checked by ${way.manager})`,
      };
    }
    case 'download': {
      const file = way.files[machine.processor as Processor];
      const { sha256 } = file;
      const from = mirrored(file.url, mirror);
      const check =
        sha256 === undefined
          ? `signature of ${way.key?.fingerprint ?? ''}`
          : `SHA-256 ${sha256.slice(0, 12)}…`;
      return {
        ...about,
        action: 'download',
        way,
        file,
        url: from,
        what: `${way.version} from ${from} (${check} is checked)`,
      };
    }
    case 'python': {
      const pins = pinsFor(way, machine.python?.version ?? '') as PythonPins;
      const more =
        pins.collections === undefined
          ? ''
          : ` with ${pins.collections.names.length} collections of ${pins.collections.from}`;
      return {
        ...about,
        action: 'python',
        way,
        pins,
        python: machine.python?.file ?? '',
        what: `${pins.packages.join(', ')}${more} from PyPI, in an environment of ${machine.python?.file ?? ''} (pip checks what PyPI publishes)`,
      };
    }
  }
}

/** The command that installs packages; with `sudo` as a user types it. */
export function commandOf({ manager, packages }: Packages, sudo: boolean): readonly string[] {
  const file = manager === 'apt' ? 'apt-get' : 'dnf';
  return [...(sudo ? ['sudo'] : []), file, 'install', '-y', ...packages];
}

/** The address at a mirror: the vendor's own, with its server as the first folder. */
function mirrored(url: string, mirror: string | undefined): string {
  return mirror === undefined ? url : `${mirror.replace(/\/+$/, '')}/${url.replace(/^https:\/\//, '')}`;
}

function nextByHand(tool: Tool, ways: readonly Way[], machine: Machine): string {
  const packages = ways.find(
    (way): way is Packages =>
      way.kind === 'packages' &&
      way.manager === machine.manager &&
      machine.candidates.get(way.atLeast?.[0] ?? (way.packages[0] as string)) !== undefined,
  );
  if (packages !== undefined && machine.root === undefined)
    return `Type: ${commandOf(packages, true).map(shellQuote).join(' ')}   then the command again.`;
  if (ways.some(({ kind }) => kind === 'python') && machine.manager !== undefined)
    return `Type: node runner tools install python   then the command again.`;
  return `Install it by hand: ${tool.page}`;
}
