import { parse } from 'yaml';
import { healthPathIn } from './dockerfile.js';
import {
  directoryOf,
  filesIn,
  has,
  inside,
  listed,
  nameOf,
  type ProjectFiles,
  type Note,
} from './project.js';

/** A service of a compose file that is built from this project. */
export interface ComposeService {
  readonly file: string;
  readonly name: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  /** Arguments that look like secrets: their values are not taken over. */
  readonly hidden: readonly string[];
  /** Ports inside the container; empty for a worker. */
  readonly ports: readonly number[];
  /** Port on the host, where one is published. */
  readonly published?: number;
  readonly healthPath?: string;
  /** It runs something else than the image by itself. */
  readonly hasCommand: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const BASES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
const COMPOSE = /^(?:docker-)?compose(?:[.-].+)?\.ya?ml$/;
const SECRET = /TOKEN|SECRET|PASSW|CREDENTIAL|PRIVATE_KEY|API_KEY/i;
/** Services that only development and tests have. */
const NOT_DELIVERED = /^(?:tests?|e2e|lint(?:er)?|docs?|dev|devcontainer|cypress|playwright)$/;

/** Reads every compose file that docker would start by itself; tells what it leaves out and why. */
export function composeServices(files: ProjectFiles, note: Note): readonly ComposeService[] {
  const composes = files.paths.filter((path) => COMPOSE.test(nameOf(path)));
  const chosen = composes.filter((path) => path === mainIn(files, directoryOf(path)));
  const others = composes.filter((path) => !chosen.includes(path));
  if (others.length > 0) note(`${listed(others)}: not read, only the main compose file of a directory is`);
  return chosen.flatMap((file) => servicesOf(files, file, note));
}

/** Of a directory's compose files the one that docker takes. */
function mainIn(files: ProjectFiles, directory: string): string | undefined {
  const here = filesIn(files, directory);
  return BASES.map((base) => inside(directory, base)).find((path) => here.includes(path));
}

function servicesOf(files: ProjectFiles, file: string, note: Note): readonly ComposeService[] {
  let document: unknown;
  try {
    document = parse(files.read(file) ?? '', { logLevel: 'error', merge: true });
  } catch (error) {
    note(`${file} is not read: ${(error as Error).message.split('\n', 1)[0] ?? ''}`);
    return [];
  }
  const services = fields(fields(document)['services']);
  const ready: string[] = [];
  const found = Object.entries(services).flatMap(([name, value]) => {
    const service = fields(value);
    if (service['build'] === undefined || service['build'] === null) {
      if (typeof service['image'] === 'string') ready.push(`${name} (${service['image']})`);
      return [];
    }
    return serviceOf(files, file, name, service, note) ?? [];
  });
  if (ready.length > 0)
    note(
      `${file}: ${listed(ready)} ${ready.length === 1 ? 'is an image' : 'are images'} of others, not built here; make them with Terraform (RDS, ElastiCache …) or leave them`,
    );
  return found;
}

function serviceOf(
  files: ProjectFiles,
  file: string,
  name: string,
  service: Fields,
  note: Note,
): ComposeService | undefined {
  const build =
    typeof service['build'] === 'string' ? { context: service['build'] } : fields(service['build']);
  const given = text(build['context']) ?? '.';
  const leaveOut = (why: string) => void note(`${file}: the service ${name} is left out, ${why}`);
  if (NOT_DELIVERED.test(name)) return leaveOut('because its name says that it is for development or tests');
  if (/^(?:\w+:\/\/|git@)|\$/.test(given))
    return leaveOut(`its build context ${given} is not a directory here`);
  if (build['dockerfile_inline'] !== undefined)
    return leaveOut('its Dockerfile is inline in the compose file');
  const base = directoryOf(file);
  const context = inside(base, given).replace(/(.)\/$/, '$1');
  const dockerfile = inside(context, text(build['dockerfile']) ?? 'Dockerfile');
  if (!has(files, dockerfile)) return leaveOut(`there is no ${dockerfile}`);
  const ports = list(service['ports'])
    .map(portOf)
    .filter((port) => port !== undefined);
  const exposed = list(service['expose']).map((value) => Number.parseInt(String(value), 10));
  const target = text(build['target']);
  const published = ports.find((port) => port.published !== undefined)?.published;
  const check = fields(service['healthcheck'])['test'];
  const healthPath = healthPathIn([check].flat().join(' '));
  return {
    file,
    name,
    context,
    dockerfile,
    ...(target === undefined ? {} : { target }),
    ...argsOf(build['args']),
    ports: [...ports.map((port) => port.container), ...exposed].filter((port) => port > 0 && port < 65536),
    ...(published === undefined ? {} : { published }),
    ...(healthPath === undefined ? {} : { healthPath }),
    hasCommand: service['command'] !== undefined || service['entrypoint'] !== undefined,
  };
}

/** `8080:80`, `127.0.0.1:8080:80/tcp`, `80`, `{ target, published }`. */
function portOf(value: unknown): { readonly container: number; readonly published?: number } | undefined {
  const number = (word: unknown) => {
    const written = typeof word === 'number' ? String(word) : typeof word === 'string' ? word : '';
    return /^\d+$/.test(written) ? Number(written) : undefined;
  };
  if (value !== null && typeof value === 'object') {
    const container = number(fields(value)['target']);
    const published = number(fields(value)['published']);
    if (container === undefined) return undefined;
    return { container, ...(published === undefined ? {} : { published }) };
  }
  const words = plain(String(value)).replace(/\/tcp$/, '');
  const parts = words.split(':');
  const container = number(parts.at(-1));
  const published = number(parts.at(-2));
  if (container === undefined) return undefined;
  return { container, ...(published === undefined ? {} : { published }) };
}

/** Build arguments; a variable of compose becomes the reference to the same environment variable. */
function argsOf(value: unknown): Pick<ComposeService, 'args' | 'hidden'> {
  const pairs: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((item) => {
        const [name = '', ...rest] = String(item).split('=');
        return [name, rest.length === 0 ? undefined : rest.join('=')] as const;
      })
    : Object.entries(fields(value));
  const named = pairs.filter(([name]) => name !== '');
  const isHidden = ([name, given]: (typeof named)[number]) =>
    SECRET.test(name) && typeof given === 'string' && given !== '' && !given.includes('$');
  const hidden = named.filter(isHidden).map(([name]) => name);
  const args = named.map(([name, given]) => [
    name,
    argumentOf(hidden.includes(name) ? undefined : given, name),
  ]);
  return { args: Object.fromEntries(args) as Readonly<Record<string, string>>, hidden };
}

function argumentOf(given: unknown, name: string): string {
  if (given === undefined || given === null) return `\${env:${name}:-}`;
  return written(given)
    .replace(
      /\$\{(\w+)(?::?-([^}]*))?(?::?\?[^}]*)?\}/g,
      (_, variable: string, fallback = '') => `\${env:${variable}:-${String(fallback)}}`,
    )
    .replace(/(?<!\$)\$([A-Za-z_]\w*)/g, (_, variable: string) => `\${env:${variable}:-}`)
    .replaceAll('$$', '$');
}

/** A scalar as compose reads it. */
const written = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** What compose would make of a text where no variable is set. */
const plain = (value: string) =>
  value.replace(/\$\{\w+(?::?-([^}]*))?[^}]*\}/g, (_, fallback = '') => String(fallback));

const text = (value: unknown) => (typeof value === 'string' ? plain(value) : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const fields = (value: unknown): Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {};
