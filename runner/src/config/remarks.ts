import { didYouMean } from '../base/nearest.js';
import { rawAt, rawList, rawMap, rawText, type Remark } from './raw.js';
import { DEFAULT_BRANCHES } from './schema.js';

/**
 * What makes no sense in a configuration as a whole: names that lead nowhere, and what nothing leads to. It reads what
 * is there, also where the configuration is not valid, so that all that is wrong is told at once.
 * @param raw the configuration with every `extends` merged in
 */
export function remarksOf(raw: unknown): readonly Remark[] {
  return [...unknownNames(raw), ...promotionRemarks(raw), ...reachRemarks(raw), ...imageRemarks(raw)];
}

const namesOf = (raw: unknown, key: string) => Object.keys(rawMap(rawAt(raw, [key])));
const environmentsOf = (raw: unknown) => Object.entries(rawMap(rawAt(raw, ['environments'])));
const targetsOf = (environment: unknown) => Object.entries(rawMap(rawAt(environment, ['targets'])));
const hasTargets = (raw: unknown, name: string) => targetsOf(rawAt(raw, ['environments', name])).length > 0;
const error = (path: Remark['path'], words: string): Remark => ({ path, words, level: 'error' });
const warning = (path: Remark['path'], words: string): Remark => ({ path, words, level: 'warning' });

/** The same words as the check of a valid configuration has, so that nothing is told twice. */
function unknownNames(raw: unknown): readonly Remark[] {
  const missing = (path: Remark['path'], what: string, name: unknown, known: readonly string[]) =>
    typeof name !== 'string' || known.includes(name)
      ? []
      : [
          error(
            path,
            `${what} "${name}" is not defined.${didYouMean(name, known) || ` Known: ${known.join(', ') || 'none'}.`}`,
          ),
        ];
  const environments = namesOf(raw, 'environments');
  const images = namesOf(raw, 'images');
  return [
    ...Object.entries(rawMap(rawAt(raw, ['branches']))).flatMap(([branch, name]) =>
      missing(['branches', branch], 'environment', name, environments),
    ),
    ...environmentsOf(raw).flatMap(([name, environment]) => [
      ...missing(
        ['environments', name, 'promotion', 'from'],
        'environment',
        rawAt(environment, ['promotion', 'from']),
        environments,
      ),
      ...targetsOf(environment).flatMap(([target, settings]) =>
        missing(
          ['environments', name, 'targets', target, 'image'],
          'image',
          rawAt(settings, ['image']),
          images,
        ),
      ),
    ]),
  ];
}

/** Promotions that go round, or come from where nothing can ever be healthy. */
function promotionRemarks(raw: unknown): readonly Remark[] {
  const fromOf = (name: string) => rawText(rawAt(raw, ['environments', name, 'promotion', 'from']));
  return environmentsOf(raw).flatMap(([name]) => {
    const from = fromOf(name);
    const path = ['environments', name, 'promotion', 'from'];
    if (from === undefined || from === name) return [];
    const way = [name];
    for (let next = fromOf(name); next !== undefined; next = fromOf(next)) {
      if (next === name) return [error(path, `promotion is circular: ${[...way, name].join(' ← ')}`)];
      if (way.includes(next)) break;
      way.push(next);
    }
    const known = namesOf(raw, 'environments').includes(from);
    return known && hasTargets(raw, name) && !hasTargets(raw, from)
      ? [
          error(
            path,
            `${name} is promoted from ${from}, which has no targets, so no release can be healthy there`,
          ),
        ]
      : [];
  });
}

/** Branches that change nothing, and environments that no branch leads to. */
function reachRemarks(raw: unknown): readonly Remark[] {
  const environments = new Map(environmentsOf(raw));
  const given = rawAt(raw, ['branches']);
  const rules = Object.entries(given === undefined ? DEFAULT_BRANCHES : rawMap(given));
  const reached = new Set<string>();
  for (const [, name] of rules) {
    for (let at = rawText(name); at !== undefined && !reached.has(at);) {
      reached.add(at);
      at = rawText(rawAt(environments.get(at), ['promotion', 'from']));
    }
  }
  const isEmpty = (environment: unknown) =>
    targetsOf(environment).length === 0 &&
    rawAt(environment, ['infrastructure']) === undefined &&
    rawAt(environment, ['provision']) === undefined;
  return [
    ...(given === undefined ? [] : rules).flatMap(([branch, name]) => {
      const environment = rawText(name);
      if (environment === undefined || !environments.has(environment)) return [];
      return isEmpty(environments.get(environment))
        ? [
            warning(
              ['branches', branch],
              `${branch} leads to ${environment}, which has no infrastructure, playbooks or targets: nothing is changed there`,
            ),
          ]
        : [];
    }),
    ...[...environments.keys()]
      .filter((name) => !reached.has(name))
      .map((name) =>
        warning(
          ['environments', name],
          `no branch leads to ${name}: it can be reached only by commands that you type`,
        ),
      ),
  ];
}

/** Images that are built and pushed, and run nowhere. */
function imageRemarks(raw: unknown): readonly Remark[] {
  const used = new Set(
    environmentsOf(raw).flatMap(([, environment]) =>
      targetsOf(environment).map(([, target]) => rawText(rawAt(target, ['image']))),
    ),
  );
  const unused = namesOf(raw, 'images').filter((name) => !used.has(name));
  return unused.map((name) =>
    warning(['images', name], `no target runs the image ${name}: it is built and pushed only`),
  );
}

/** Files that a configuration names beside those of its environments and images. */
export const podTemplateOf = (raw: unknown): string | undefined =>
  rawText(rawAt(raw, ['jenkins', 'agent', 'pod-template']));

/** Texts of a list in the configuration, with their place. */
export const textsOf = (value: unknown): readonly (readonly [number, string])[] =>
  rawList(value).flatMap((item, index) => (typeof item === 'string' ? [[index, item] as const] : []));
