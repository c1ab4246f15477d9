import { StackError } from '../../../../base/errors.js';
import type { Rollout } from '../../../../context/target.js';
import {
  isActive,
  isSameTemplate,
  type InstanceRefresh,
  type TemplateVersion,
} from '../../../../domain/scalingGroup.js';
import type { FleetChecks } from '../../fleet/fleetChecks.js';
import { instancesFailure, type FailedInstance } from '../rules/failures.js';
import type { AutoscaledDependencies } from './dependencies.js';
import { gateMember } from './gateMember.js';
import { readGroup, type GroupView } from './readGroup.js';
import { isAllOf, isInService, type Member } from './rules/members.js';

/** AWS looks at its groups every few seconds, and throttles who asks too often. */
const PACE_MS = 3000;

interface Followed {
  /** What the new instances are launched from. */
  readonly template: TemplateVersion;
  /** The refresh that was started; undefined where a run that was killed did that, or nothing had to be replaced. */
  readonly refresh: string | undefined;
  readonly checks: FleetChecks | undefined;
  readonly rollout: Rollout;
  /** How long nothing may change, in milliseconds. */
  readonly patienceMs: number;
}

/**
 * Follows a refresh to its end, and judges every new instance as soon as it is in service: one that is bad fails it
 * while the group waits at a checkpoint.
 * @returns the instances that serve
 * @throws StackError DEPLOY_FAILED where an instance is bad, the refresh ends otherwise than well, or nothing moves
 */
export async function followRefresh(
  target: AutoscaledDependencies,
  asked: Followed,
): Promise<readonly string[]> {
  const done = new AbortController();
  const signal = AbortSignal.any([asked.rollout.signal, done.signal]);
  const follower = new Follower(target, asked, signal);
  try {
    return await follower.follow();
  } finally {
    done.abort(new Error('nobody waits for the verdict any more'));
  }
}

class Follower {
  private readonly judged = new Map<string, 'at work' | 'good'>();
  private readonly failed: FailedInstance[] = [];
  private told = '';

  constructor(
    private readonly target: AutoscaledDependencies,
    private readonly asked: Followed,
    private readonly signal: AbortSignal,
  ) {}

  async follow(): Promise<readonly string[]> {
    const { target, asked, signal } = this;
    const scaling = await target.scaling();
    const now = () => target.clock.now().getTime();
    let movedMs = now();
    let last = '';
    for (;;) {
      const [refresh, view] = await Promise.all([scaling.lastRefresh(signal), readGroup(target, signal)]);
      const fresh = view.members.filter((one) => isSameTemplate(one.template, asked.template));
      this.judge(view, fresh);
      if (this.failed.length > 0) throw await this.badInstances(view);
      const own = this.isOurs(refresh) ? refresh : undefined;
      this.tell(own, fresh.length, view.group.desired);
      if (own !== undefined && !isActive(own) && own.status !== 'Successful') throw await this.ended(own);
      const isOver = own === undefined ? asked.refresh === undefined : !isActive(own);
      // What the group has grown by since is judged too.
      if (isOver && isAllOf(view.group, asked.template) && this.isSettled(view))
        return fresh.map(({ id }) => id);
      const state = JSON.stringify([own, view.group, [...this.judged]]);
      if (state !== last) movedMs = now();
      last = state;
      if (now() - movedMs > asked.patienceMs) throw await this.stuck(own, view);
      await target.clock.sleep(PACE_MS, signal);
    }
  }

  /** Starts to judge those that came into service, and counts those that went before they were good. */
  private judge({ members }: GroupView, fresh: readonly Member[]): void {
    const { target, asked, signal } = this;
    const ids = new Set(members.map(({ id }) => id));
    for (const [id, state] of this.judged) {
      if (state === 'good' || ids.has(id)) continue;
      const reason = 'the group took it out of service before it was healthy';
      this.judged.delete(id);
      this.failed.push({ instance: id, cause: 'unhealthy', reason, log: [], now: 'it is gone' });
    }
    for (const member of fresh.filter((one) => isInService(one) && !this.judged.has(one.id))) {
      this.judged.set(member.id, 'at work');
      void gateMember(target, member, asked.checks, { stage: asked.rollout.stage, signal }).then(
        (failure) => {
          if (failure === undefined) this.judged.set(member.id, 'good');
          else this.failed.push(failure);
        },
      );
    }
  }

  private isSettled({ group, members }: GroupView): boolean {
    const serving = members.filter(isInService);
    return serving.length >= group.desired && serving.every(({ id }) => this.judged.get(id) === 'good');
  }

  /** An answer from before the refresh names an older one. */
  private isOurs(refresh: InstanceRefresh | undefined): boolean {
    if (refresh === undefined) return false;
    if (this.asked.refresh !== undefined) return refresh.id === this.asked.refresh;
    const { id, version } = this.asked.template;
    return refresh.template?.id === id && refresh.template.version === String(version);
  }

  private tell(refresh: InstanceRefresh | undefined, fresh: number, desired: number): void {
    const percent = refresh === undefined ? '' : `, ${refresh.percent} %`;
    const reason = refresh?.reason === undefined ? '' : `: ${refresh.reason}`;
    const words = `${fresh} of ${desired} instances are new${percent}${reason}`;
    if (words === this.told) return;
    this.told = words;
    this.asked.rollout.stage.subject(this.target.name).progress('refresh', words);
  }

  private async badInstances({ group }: GroupView): Promise<StackError> {
    const good = [...this.judged.values()].filter((state) => state === 'good').length;
    return instancesFailure(this.target, this.failed, { good, count: group.desired, succeed: group.desired });
  }

  private async ended({ status, reason = 'AWS says no more' }: InstanceRefresh): Promise<StackError> {
    return this.failure(`the refresh of ${this.target.settings.group} ended ${status}: ${reason}`);
  }

  private async stuck(
    refresh: InstanceRefresh | undefined,
    { members, group }: GroupView,
  ): Promise<StackError> {
    const minutes = Math.round(this.asked.patienceMs / 60_000);
    const words =
      refresh?.reason ?? `${members.filter(isInService).length} of ${group.desired} are in service`;
    return this.failure(`nothing has moved in ${group.name} for ${minutes} min: ${words}`);
  }

  private async failure(message: string): Promise<StackError> {
    const { target } = this;
    const scaling = await target.scaling();
    const evidence = await scaling.failedLaunches(this.signal).catch(() => []);
    return new StackError('DEPLOY_FAILED', message, {
      where: `${target.name} of ${target.environmentName}`,
      evidence: [...new Set(evidence)].slice(0, 5),
      next: `Fix the cause and deploy again: node runner deploy --env ${target.environmentName}`,
    });
  }
}
