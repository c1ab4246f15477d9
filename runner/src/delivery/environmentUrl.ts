import type { ContextWith, NamedEnvironment } from '../context/context.js';

/** The environment's URL; a reference that cannot be looked up costs nobody a deploy. */
export async function environmentUrl(
  context: ContextWith<'resolve'>,
  environment: NamedEnvironment,
): Promise<string | undefined> {
  const { url } = environment.config;
  if (url === undefined) return undefined;
  return context.resolve(url, environment).catch(() => undefined);
}
