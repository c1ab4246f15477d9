import { StackError } from '../../../../base/errors.js';
import type { BehindCause } from '../../../../domain/records.js';
import { idOf, type OwnInstance } from './ownInstance.js';

/** Why one instance does not serve the release, and what became of it. */
export interface FailedInstance {
  /** Its id; `instance 2` where none was launched. */
  readonly instance: string;
  readonly cause: BehindCause;
  readonly reason: string;
  readonly log: readonly string[];
  /** What stands now: `deregistered`, `never registered`. */
  readonly now: string;
}

interface Named {
  readonly name: string;
  readonly environmentName: string;
}

/** Too few instances serve the release: what each met, and what stands where. */
export function instancesFailure(
  { name, environmentName }: Named,
  failed: readonly FailedInstance[],
  numbers: { readonly good: number; readonly count: number; readonly succeed: number },
): StackError {
  const [first] = failed as readonly [FailedInstance, ...FailedInstance[]];
  const { good, count, succeed } = numbers;
  const some = count === 1 ? '' : `; ${good} of ${count} serve, ${succeed} must`;
  return new StackError('DEPLOY_FAILED', `${first.instance}: ${first.reason}${some}`, {
    where: `${name} of ${environmentName}, ${first.instance}`,
    evidence: failed.flatMap(({ instance, reason, now, log }) => [
      `${instance}: ${reason}; ${now}`,
      ...log.map((line) => `${instance} | ${line}`),
    ]),
    next: `Fix the cause and deploy again: node runner deploy --env ${environmentName}`,
  });
}

/** The group sends requests to what is not ours to stop. */
export function foreignTargets(
  { name, environmentName }: Named,
  group: string,
  foreign: readonly string[],
): StackError {
  return new StackError(
    'STATE_CONFLICT',
    `the target group ${group} has targets that no deploy of ${name} has launched: ${foreign.join(', ')}`,
    {
      where: `targets.${name} of ${environmentName}`,
      next: `\`deploy --env ${environmentName} --force REASON\` deregisters them once the release serves, and leaves them running; or deregister them by hand.`,
    },
  );
}

/** What served before is gone, so that nothing can bring it back. */
export function goneInstances({ name, environmentName }: Named, gone: readonly string[]): StackError {
  return new StackError(
    'DEPLOY_FAILED',
    `${gone.join(', ')} served before and ${gone.length === 1 ? 'is' : 'are'} terminated: what serves now stays`,
    {
      where: `${name} of ${environmentName}`,
      next: `\`node runner rollback --env ${environmentName} --to VERSION\` launches that release anew.`,
    },
  );
}

/** Somebody named an instance that is none of the target's, or has another release. */
export function notNamed(
  { name, environmentName }: Named,
  id: string,
  version: string | undefined,
  own: readonly OwnInstance[],
): StackError {
  const what = version === undefined ? '' : ` with ${version}`;
  return new StackError('USAGE', `${name} has no instance ${id}${what}`, {
    where: '--instances',
    evidence: own.map((one) => `${idOf(one)}: ${one.label.version}, ${one.instance.state}`),
    next: `\`node runner tasks --env ${environmentName}\` lists its instances with their versions.`,
  });
}

/** Instances of several releases cannot serve together. */
export function severalVersions({ environmentName }: Named, versions: readonly string[]): StackError {
  return new StackError('USAGE', `the instances have several versions: ${versions.join(', ')}`, {
    where: '--instances',
    next: `\`node runner tasks --env ${environmentName}\` lists the instances with their versions.`,
  });
}
