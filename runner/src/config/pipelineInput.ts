import type { PipelineInput } from '../core/pipeline.js';
import { referencesIn } from './referencesIn.js';
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

/** What the stage graph needs of a configuration. */
export function pipelineInput(config: Config): PipelineInput {
  return {
    application: config.application,
    needs: config.needs,
    branches: branchRules(config),
    images: config.images,
    environments: config.environments,
    credentialsOf: (part) => [
      ...new Set(
        referencesIn(part)
          .filter(({ kind }) => kind === 'env')
          .map(({ name }) => name.split(':-', 1)[0] as string),
      ),
    ],
  };
}
