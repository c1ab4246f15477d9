import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBlocks, type HclBlock } from '../../../../scripts/terraformReader.js';
import { source } from '../workbench.js';
import { commonValues, editValues, type Edit } from './editValues.js';
import { readType, type Attribute, type Type } from './types.js';

/** One edit of a module's variables, as an override of the call of it. */
export interface Toggle {
  /** The variable, or what of it: `storage.gib`, `listeners.*.ssl_policy`; or an example and words, `web: autoscaling, none`. */
  readonly path: string;
  /** Expressions by variable. */
  readonly settings: Readonly<Record<string, string>>;
}

/** An example of a module with the edits that are tried on it. */
export interface Example {
  /** `modules/rds/examples/trial` */
  readonly directory: string;
  /** What the call of the module is called. */
  readonly call: string;
  readonly toggles: readonly Toggle[];
  /** Edits for which nobody has said a value. */
  readonly valueless: readonly string[];
}

/** The variable that an edit is of. */
export const variableOf = (path: string): string => /^(?:[\w-]+: )?(\w+)/.exec(path)?.[1] ?? path;

/** Variables of which every example says something and that mean the same in each: tried in the first. */
const alike: Readonly<Record<string, readonly string[]>> = {
  'ecs-service': ['containers', 'architecture', 'logs'],
};

/** What decides between making and reusing is no edit of what was made. */
const modes = new Set(['mode', 'existing']);

interface Variable {
  readonly name: string;
  readonly type: Type;
  /** The expression of its default; nothing for a variable that must be given. */
  readonly fallback: string | undefined;
  /** By the last name of a path: what its validations allow, as an expression. */
  readonly choices: ReadonlyMap<string, string>;
}

/**
 * The examples of a module with the edits that its variables allow: each in the examples that say something of its variable, or in
 * the first where none does.
 */
export function readExamples(module: string): Example[] {
  const variables = readBlocks(readFileSync(join(source, 'modules', module, 'variables.tf'), 'utf8'))
    .filter(({ type }) => type === 'variable')
    .map(variable);
  const directory = join(source, 'modules', module, 'examples');
  if (!existsSync(directory)) return [];
  const calls = readdirSync(directory)
    .sort()
    .map((name) => ({ name, call: callOf(join(directory, name, 'main.tf')) }));
  return calls.map(({ name, call }, index) => {
    const own = variables.filter((one) =>
      calls.some((other) => other.call.arguments.has(one.name)) && !alike[module]?.includes(one.name)
        ? call.arguments.has(one.name)
        : index === 0,
    );
    const edits = own.flatMap((one) => edited(module, one, call));
    return {
      directory: `modules/${module}/examples/${name}`,
      call: call.labels[0] as string,
      toggles: [
        ...edits.filter((edit): edit is Toggle => typeof edit !== 'string'),
        ...further(module, name),
      ],
      valueless: edits.filter((edit) => typeof edit === 'string'),
    };
  });
}

function callOf(file: string): HclBlock {
  const call = readBlocks(readFileSync(file, 'utf8')).find(
    ({ type, arguments: given }) => type === 'module' && given.get('source') === '"../.."',
  );
  if (call === undefined) throw new Error(`${file} does not call its module.`);
  return call;
}

/** The edits of one example that are none of a part of a variable. */
const further = (module: string, example: string): Toggle[] =>
  Object.entries(editValues[module] ?? {}).flatMap(([path, settings]) =>
    typeof settings !== 'string' && path.startsWith(`${example}: `) ? [{ path, settings }] : [],
  );

function variable({ labels, arguments: given, blocks }: HclBlock): Variable {
  const choices = new Map<string, string>();
  for (const { type, arguments: validation } of blocks)
    if (type === 'validation')
      for (const [, list, subject] of (validation.get('condition') ?? '').matchAll(
        /contains\((\[[^\]]*\]), ([\w.]+)\)/g,
      ))
        choices.set((subject as string).split('.').at(-1) as string, list as string);
  return {
    name: labels[0] as string,
    type: readType(given.get('type') ?? 'any'),
    fallback: given.get('default'),
    choices,
  };
}

/** The edits of one variable; as text those that lack a value. */
function edited(module: string, one: Variable, call: HclBlock): (Toggle | string)[] {
  if (modes.has(one.name)) return [];
  const base = call.arguments.get(one.name) ?? one.fallback;
  // A variable of one value that must be given says which resource it is; what it is made of can be edited.
  if (base === undefined || (one.fallback === undefined && isSimple(one.type))) return [];
  const values = editValues[module] ?? {};
  const context: Context = { values, choices: one.choices };
  return leaves(context, one.type, base, one.name).map(({ path, expression }) => {
    if (expression === undefined) return path;
    if (typeof expression !== 'string') return { path, settings: expression };
    return { path, settings: { [one.name]: expression } };
  });
}

const isSimple = ({ kind }: Type) => kind === 'string' || kind === 'number' || kind === 'bool';

interface Context {
  readonly values: Readonly<Record<string, Edit>>;
  readonly choices: ReadonlyMap<string, string>;
}

interface Leaf {
  readonly path: string;
  /** What the whole becomes, or settings of several variables; nothing where nobody knows. */
  readonly expression: string | Readonly<Record<string, string>> | undefined;
}

/** Each part of a value that can be another, with the whole as it then is. */
function leaves(context: Context, type: Type, base: string, path: string): Leaf[] {
  const said = context.values[path];
  if (said === 'as it is') return [];
  if (said !== undefined) return [{ path, expression: said }];
  if (type.kind === 'object' && base !== 'null')
    return Object.entries(type.attributes).flatMap(([name, attribute]) =>
      within(context, attribute, `(${base})`, `${path}.${name}`).map((leaf) =>
        wrapped(leaf, (value) => `merge(${base}, { ${name} = ${value} })`),
      ),
    );
  if (type.kind === 'map' && type.of.kind === 'object' && base !== '{}') {
    const { attributes } = type.of;
    return Object.entries(attributes).flatMap(([name, attribute]) =>
      within(context, attribute, 'one', `${path}.*.${name}`).map((leaf) =>
        wrapped(leaf, (value) => `{ for key, one in ${base} : key => merge(one, { ${name} = ${value} }) }`),
      ),
    );
  }
  return [{ path, expression: another(context, type, base, path) }];
}

function within(
  context: Context,
  { type, optional, fallback }: Attribute,
  base: string,
  path: string,
): Leaf[] {
  if (!optional && type.kind === 'string' && context.values[path] === undefined) return [];
  const name = path.split('.').at(-1) as string;
  const current = `try(${base}.${name}, ${fallback ?? 'null'})`;
  if (type.kind === 'map' && type.of.kind === 'object') {
    // Whether there is something in it depends on the example; an empty one is edited into itself.
    const said = context.values[path];
    if (said !== undefined) return said === 'as it is' ? [] : [{ path, expression: said }];
    return leaves(context, type, `try({ for key, value in ${current} : key => value }, {})`, path);
  }
  return leaves(
    context,
    type,
    type.kind === 'object' ? `try(coalesce(${base}.${name}, {}), {})` : current,
    path,
  );
}

const wrapped = (leaf: Leaf, wrap: (value: string) => string): Leaf =>
  typeof leaf.expression === 'string' ? { ...leaf, expression: wrap(leaf.expression) } : leaf;

/** Another value than this one; nothing where it cannot be told from the type, the name and the validations. */
function another({ choices }: Context, type: Type, base: string, path: string): string | undefined {
  const name = path.split('.').at(-1) as string;
  const choice = choices.get(name);
  if (choice !== undefined && isSimple(type))
    return `[for choice in ${choice} : choice if choice != ${base}][0]`;
  if (type.kind === 'bool') return `!try(coalesce(${base}, false), false)`;
  const common = commonValues[name];
  if (common !== undefined) return added(type, base, common);
  return type.kind === 'number' ? `try(coalesce(${base}, 10), 10) + 1` : undefined;
}

/** A collection with one more in it; a single value in place of the other. */
function added(type: Type, base: string, value: string): string {
  if (type.kind === 'map') return `merge(try(coalesce(${base}, {}), {}), { edited = ${value} })`;
  if (type.kind === 'set' || type.kind === 'list')
    return `concat(tolist(try(coalesce(${base}, []), [])), [${value}])`;
  return value;
}
