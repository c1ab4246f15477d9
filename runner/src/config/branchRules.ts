import { holdsSecret } from '../secrets/secretNames.js';
import { cut, referencesIn } from './referencesIn.js';
import { DEFAULT_BRANCHES, type Config } from './schema.js';

/** The branch rules in force: the configured ones, or the defaults that lead to environments that exist. */
export function branchRules(config: Config): Readonly<Record<string, string>> {
  if (config.branches !== undefined) return config.branches;
  return Object.fromEntries(
    Object.entries(DEFAULT_BRANCHES).filter(([, environment]) =>
      Object.hasOwn(config.environments, environment),
    ),
  );
}

/** Environment variables with secrets that a part refers to: those Jenkins is told of, and those whose name says so. */
export function credentialVariables(config: Pick<Config, 'jenkins'>, part: unknown): readonly string[] {
  const variables = referencesIn(part)
    .filter(({ kind }) => kind === 'env' || kind === 'secret-env')
    .map(({ kind, name }) => {
      const [variable, fallback] = cut(name, ':-');
      return { variable, kind, hasDefault: fallback !== undefined };
    })
    .filter(
      ({ variable, kind, hasDefault }) =>
        Object.hasOwn(config.jenkins.credentials, variable) ||
        // What has a default need not be bound.
        (!hasDefault && (kind === 'secret-env' || holdsSecret(variable))),
    );
  return [...new Set(variables.map(({ variable }) => variable))];
}
