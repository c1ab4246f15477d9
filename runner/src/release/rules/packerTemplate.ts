/** What a template of Packer says that the runner has to know: read without Packer, so that an unchanged image starts nothing. */
export interface TemplateText {
  readonly path: string;
  readonly text: string;
}

/** Facts of a template, of all its files together. */
export interface Template {
  /** Names of the variables that it declares. */
  readonly variables: readonly string[];
  /** Whether it names plugins that `packer init` installs. */
  readonly requiresPlugins: boolean;
  /** Whether one of its provisioners is Ansible, on this machine. */
  readonly usesAnsible: boolean;
}

const NOTHING: Template = { variables: [], requiresPlugins: false, usesAnsible: false };
const ANSIBLE = 'ansible';

/** Reads the files of a template: HCL2, HCL2 written as JSON, or the JSON of before. */
export function templateFacts(files: readonly TemplateText[]): Template {
  const facts = files.map(({ path, text }) => (path.endsWith('.json') ? ofJson(text) : ofHcl(text)));
  return {
    variables: [...new Set(facts.flatMap(({ variables }) => variables))],
    requiresPlugins: facts.some(({ requiresPlugins }) => requiresPlugins),
    usesAnsible: facts.some(({ usesAnsible }) => usesAnsible),
  };
}

/** `variable: {NAME: …}` is HCL2, `variables: {NAME: …}` is either. What is no JSON, Packer itself will say. */
function ofJson(text: string): Template {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return NOTHING;
  }
  const { variable, variables, packer, build, provisioners } = (read ?? {}) as Readonly<
    Record<string, unknown>
  >;
  const inBuilds = listOf(build).flatMap((one) => listOf((one as { provisioner?: unknown }).provisioner));
  const types = listOf(provisioners).map((one) => (one as { type?: unknown }).type);
  return {
    variables: [...keysOf(variable), ...keysOf(variables)],
    requiresPlugins: keysOf(packer).includes('required_plugins'),
    usesAnsible: types.includes(ANSIBLE) || inBuilds.some((one) => keysOf(one).includes(ANSIBLE)),
  };
}

const listOf = (value: unknown): readonly object[] =>
  [value].flat().filter((one): one is object => one !== null && typeof one === 'object');

/** Blocks may be written as a list of maps. */
const keysOf = (value: unknown): readonly string[] =>
  Array.isArray(value)
    ? value.flatMap(keysOf)
    : value !== null && typeof value === 'object'
      ? Object.keys(value)
      : [];

/** A name, a text, a bracket or an end of line; everything else of the language is passed over. */
const TOKEN =
  /([A-Za-z_][\w-]*)|"((?:\\.|\$\{(?:[^{}"]|"(?:\\.|[^"\\])*"|\{[^{}]*\})*\}|[^"\\])*)"|([{}()[\]=])|(\n)/gs;

/**
 * Variables are blocks at the top: `variable "NAME" {`, or `variables { NAME = …`. Comments, heredocs and all that stands in
 * other blocks is passed over.
 */
function ofHcl(text: string): Template {
  const variables: string[] = [];
  let [requiresPlugins, usesAnsible] = [false, false];
  // Names of the blocks that are open, other brackets as ''.
  const open: string[] = [];
  let line: { readonly word?: string; readonly quoted?: string; readonly sign?: string }[] = [];
  for (const [, word, quoted, sign, end] of withoutComments(text).matchAll(TOKEN)) {
    if (end !== undefined) {
      line = [];
      continue;
    }
    const [first, second] = line;
    if (sign === '{') {
      const isBlock = first?.word !== undefined && !line.some((token) => token.sign === '=');
      const name = isBlock ? (first.word ?? '') : '';
      if (open.length === 0 && name === 'variable') {
        const declared = second?.quoted ?? second?.word;
        if (declared !== undefined) variables.push(declared);
      }
      if (open.join() === 'packer' && name === 'required_plugins') requiresPlugins = true;
      if (open.join() === 'build' && name === 'provisioner' && second?.quoted === ANSIBLE) usesAnsible = true;
      open.push(name);
      line = [];
    } else if (sign === '(' || sign === '[') {
      open.push('');
    } else if (sign === '}' || sign === ')' || sign === ']') {
      open.pop();
      line = [];
    } else if (sign === '=' && open.join() === 'variables' && line.length === 1) {
      const declared = first?.word ?? first?.quoted;
      if (declared !== undefined) variables.push(declared);
      line.push({ sign });
    } else
      line.push({
        ...(word === undefined ? {} : { word }),
        ...(quoted === undefined ? {} : { quoted }),
        ...(sign === undefined ? {} : { sign }),
      });
  }
  return { variables, requiresPlugins, usesAnsible };
}

/** A text first, so that a `#` or `//` in it is none; then heredocs and the three kinds of comments. */
const PASSED_OVER =
  /"(?:\\.|[^"\\\n])*"|<<[-~]?([A-Za-z_]\w*)\n.*?\n[ \t]*\1(?=\n|$)|#[^\n]*|\/\/[^\n]*|\/\*.*?\*\//gs;

const withoutComments = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replace(PASSED_OVER, (found) => (found.startsWith('"') ? found : found.startsWith('<<') ? '""' : ''));
