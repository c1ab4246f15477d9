import type { NamedEnvironment } from './context.js';

/**
 * An environment in which the role of a scope acts; the same one where the scope has no role of its own.
 * @param scope its name; undefined for the whole root
 */
export function actingIn(environment: NamedEnvironment, scope: string | undefined): NamedEnvironment {
  const found = scope === undefined ? undefined : environment.config.infrastructure?.scopes[scope];
  if (scope === undefined || found?.role === undefined) return environment;
  const { aws } = environment.config;
  return { ...environment, scope, config: { ...environment.config, aws: { ...aws, role: found.role } } };
}
