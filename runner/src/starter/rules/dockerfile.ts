/** What a Dockerfile says of the image that it makes. */
export interface DockerfileFacts {
  /** Names of its stages. */
  readonly stages: readonly string[];
  /** TCP ports of the image, in order. */
  readonly ports: readonly number[];
  /** Paths that COPY and ADD take from the context. */
  readonly sources: readonly string[];
  /** Path of an HTTP health check that is built in. */
  readonly healthPath?: string;
  readonly hasFrom: boolean;
  /** It answers FastCGI behind a web server, not HTTP. */
  readonly isFastCgi: boolean;
}

interface Stage {
  readonly name: string;
  readonly base: string;
  readonly ports: number[];
}

/** Base images that serve HTTP on port 80 without saying so again. */
const SERVES_80 = /^(?:.*\/)?(?:nginx|httpd|caddy|wordpress|nextcloud|drupal)(?::|$)|^(?:.*\/)?php:.*apache/;

/** Reads the few instructions that matter; what it does not know it passes over. */
export function readDockerfile(text: string): DockerfileFacts {
  const stages: Stage[] = [];
  const values = new Map<string, string>();
  const sources: string[] = [];
  let healthPath: string | undefined;
  for (const [word, rest] of instructions(text)) {
    const stage = stages.at(-1);
    if (word === 'FROM') {
      const [base = '', , name = ''] = rest.replace(/--\S+\s+/g, '').split(/\s+/);
      stages.push({ name, base: expand(base, values), ports: [] });
    } else if (word === 'ARG' || word === 'ENV') remember(values, rest);
    else if (word === 'EXPOSE') stage?.ports.push(...portsIn(expand(rest, values)));
    else if (word === 'COPY' || word === 'ADD') sources.push(...sourcesOf(rest));
    else if (word === 'HEALTHCHECK') healthPath = healthPathIn(expand(rest, values)) ?? healthPath;
  }
  return {
    stages: stages.map(({ name }) => name).filter((name) => name !== ''),
    ports: [...new Set(portsOf(stages, stages.at(-1)))],
    sources,
    hasFrom: stages.length > 0,
    isFastCgi: stages.some(({ base }) => /(?:^|\/)php:.*fpm/.test(base)),
    ...(healthPath === undefined ? {} : { healthPath }),
  };
}

/** The path of the first URL of this machine in a health check's command. */
export function healthPathIn(text: string): string | undefined {
  const found = /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])(?::\d+)?(\/[\w./-]*)?/.exec(text);
  return found === null ? undefined : (found[1] ?? '/');
}

function* instructions(text: string): Generator<readonly [string, string]> {
  const lines = text
    .split(/\r?\n/)
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/[\\`]\n/g, ' ')
    .split('\n');
  for (const line of lines) {
    const [, word, rest] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(line) ?? [];
    if (word !== undefined && rest !== undefined) yield [word.toUpperCase(), rest.trim()];
  }
}

function remember(values: Map<string, string>, rest: string): void {
  const pairs = [...rest.matchAll(/(\w+)=("[^"]*"|'[^']*'|\S*)/g)];
  for (const [, name = '', value = ''] of pairs) values.set(name, value.replace(/^["']|["']$/g, ''));
  const [, name, value] = pairs.length === 0 ? (/^(\w+)\s+(.+)$/.exec(rest) ?? []) : [];
  if (name !== undefined && value !== undefined) values.set(name, value);
}

function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+)/g, (whole, braced, fallback, bare) => {
    const name = (braced ?? bare) as string;
    return values.get(name) ?? (fallback as string | undefined) ?? whole;
  });
}

function portsIn(text: string): readonly number[] {
  return text
    .split(/\s+/)
    .filter((word) => /^\d+(?:\/tcp)?$/.test(word))
    .map((word) => Number.parseInt(word, 10))
    .filter((port) => port > 0 && port < 65536);
}

function portsOf(stages: readonly Stage[], stage: Stage | undefined, depth = 0): readonly number[] {
  if (stage === undefined || depth > stages.length) return [];
  const before = stages.find(({ name }) => name !== '' && name === stage.base);
  const inherited = before === undefined ? [] : portsOf(stages, before, depth + 1);
  const own = [...inherited, ...stage.ports];
  return own.length === 0 && SERVES_80.test(stage.base) ? [80] : own;
}

/** The sources of a COPY; not those of another stage, of the network, or of a here-document. */
function sourcesOf(rest: string): readonly string[] {
  if (/(?:^|\s)--from=/.test(rest) || rest.includes('<<')) return [];
  const bare = rest.replace(/(?:^|\s)--\S+/g, ' ').trim();
  const words = bare.startsWith('[')
    ? [...bare.matchAll(/"([^"]*)"/g)].map(([, word = '']) => word)
    : bare.split(/\s+/);
  return words.slice(0, -1).filter((word) => !/^\w+:\/\/|^git@|\$/.test(word));
}
