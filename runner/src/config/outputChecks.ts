import { outputOf, referencesIn } from './referencesIn.js';
import type { EnvironmentConfig } from './schema.js';
import { ofPath, type Path, type Words } from './path.js';

interface OutputIssue {
  readonly path: Path;
  readonly words: Words;
}

/** `${output:…}` that can never be looked up: of another environment without infrastructure, or to reach the very state that holds it. */
export function checkOutputs(
  environments: Readonly<Record<string, EnvironmentConfig>>,
): readonly OutputIssue[] {
  return Object.entries(environments).flatMap(([name, environment]) => [
    ...textsIn(environment, ['environments', name]).flatMap(({ path, text }) =>
      outputsIn(text, name)
        .filter(
          // Its own outputs are looked for by the check, together with the root's other names.
          ({ from }) =>
            from !== name &&
            Object.hasOwn(environments, from) &&
            environments[from]?.infrastructure === undefined,
        )
        .map(({ whole, from }) => ({
          path,
          words: ofPath(`"${whole}": ${from} has no infrastructure, so no outputs`),
        })),
    ),
    ...(environment.infrastructure?.['backend-config'] ?? []).flatMap((text, index) =>
      outputsIn(text, name)
        .filter(({ from }) => backendNeeds(from, environments).has(name))
        .map(({ whole }) => ({
          path: ['environments', name, 'infrastructure', 'backend-config', index],
          words: `infrastructure.backend-config: "${whole}" is in the state that this backend leads to`,
        })),
    ),
  ]);
}

/** Environments whose outputs must be read before the state of this one can be reached, itself included. */
function backendNeeds(
  name: string,
  environments: Readonly<Record<string, EnvironmentConfig>>,
  found = new Set<string>(),
): ReadonlySet<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const text of environments[name]?.infrastructure?.['backend-config'] ?? [])
    for (const { from } of outputsIn(text, name)) backendNeeds(from, environments, found);
  return found;
}

function outputsIn(text: string, own: string): readonly { whole: string; from: string }[] {
  return referencesIn(text)
    .filter(({ kind }) => kind === 'output')
    .map(({ name }) => ({ whole: `\${output:${name}}`, from: outputOf(name).environment ?? own }));
}

function textsIn(value: unknown, path: Path): readonly { path: Path; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...path, index]));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, [...path, key]));
}
