import { StackError } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import type { Config, EnvironmentConfig } from './schema.js';

/**
 * Finds an environment by name.
 * @throws StackError ENVIRONMENT_REQUIRED where none is named, ENVIRONMENT_UNKNOWN with the nearest name
 */
export function selectEnvironment(
  config: Config,
  name: string | undefined,
): { readonly name: string; readonly config: EnvironmentConfig } {
  const known = Object.keys(config.environments);
  if (name === undefined) {
    throw new StackError('ENVIRONMENT_REQUIRED', 'no environment was given', {
      next: `Add --env ${known.join(' | --env ')}.`,
    });
  }
  const environment = Object.hasOwn(config.environments, name) ? config.environments[name] : undefined;
  if (environment === undefined) {
    throw new StackError(
      'ENVIRONMENT_UNKNOWN',
      `there is no environment "${name}".${didYouMean(name, known)}`,
      {
        where: config.file,
        next: `Use --env ${known.join(' | --env ')}, or add it under environments:.`,
      },
    );
  }
  return { name, config: environment };
}
