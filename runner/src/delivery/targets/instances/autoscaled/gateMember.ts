import { wordsWithout } from '../../../../base/errors.js';
import type { Rollout } from '../../../../context/target.js';
import type { FleetChecks } from '../../fleet/fleetChecks.js';
import { watchHealth } from '../../fleet/fleetGate.js';
import { gateOf } from '../confirm.js';
import type { FailedInstance } from '../rules/failures.js';
import { probeOf, usesSsh } from '../schema.js';
import type { AutoscaledDependencies } from './dependencies.js';
import type { Member } from './rules/members.js';

/**
 * Judges one new instance: healthy over its whole window, its checks pass, and the target group sends it requests. The
 * group registers it by itself.
 * @returns undefined where it serves, else why not; also where the signal came
 */
export async function gateMember(
  target: AutoscaledDependencies,
  { id, instance }: Member,
  checks: FleetChecks | undefined,
  rollout: Pick<Rollout, 'signal' | 'stage'>,
): Promise<FailedInstance | undefined> {
  const { signal } = rollout;
  const subject = rollout.stage.subject(id);
  const unfit = async (
    cause: FailedInstance['cause'],
    reason: string,
    log?: readonly string[],
  ): Promise<FailedInstance> => {
    subject.progress('failed', reason, 'failed');
    const lines = log ?? (await target.console(id).catch(() => []));
    return { instance: id, cause, reason, log: lines, now: 'the group has it' };
  };
  try {
    if (instance === undefined) return await unfit('unreachable', 'EC2 does not know it');
    const host = await target.hostOf(instance);
    if (usesSsh(target.config)) {
      subject.progress('boot', `waiting for ${host.address}`);
      await (await target.ssh()).ready(host, { timeoutMs: target.config.boot, signal });
    }
    if (probeOf(target.config) !== 'target-group') {
      subject.progress('confirm', `asking for ${target.config.health.path}`);
      const sick = await watchHealth(await gateOf(target), host, signal);
      if (sick !== undefined) return await unfit('unhealthy', sick);
    }
    const failed = await checks?.ofHost(host);
    if (failed !== undefined) return await unfit('unhealthy', failed.reason, failed.log);
    const group = await target.group();
    if (!(await group.serves(host, signal)))
      return await unfit('not-served', `${group.name} does not send requests to it`);
    subject.progress('registered', `healthy, serving in ${group.name}`, 'ok');
    return undefined;
  } catch (error) {
    // Who ends the refresh has no more use for a verdict.
    if (signal.aborted) return undefined;
    return unfit('unreachable', wordsWithout(id, error));
  }
}
