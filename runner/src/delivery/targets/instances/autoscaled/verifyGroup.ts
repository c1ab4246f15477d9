import type { Wanted } from '../../../../context/target.js';
import { toErrorRecord } from '../../../../base/errors.js';
import type { CheckResult, Finding } from '../../../../domain/finding.js';
import { verifyInstances } from '../verifyInstances.js';
import type { AutoscaledDependencies } from './dependencies.js';
import { requireRefreshable } from './requireRefreshable.js';

/** What every target of instances leans on, and that its autoscaling group can be refreshed. Changes nothing. */
export async function verifyGroup(
  target: AutoscaledDependencies,
  wanted: Wanted,
): Promise<readonly CheckResult[]> {
  const ofGroup = async (): Promise<Finding> => {
    try {
      const group = await (await target.scaling()).group(wanted.signal);
      await requireRefreshable(target, group);
      return { status: 'ok', found: `${group.name}, ${group.desired} instances` };
    } catch (error) {
      const { message, next } = toErrorRecord(error);
      return { status: 'failed', found: message, ...(next === undefined ? {} : { next }) };
    }
  };
  const [others, found] = await Promise.all([verifyInstances(target, wanted), ofGroup()]);
  const { name } = target;
  return [
    ...others,
    { id: `autoscaling:${name}`, title: `Autoscaling group of ${name}`, required: true, ...found },
  ];
}
