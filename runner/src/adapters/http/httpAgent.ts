import type { EnvironmentAgent } from './proxyAgent.js';
import { hasProxy, type Env } from './proxy.js';

const agents = new WeakMap<Env, Promise<EnvironmentAgent>>();

/**
 * What requests are sent by: one agent for both schemes that knows the environment's proxies.
 * @returns undefined where no variable names a proxy: Node's own agent does, and nothing is loaded
 */
export function agentOf(env: Env): Promise<EnvironmentAgent> | undefined {
  if (!hasProxy(env)) return undefined;
  const known = agents.get(env);
  if (known !== undefined) return known;
  const fresh = import('./proxyAgent.js').then(({ EnvironmentAgent: Made }) => new Made(env));
  agents.set(env, fresh);
  return fresh;
}
