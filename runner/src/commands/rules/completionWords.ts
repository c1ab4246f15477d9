/** An option as completion needs it. */
interface CompletedOption {
  readonly name: string;
  readonly short?: string;
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly repeatable?: boolean;
}

/** A command as completion needs it: its definition, with the options of every command among its own. */
export interface CompletedCommand {
  readonly name: string;
  readonly options: readonly CompletedOption[];
  readonly arguments?: readonly { readonly name: string; readonly variadic?: boolean }[];
  readonly environment?: 'required' | 'optional' | 'several' | 'none';
}

/** Names that a configuration gives. */
export interface Facts {
  readonly environments?: readonly string[];
  readonly images?: readonly string[];
  readonly branches?: readonly string[];
  readonly scopes?: readonly string[];
  /** Whether there is a branch that ends with a release. */
  readonly isReleased?: boolean;
  /** Of any kind. */
  readonly targets?: readonly string[];
}

/** Instead of words: the shell completes names of files, or of directories, by itself. */
export const FILES = ':files';
export const DIRECTORIES = ':directories';

const STAGES_OF_IMAGES = ['build', 'test'];
const STAGES_OF_ENVIRONMENTS = [
  ...['needs', 'plan', 'approve', 'apply', 'provision', 'deploy', 'promote', 'continue'],
  ...['approve-contract', 'contract'],
];

/**
 * What may stand in place of the last word, or one of the two marks above.
 * @param words all that is typed after the program's name; the last is the word at the cursor, maybe empty
 * @param factsOf reads the configuration that the words lead to: directory and file as they were typed
 */
export async function completions(
  commands: readonly CompletedCommand[],
  words: readonly string[],
  factsOf: (directory: string, file: string) => Promise<Facts>,
): Promise<readonly string[]> {
  const typed = words.slice(0, -1);
  const word = words.at(-1) ?? '';
  const line = readLine(commands, typed);
  const facts = () =>
    factsOf(
      line.given.get('directory')?.at(-1) ?? '.',
      line.given.get('config')?.at(-1) ?? 'automation-stack.yml',
    );
  const fitting = (candidates: readonly string[], prefix = '') =>
    candidates.map((text) => `${prefix}${text}`).filter((text) => text.startsWith(word));

  if (line.open !== undefined) return valuesOf(line, line.open, word, facts);
  const equals = /^--([a-z-]+)=(.*)$/s.exec(word);
  const assigned = equals === null ? undefined : line.options.find(({ name }) => name === equals[1]);
  if (assigned !== undefined) {
    const values = await valuesOf(line, assigned, equals?.[2] ?? '', facts);
    return values.map((value) => (value.startsWith(':') ? value : `--${assigned.name}=${value}`));
  }
  if (word.startsWith('-')) return fitting(line.options.filter(isLeft(line)).map(({ name }) => `--${name}`));
  if (line.command === undefined) return fitting(nextWords(commands, line.verb));
  return fitting(await argumentsOf(line, facts));
}

interface Line {
  readonly verb?: string;
  readonly command?: CompletedCommand;
  readonly options: readonly CompletedOption[];
  /** Values of the options that were given; switches have an empty one. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** Words that are no options, after the command's own. */
  readonly operands: readonly string[];
  /** The option whose value comes next. */
  readonly open?: CompletedOption;
}

/** Reads the words before the cursor as the command line does: options may stand anywhere. */
function readLine(commands: readonly CompletedCommand[], words: readonly string[]): Line {
  const verbs = new Set(commands.map(({ name }) => name.split(' ')[0] as string));
  const common = commands[0]?.options.filter((item) =>
    commands.every(({ options }) => options.some(({ name }) => name === item.name)),
  );
  const given = new Map<string, string[]>();
  const operands: string[] = [];
  let verb: string | undefined;
  let command: CompletedCommand | undefined;
  let open: CompletedOption | undefined;
  for (const word of words) {
    const options = command?.options ?? common ?? [];
    if (open !== undefined) {
      given.set(open.name, [...(given.get(open.name) ?? []), word]);
      open = undefined;
    } else if (word.startsWith('-')) {
      const [, name, value] = /^--?([A-Za-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
      const option = options.find((item) => item.name === name || item.short === name);
      if (option === undefined) continue;
      if (option.value !== undefined && value === undefined) open = option;
      else given.set(option.name, [...(given.get(option.name) ?? []), value ?? '']);
    } else if (verb === undefined) {
      verb = verbs.has(word) ? word : '';
      command = commands.find(({ name }) => name === verb);
    } else if (command === undefined) {
      command = commands.find(({ name }) => name === `${verb} ${word}`);
    } else operands.push(word);
  }
  return {
    ...(verb === undefined ? {} : { verb }),
    ...(command === undefined ? {} : { command }),
    options: command?.options ?? common ?? [],
    given,
    operands,
    ...(open === undefined ? {} : { open }),
  };
}

const isLeft =
  ({ given }: Line) =>
  ({ name, repeatable }: CompletedOption) =>
    repeatable === true || !given.has(name);

/** The verbs; after one of a group, its members. */
function nextWords(commands: readonly CompletedCommand[], verb: string | undefined): readonly string[] {
  const names = commands.map(({ name }) => name.split(' '));
  if (verb === undefined) return [...new Set(names.map(([first]) => first as string))];
  return names.flatMap(([first, second]) => (first === verb && second !== undefined ? [second] : []));
}

async function argumentsOf(line: Line, facts: () => Promise<Facts>): Promise<readonly string[]> {
  const defined = line.command?.arguments ?? [];
  const argument =
    defined[line.operands.length] ?? (defined.at(-1)?.variadic === true ? defined.at(-1) : undefined);
  if (argument?.name === 'image') {
    return ((await facts()).images ?? []).filter((image) => !line.operands.includes(image));
  }
  return argument?.name === 'shell' ? ['bash', 'zsh', 'fish'] : [];
}

async function valuesOf(
  line: Line,
  option: CompletedOption,
  word: string,
  facts: () => Promise<Facts>,
): Promise<readonly string[]> {
  const fitting = (candidates: readonly string[]) => candidates.filter((text) => text.startsWith(word));
  if (option.choices !== undefined) return fitting(option.choices);
  switch (option.name) {
    case 'env': {
      const { environments = [] } = await facts();
      if (line.command?.environment !== 'several') return fitting(environments);
      const named = word.split(',').slice(0, -1);
      const prefix = named.map((name) => `${name},`).join('');
      return fitting(environments.filter((name) => !named.includes(name)).map((name) => `${prefix}${name}`));
    }
    case 'branch':
      return fitting(((await facts()).branches ?? []).filter((name) => !/[*?[]/.test(name)));
    case 'scope':
      return fitting([...new Set((await facts()).scopes ?? [])]);
    case 'target':
      return fitting([...new Set((await facts()).targets ?? [])]);
    case 'from':
    case 'only':
      return fitting(stagesOf(await facts()));
    case 'directory':
      return [DIRECTORIES];
  }
  return option.value === 'FILE' ? [FILES] : option.value === 'DIR' ? [DIRECTORIES] : [];
}

/** Ids of the stages that a branch may have. */
function stagesOf({ images = [], environments = [], isReleased = false }: Facts): readonly string[] {
  const each = (kinds: readonly string[], subjects: readonly string[]) =>
    kinds.flatMap((kind) => subjects.map((subject) => `${kind}:${subject}`));
  return [
    ...each(STAGES_OF_IMAGES, images),
    'push',
    ...each(STAGES_OF_ENVIRONMENTS, environments),
    ...(isReleased ? ['release'] : []),
  ];
}
