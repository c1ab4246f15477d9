import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type * as z from 'zod';
import { StackError } from '../base/errors.js';
import { didYouMean, nearest } from '../base/nearest.js';
import { crossCheck } from './semanticChecks.js';
import { collisions, type Collision } from './collisions.js';
import { schemaIssues } from './schemaIssues.js';
import { extendEnvironments } from './extend.js';
import { readText, UnreadableText } from './readText.js';
import type { ConfiguredKinds } from './kinds.js';
import { configurationSchema, type Config, type ConfigSchema } from './schema.js';
import { keysOf, leavesAt, leavesOf } from './valueShape.js';
import { ofPath, pathText, told, type Path, type Words } from './path.js';
import { folderOf } from './storeLocation.js';
import { parseYaml, type ConfigIssue, type YamlSource } from './source.js';

/**
 * Reads, validates and freezes the configuration.
 * @param directory directory of the command (`-C`), absolute
 * @param file configuration file, relative to it or absolute
 * @param kinds of targets, channels and stores that it may name
 * @throws StackError CONFIG_NOT_FOUND, or CONFIG_INVALID with every issue as `file:line:column message`
 */
export async function loadConfig(directory: string, file: string, kinds: ConfiguredKinds): Promise<Config> {
  const { path, shown, text } = await readConfigText(directory, file);
  const { config, issues } = validateConfig(kinds, shown, text, dirname(path), path);
  if (config === undefined) throw invalidConfig(shown, issues);
  return config;
}

/**
 * The text of the configuration, with its path and how messages call it.
 * @throws StackError CONFIG_NOT_FOUND
 */
export async function readConfigText(
  directory: string,
  file: string,
): Promise<{ readonly path: string; readonly shown: string; readonly text: string }> {
  const path = isAbsolute(file) ? file : resolve(directory, file);
  const shown = relative(directory, path).startsWith('..') ? path : relative(directory, path);
  const text = await readText(path).catch((error: unknown) => {
    if (!(error instanceof UnreadableText)) throw error;
    throw new StackError('CONFIG_NOT_FOUND', `cannot read ${shown}: ${error.reason}`, {
      where: path,
      next: error.isAbsent
        ? 'Run `node runner init` to create one, or name it: `--config FILE`, `-C DIR`.'
        : 'Correct that, or name another file: `--config FILE`, `-C DIR`.',
      cause: error,
    });
  });
  return { path, shown, text };
}

/** Validates a text whole: either a frozen configuration or every issue in the order they stand. */
export function validateConfig(
  kinds: ConfiguredKinds,
  shown: string,
  text: string,
  directory: string,
  file = join(directory, shown),
): {
  config?: Config;
  issues: readonly ConfigIssue[];
  /** As it is written, every `extends` merged in; undefined where it is no YAML. */
  raw: unknown;
  /** Where a path stands in the text. */
  locate: (path: Path, words: Words) => ConfigIssue;
} {
  const source = parseYaml(shown, text);
  if (source.issues.length > 0) {
    const locate = (path: Path, words: Words) => ({
      message: told(words, path),
      path,
      ...source.position(path),
    });
    return { issues: source.issues, raw: undefined, locate };
  }
  const extended = extendEnvironments(source.value ?? {});
  const locate = (path: Path, words: Words, part: 'key' | 'value' = 'value', find?: string): ConfigIssue => {
    const origin = extended.origins(path).find((candidate) => source.has(candidate)) ?? path;
    const inherited = origin === path ? {} : { inherited: told(words, origin) };
    return { message: told(words, path), ...inherited, path, ...source.position(origin, part, find) };
  };
  const schema = configurationSchema(kinds);
  const { value, issues: misread } = schemaIssues(schema, extended.value, extended.names);
  const parsed = schema.safeParse(value, { error: wordingOf(kinds) });
  const issues = [
    ...extended.issues.map((issue) => locate(issue.path, issue.message)),
    ...misread.map(({ path, words, part, find }) => locate(path, words, part, find)),
  ];
  // What was refused as it was read is not refused again for its form.
  const reported = new Set(misread.map(({ path }) => path.join('.')));
  if (!parsed.success) {
    const found = flatten(parsed.error.issues).filter(({ path }) => !reported.has(path.join('.')));
    // A mistyped key is one mistake, not also a missing key.
    const mistyped = new Set<string>();
    for (const issue of found) {
      if (issue.code !== 'unrecognized_keys') continue;
      const known = knownKeys(schema, issue.path, value);
      for (const key of issue.keys) {
        const meant = nearest(key, known);
        if (meant !== undefined) mistyped.add([...issue.path, meant].join('.'));
        const hint = didYouMean(key, known) || ` Known here: ${known.join(', ')}.`;
        const words = (path: Path) => `unknown key "${key}" in ${pathText(path.slice(0, -1))}.${hint}`;
        issues.push(locate([...issue.path, key], words, 'key'));
      }
    }
    for (const issue of found) {
      if (issue.code === 'unrecognized_keys' || mistyped.has(issue.path.join('.'))) continue;
      issues.push(locate(issue.path, ofPath(issue.message)));
    }
  } else {
    issues.push(...crossCheck(parsed.data, kinds).map(({ path, words }) => locate(path, words)));
    issues.push(...collisions(parsed.data, kinds).map((collision) => bothLines(source, collision)));
  }
  const raw = value;
  if (!parsed.success || issues.length > 0) return { issues: inOrder(issues), raw, locate };
  const stateFolder = folderOf(kinds.stores, parsed.data.state.location, directory);
  return { config: deepFreeze({ ...parsed.data, directory, file, stateFolder }), issues: [], raw, locate };
}

/** Two places at once. What an environment inherits stands elsewhere: then the environment itself is pointed at. */
function bothLines(source: YamlSource, { path, other, message }: Collision): ConfigIssue {
  const position = (of: Path) => {
    if (source.has(of)) return source.position(of);
    const length = [...of.keys()].findLast((end) => source.has(of.slice(0, end))) ?? 0;
    return source.position(of.slice(0, length), 'key');
  };
  const inherited = source.has(path) ? '' : ' (inherited by `extends`)';
  const there = `${pathText(other)} (line ${position(other).line})`;
  const words = `${pathText(path)}${inherited}: ${message(there)}`;
  return { message: words, path, ...position(path) };
}

/** The failure of a configuration, with every issue. */
export function invalidConfig(shown: string, issues: readonly ConfigIssue[]): StackError {
  const count = issues.length === 1 ? '1 error' : `${issues.length} errors`;
  return new StackError('CONFIG_INVALID', `${shown} has ${count}`, {
    where: `${shown}:${issues[0]?.line ?? 1}:${issues[0]?.column ?? 1}`,
    evidence: issues.map((issue) => `${shown}:${issue.line}:${issue.column} ${issue.message}`),
    next: 'Correct the lines above, then run `node runner config check`; `node runner config schema` lists every key.',
  });
}

/** A union reports each branch's issues: keep those of the branch that fits the value's shape best. */
function flatten(issues: readonly z.core.$ZodIssue[], base: Path = []): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...issue.path] as PropertyKey[];
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ ...issue, path }];
    const branches = issue.errors.map((branch) => flatten(branch, path));
    const deepest = (branch: z.core.$ZodIssue[]) => Math.max(...branch.map((item) => item.path.length));
    const wrongType = (branch: z.core.$ZodIssue[]) =>
      branch.some((item) => item.code === 'invalid_type' && item.path.length === path.length);
    const fitting = branches.filter((branch) => !wrongType(branch));
    if (fitting.length === 0)
      return [{ ...issue, path, message: branches.map((branch) => branch[0]?.message).join(' or ') }];
    return [...fitting].sort((a, b) => deepest(b) - deepest(a))[0] as z.core.$ZodIssue[];
  });
}

const wordingOf = (kinds: ConfiguredKinds) => (issue: z.core.$ZodRawIssue) => wording(issue, kinds);

function wording(issue: z.core.$ZodRawIssue, { targets }: ConfiguredKinds): string | undefined {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'is required';
    const expected: Record<string, string> = {
      record: 'a map',
      object: 'a map',
      array: 'a list',
      string: 'a text',
      int: 'a whole number',
    };
    const got = Array.isArray(issue.input)
      ? 'a list'
      : issue.input === null
        ? 'nothing'
        : typeof issue.input === 'object'
          ? 'a map'
          : JSON.stringify(issue.input);
    const hint =
      issue.input === null && issue.expected === 'string'
        ? ': quote a text that is null, or begins with #'
        : '';
    return `must be ${expected[issue.expected] ?? `a ${issue.expected}`}, not ${got}${hint}`;
  }
  if (issue.code === 'invalid_value') {
    const options = issue.values.map((value) => String(value));
    const hint = typeof issue.input === 'string' ? didYouMean(issue.input, options) : '';
    return issue.input === undefined
      ? `is required: ${options.join(' | ')}`
      : `must be ${options.join(' | ')}, not ${JSON.stringify(issue.input)}.${hint}`;
  }
  if (issue.code === 'invalid_union' && 'discriminator' in issue && issue.discriminator !== undefined) {
    return `must have a kind: ${targets.map(({ name }) => name).join(' | ')}`;
  }
  if (issue.code === 'invalid_key')
    return `"${String(issue.path?.at(-1))}" is not a valid name: it ${issue.issues[0]?.message ?? 'cannot be one'}`;
  return undefined;
}

/** Keys the schema knows at a path, of the kind that the value says it is. */
function knownKeys(schema: ConfigSchema, path: Path, root: unknown): readonly string[] {
  let leaves = leavesOf(schema);
  let value: unknown = root;
  for (const step of path) {
    leaves = leavesAt(leaves, step, kindOf(value));
    value =
      value !== null && typeof value === 'object' ? (value as Record<PropertyKey, unknown>)[step] : undefined;
  }
  return keysOf(leaves, kindOf(value));
}

const kindOf = (value: unknown) => (value as { kind?: unknown } | null | undefined)?.kind;

/** Issues as they stand in the text, each once. */
export function inOrder(issues: readonly ConfigIssue[]): readonly ConfigIssue[] {
  const seen = new Set<string>();
  return [...issues]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .filter((issue) => {
      // What an environment inherits is reported where it stands, once.
      const key = `${issue.line}:${issue.column}:${issue.inherited ?? issue.message}`;
      return !seen.has(key) && seen.add(key);
    });
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
