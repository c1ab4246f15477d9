import { referencesIn } from '../config/referencesIn.js';
import { configuredChannels } from '../context/kinds.js';
import type { Config } from '../config/schema.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { judge, needsOf, type Check, type CheckResult, type Finding } from '../domain/finding.js';
import { toErrorRecord } from '../base/errors.js';
import { agentChecks } from './agentTools.js';
import { channelChecks } from './channelFindings.js';
import { deliveryChecks } from './delivery.js';
import { configCheck, stateChecks } from './deployment.js';
import { packerChecks } from './packer.js';
import { proxyChecks } from './proxies.js';
import { serviceChecks } from './reachable.js';
import { toolChecks } from './toolVersions.js';

/** The longest that one check may take, in milliseconds. */
export const CHECK_LIMIT_MS = 20_000;

/**
 * Looks at everything that the configuration needs, side by side, each bounded in time.
 * @returns checks in a fixed order; never throws for what a check finds
 * @throws StackError ENVIRONMENT_UNKNOWN where --env names none
 */
export async function examine(context: Context, limitMs = CHECK_LIMIT_MS): Promise<readonly CheckResult[]> {
  let config: Config | undefined;
  let failure: unknown;
  try {
    config = await context.config();
  } catch (error) {
    failure = error;
  }
  const environments = config === undefined ? [] : await chosen(context, config);
  const kinds = await context.kinds();
  const channels = configuredChannels(kinds, config);
  const needs = needsOf(config, environments, {
    kinds,
    refersToAws: (value) => referencesIn(value).some(({ kind }) => kind === 'ssm' || kind === 'secret'),
  });
  const checks: readonly Check[] = [
    ...toolChecks(context, needs),
    ...packerChecks(context, config),
    ...agentChecks(context, config, needs),
    configCheck(context, config, failure),
    ...(config === undefined ? [] : stateChecks(context, config)),
    ...proxyChecks(context, environments, channels),
    ...serviceChecks(context, environments, { needs, kinds }),
    ...channelChecks(context, environments, channels),
    ...deliveryChecks(context, environments, kinds),
  ];
  return Promise.all(checks.map(async (check) => judge(check, await bounded(check, limitMs))));
}

async function chosen(
  context: ContextWith<'environment' | 'options'>,
  config: Config,
): Promise<readonly NamedEnvironment[]> {
  if (context.options.environment !== undefined) return [await context.environment()];
  return Promise.all(Object.keys(config.environments).map((name) => context.environment(name)));
}

async function bounded(check: Check, limitMs: number): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    const found = `no answer within ${Math.round(limitMs / 1000)} s`;
    timer = setTimeout(() => resolve({ status: 'failed', found }), limitMs);
  });
  try {
    return await Promise.race([check.run(), late]);
  } catch (error) {
    const { message, next } = toErrorRecord(error);
    return { status: 'failed', found: message, ...(next === undefined ? {} : { next }) };
  } finally {
    clearTimeout(timer);
  }
}
