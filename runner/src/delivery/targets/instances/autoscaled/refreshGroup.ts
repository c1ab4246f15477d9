import { StackError } from '../../../../base/errors.js';
import { poll } from '../../../../base/poll.js';
import type { Rollout } from '../../../../context/target.js';
import { isActive, type InstanceRefresh, type TemplateVersion } from '../../../../domain/scalingGroup.js';
import type { FleetChecks } from '../../fleet/fleetChecks.js';
import type { AutoscaledDependencies } from './dependencies.js';
import { followRefresh } from './followRefresh.js';
import { checkpointsFor } from './rules/checkpoints.js';

/** What EC2 and the group take with one instance beside what is configured: launch, registration, draining. */
const OVERHEAD_MS = 300_000;
/** A refresh that is cancelled ends what it is at: AWS takes up to some minutes. */
const CANCEL_MS = 600_000;

interface Refreshing {
  readonly template: TemplateVersion;
  readonly desired: number;
  /** Whether it waits between its instances for a verdict. */
  readonly isGated: boolean;
  readonly checks: FleetChecks | undefined;
  readonly rollout: Rollout;
}

/**
 * Has a group replace what is not launched from a template, and follows that to its end. Called again after a kill it
 * goes on with the refresh that is at work.
 * @returns ids of the instances that serve
 * @throws StackError STATE_CONFLICT where somebody else refreshes the group; DEPLOY_FAILED
 */
export async function refreshGroup(
  target: AutoscaledDependencies,
  { template, desired, isGated, checks, rollout }: Refreshing,
): Promise<readonly string[]> {
  const { settings, config } = target;
  const { signal } = rollout;
  const scaling = await target.scaling();
  const judgedMs = config.health.timeout + config.health.for;
  const checkpointMs = settings['checkpoint-wait'] ?? judgedMs;
  const warmUpMs = settings['warm-up'];
  const request = {
    ...{ template, checkpointMs, warmUpMs },
    ...{ minHealthy: settings['min-healthy'], maxHealthy: settings['max-healthy'] },
    checkpoints: isGated ? checkpointsFor(desired, settings.checkpoints) : [],
  };
  const patienceMs = checkpointMs + judgedMs + warmUpMs + config.boot + config.drain + OVERHEAD_MS;
  const going = await scaling.lastRefresh(signal);
  let refresh: string | undefined;
  if (going === undefined || !isActive(going)) {
    await rollout.journal('refresh', { template: `${template.id}:${template.version}` });
    rollout.stage
      .subject(target.name)
      .progress('refresh', `replacing ${desired} instances of ${settings.group}`);
    refresh = await scaling.refresh(request, signal);
    // Asked twice where the first answer was lost: then ours is at work already.
    if (refresh === undefined) await requireOurs(target, await scaling.lastRefresh(signal), template);
  } else {
    await requireOurs(target, going, template);
  }
  return followRefresh(target, { template, refresh, checks, rollout, patienceMs });
}

/** Two refreshes of a group exclude each other. @throws StackError STATE_CONFLICT */
async function requireOurs(
  { settings, name, environmentName }: AutoscaledDependencies,
  going: InstanceRefresh | undefined,
  template: TemplateVersion,
): Promise<void> {
  if (going === undefined || !isActive(going)) return;
  if (going.template?.id === template.id && going.template.version === String(template.version)) return;
  throw new StackError('STATE_CONFLICT', `${settings.group} is being refreshed by somebody else`, {
    where: `targets.${name} of ${environmentName}`,
    evidence: [`refresh ${going.id}: ${going.status}, ${going.percent} %`],
    next: `Wait until it ends, or cancel it: aws autoscaling cancel-instance-refresh --auto-scaling-group-name ${settings.group}`,
  });
}

/**
 * Ends the refresh that is at work, if there is one, and waits for its end: what it has replaced stays.
 * @returns whether there was one
 * @throws StackError DEPLOY_FAILED where it does not end
 */
export async function endRefresh(target: AutoscaledDependencies, rollout: Rollout): Promise<boolean> {
  const { settings, clock, name, environmentName } = target;
  const { signal } = rollout;
  const scaling = await target.scaling();
  const going = await scaling.lastRefresh(signal);
  if (going === undefined || !isActive(going)) return false;
  await rollout.journal('cancel', { refresh: going.id });
  rollout.stage.subject(name).progress('cancel', `cancelling the refresh of ${settings.group}`);
  if (going.status !== 'Cancelling') await scaling.cancelRefresh(signal);
  const look = async () => {
    const last = await scaling.lastRefresh(signal);
    return last === undefined || !isActive(last) ? true : undefined;
  };
  if ((await poll(look, { clock, limitMs: CANCEL_MS, gapMs: 2000, signal })) === true) return true;
  throw new StackError('DEPLOY_FAILED', `the refresh of ${settings.group} does not end`, {
    where: `${name} of ${environmentName}`,
    next: `node runner rollback --env ${environmentName}`,
  });
}
