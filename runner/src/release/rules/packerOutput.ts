/** One line of `packer build -machine-readable`: `TIME,TARGET,TYPE,DATA…`. */
export type PackerLine =
  | { readonly type: 'step'; readonly text: string }
  | { readonly type: 'output'; readonly text: string; readonly stream: 'stdout' | 'stderr' }
  | { readonly type: 'artifact'; readonly source: string; readonly id: string }
  | { readonly type: 'failure'; readonly source: string; readonly text: string };

/** How Packer writes a comma inside of a field. */
const COMMA = /%!\(PACKER_COMMA\)/g;
/** What its user interface puts before each line: `==> docker.web: `, `    docker.web (docker-tag): `. */
const SOURCE = /^(?:==> |--> | {4})([\w.-]+(?: \([\w.-]+\))?): ?/;

/**
 * Reads a line. What is not in the format is told as it is: wrappers and plugins print what they like.
 * @param mask takes secrets out of a text: Packer writes commas and ends of lines in a way of its own, behind which they hide
 * @returns one for each line of text that it carries
 */
export function packerLines(
  line: string,
  mask: (text: string) => string = (text) => text,
): readonly PackerLine[] {
  const [, target = '', type, data] = /^\d+,([^,]*),([^,]+),?(.*)$/s.exec(line) ?? [];
  if (type === undefined || data === undefined)
    return line.trim() === '' ? [] : [{ type: 'output', text: line, stream: 'stdout' }];
  const fields = data.split(',').map((field) => mask(plain(field)));
  if (type === 'artifact')
    return fields[1] === 'id' && fields[2] !== undefined
      ? [{ type: 'artifact', source: target, id: fields[2] }]
      : [];
  if (type === 'error') return [{ type: 'failure', source: target, text: fields[0] ?? '' }];
  if (type !== 'ui') return [];
  const [kind, ...words] = fields;
  return words
    .join(',')
    .split('\n')
    .map((text): PackerLine => {
      const said = text.replace(SOURCE, '');
      // Without a source it tells of the whole run; a command line is no step.
      if (kind === 'say' && text.startsWith('==> ') && said !== text && !/^Executing Ansible: /.test(said))
        return { type: 'step', text: said.replace(/ {2,}/g, ' ') };
      return { type: 'output', text: said, stream: kind === 'error' ? 'stderr' : 'stdout' };
    })
    .filter((read) => 'text' in read && read.text.trim() !== '');
}

const plain = (field: string): string =>
  field.replace(COMMA, ',').replaceAll('\\r', '').replaceAll('\\n', '\n');

/** What is known of a build while it is read. */
export interface PackerProgress {
  /** What Packer did last. */
  readonly step: string | undefined;
  /** The task of Ansible that was begun last. */
  readonly task: string | undefined;
  /** What a failed task said. */
  readonly said: string | undefined;
  /** Why a source could not be built, in Packer's words. */
  readonly failures: readonly string[];
  /** The last image of each source: a post-processor may make another one of it. */
  readonly images: Readonly<Record<string, string>>;
  /** Names that post-processors gave. */
  readonly names: readonly string[];
  /** Where a template is wrong, `FILE:LINE`. */
  readonly place: string | undefined;
}

export const NOTHING_YET: PackerProgress = {
  ...{ step: undefined, task: undefined, said: undefined, place: undefined },
  ...{ failures: [], images: {}, names: [] },
};

const TASK = /^(?:TASK|RUNNING HANDLER) \[(.*)\] \**$/;
const FATAL = /^(?:fatal|failed): \[[^\]]*\].*?=> (.*)$/;
const PLACE = /^\s*on (\S+\.(?:pkr\.hcl|json)) line (\d+)/;
/** Steps of the end: where they come, something before them has failed. */
const CLEANING =
  /^(?:Killing the container|Provisioning step had errors|Step "[^"]*" errored|Cleaning up|Cancelling|Terminating|Deleting|Deregistering)/;

/** What is known after one more line. */
export function afterLine(known: PackerProgress, line: PackerLine): PackerProgress {
  switch (line.type) {
    case 'step':
      return CLEANING.test(line.text) ? known : { ...known, step: line.text, task: undefined };
    case 'artifact':
      return {
        ...known,
        images: { ...known.images, [line.source]: line.id },
        names: line.id.startsWith('sha256:') ? known.names : [...known.names, line.id],
      };
    case 'failure':
      return { ...known, failures: [...known.failures, line.text] };
    case 'output': {
      const task = taskOf(line.text);
      if (task !== undefined) return { ...known, task, said: undefined };
      const [, file, at] = PLACE.exec(line.text) ?? [];
      if (file !== undefined && known.place === undefined) return { ...known, place: `${file}:${at}` };
      const [, result] = FATAL.exec(line.text) ?? [];
      return result === undefined ? known : { ...known, said: wordsOf(result) };
    }
  }
}

/** The task of Ansible that a line of output begins. */
export const taskOf = (text: string): string | undefined => TASK.exec(text)?.[1];

/** Ansible tells a result as JSON, of which `msg` is for people. */
function wordsOf(result: string): string {
  try {
    const { msg } = JSON.parse(result) as { msg?: unknown };
    return typeof msg === 'string' ? msg : result;
  } catch {
    return result;
  }
}

/**
 * What a template is refused for, with its place.
 * @param lines all that `packer validate -machine-readable` printed
 * @returns undefined where it says nothing that is understood
 */
export function templateFailure(lines: readonly string[]): string | undefined {
  const read = lines.flatMap((line) => packerLines(line));
  const { place } = read.reduce(afterLine, NOTHING_YET);
  const texts = read.flatMap((line) => (line.type === 'output' ? [line.text.trim()] : []));
  const why = texts.find((text) => /^Error:/.test(text)) ?? texts[0];
  if (why === undefined) return undefined;
  const words = why.replace(/^Error: /, '');
  return place === undefined ? words : `${place}: ${words}`;
}
