import { isWithoutRoom } from '../../../adapters/aws/ec2Instances.js';
import { poll } from '../../../base/poll.js';
import { StackError } from '../../../base/errors.js';
import { isThere, type Instance, type InstanceState } from '../../../domain/instance.js';
import { labelTags } from '../../../domain/deliveryTags.js';
import type { Rollout } from '../../../context/target.js';
import type { InstancesDependencies } from './dependencies.js';
import { launchToken, subnetsFor } from './rules/launches.js';
import { ownerOf } from './view.js';
import type { WantedRelease } from './wanted.js';

/** How often the instance of a launch may be gone already when a run that goes on after a kill asks for it again. */
const ATTEMPTS = 3;
/** EC2 takes about 20 s to run an instance, and throttles who asks too often. */
const PACE = { gapMs: 1000, growth: 1.5, longestGapMs: 10_000 };

export interface LaunchAsked {
  readonly run: string;
  readonly slot: number;
  readonly wanted: WantedRelease;
  readonly rollout: Rollout;
  /** Told the id as soon as there is one. */
  readonly named: (id: string) => void;
}

/**
 * Launches one instance and waits until it runs. All of its tags are in the call that launches it.
 * @throws StackError DEPLOY_FAILED where no subnet has room for it, or it ended at once; AWS_*
 */
export async function launchInstance(target: InstancesDependencies, asked: LaunchAsked): Promise<Instance> {
  for (let attempt = 0; ; attempt += 1) {
    const launched = await launchSomewhere(target, asked, attempt);
    asked.named(launched.id);
    try {
      return await untilState(target, launched.id, 'running', asked.rollout.signal);
    } catch (error) {
      // Asked again by its token, EC2 names an instance that a run before this one has terminated meanwhile.
      const isRepeated = (asked.rollout.begun ?? []).length > 0;
      if (!(error instanceof GoneError) || !isRepeated || attempt + 1 >= ATTEMPTS) throw error;
    }
  }
}

async function launchSomewhere(
  target: InstancesDependencies,
  { run, slot, wanted, rollout }: LaunchAsked,
  attempt: number,
): Promise<Instance> {
  const { version, digest, definition, template, userData } = wanted;
  const ec2 = await target.ec2();
  const tags = labelTags({ ...ownerOf(target), version, digest, definition, run, slot });
  const refused: string[] = [];
  for (const subnet of subnetsFor(target.subnets, slot)) {
    await rollout.journal('launch', { run, slot, subnet });
    try {
      const launch = { template, subnet, tags, token: launchToken(run, slot, subnet, attempt) };
      return await ec2.launch({ ...launch, ...(userData === undefined ? {} : { userData }) }, rollout.signal);
    } catch (error) {
      if (!isWithoutRoom(error)) throw error;
      const { message } = error as StackError;
      refused.push(`${subnet}: ${message}`);
      rollout.stage.subject(target.name).progress('launch', `no room in ${subnet}: ${message}`);
    }
  }
  throw new StackError('DEPLOY_FAILED', `no subnet has room for instance ${slot + 1}`, {
    where: `targets.${target.name}.subnets of ${target.environmentName}`,
    evidence: refused,
    next: 'Add a subnet of another zone to `subnets`, or another instance type to the launch template; or try again later.',
  });
}

/** An instance that came to its end instead of running. */
class GoneError extends StackError {}

/**
 * Waits until an instance is in a state.
 * @throws StackError DEPLOY_FAILED where it comes to its end, or takes longer than `boot`
 */
export async function untilState(
  { clock, config, ec2, name, environmentName }: InstancesDependencies,
  id: string,
  wanted: InstanceState,
  signal: AbortSignal,
): Promise<Instance> {
  const instances = await ec2();
  let last: Instance | undefined;
  const look = async () => {
    // EC2 may not know it yet.
    [last] = await instances.some([id], signal);
    if (last === undefined || (isThere(last) && last.state !== wanted)) return undefined;
    return last;
  };
  const found = await poll(look, { clock, limitMs: config.boot, ...PACE, signal });
  if (found !== undefined && isThere(found)) return found;
  const { state = 'unknown to EC2', reason } = last ?? {};
  const why = reason === undefined ? '' : `: ${reason}`;
  const words = found === undefined ? `is ${state} after ${config.boot / 1000} s (boot)` : `is ${state}`;
  const options = {
    where: `${name} of ${environmentName}, ${id}`,
    subject: id,
    next: `node runner deploy --env ${environmentName}`,
  };
  throw new (found === undefined ? StackError : GoneError)('DEPLOY_FAILED', `${words}${why}`, options);
}
