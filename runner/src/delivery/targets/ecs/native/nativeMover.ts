import type { Clock } from '../../../../base/ports.js';
import type { EcsApi, EcsScope, Service } from '../../../../adapters/aws/ecs.js';
import type { EcsDeployments } from '../../../../adapters/aws/ecsDeployments.js';
import type { Begun } from '../../../../context/target.js';
import { isUnderWay, type ListedDeployment } from '../../../../domain/serviceDeployment.js';
import { shortName } from '../../../../domain/ecsService.js';
import { nextPollMs, ROLLOUT_POLLS } from '../../../rules/pollSchedule.js';
import { failure } from '../diagnosis.js';
import { overtakenBack } from '../ecsFailures.js';
import type { Move, Moved, Mover, Moving } from '../mover.js';
import { moveService } from '../serviceChange.js';
import type { CheckedAddress } from '../../../rules/checkCommands.js';
import type { NativeStrategy } from '../strategySchema.js';
import { beforeChange, findDeployment, type Search } from './findDeployment.js';
import { followDeployment, isHasty, teller } from './followDeployment.js';
import { foreignDeployment, noDeployment, sameGroup, withoutBalancer } from './nativeFailures.js';
import { begunArns, begunDeployment, type BegunDeployment } from './rules/begunDeployment.js';
import { nativeSettings } from './nativeSettings.js';
import { longestMs, pausesOf, STAGE_OF_PAUSE } from './rules/stages.js';
import { judgeDeployment } from './rules/nativeVerdict.js';

export interface NativeOptions {
  readonly scope: EcsScope;
  readonly strategy: NativeStrategy;
  readonly api: EcsApi;
  readonly deployments: EcsDeployments;
  readonly clock: Clock;
  /** The target's timeout, in milliseconds. */
  readonly timeoutMs: number;
  /** The container whose load balancer it is. */
  readonly container: string | undefined;
  /** Some of the service's targets have checks. */
  readonly isChecked: boolean;
  /** Where the new revision answers test requests. */
  readonly testAt: () => Promise<CheckedAddress | undefined>;
}

/** By ECS itself, which moves the requests between two target groups: blue-green, canary and linear. */
export class NativeMover implements Mover {
  /** What this process began last. */
  private last: BegunDeployment | undefined;

  constructor(private readonly options: NativeOptions) {}

  async requireMovable(service: Service, begun: readonly Begun[] = []): Promise<void> {
    const { scope, strategy, deployments } = this.options;
    const { loadBalancers = [] } = service;
    if (loadBalancers.length === 0) throw withoutBalancer(scope, strategy.kind);
    const group = strategy['alternate-target-group'];
    if (loadBalancers.some((one) => one.targetGroupArn === group)) throw sameGroup(scope, group);
    const ours = begunArns(begun);
    const foreign = (await deployments.list({ isUnderWay: true })).find(({ arn }) => !ours.has(arn));
    if (foreign !== undefined) throw foreignDeployment(scope, foreign);
  }

  async underWay(): Promise<string | undefined> {
    return (await this.options.deployments.list({ isUnderWay: true }))[0]?.arn;
  }

  async goOn(moving: Moving): Promise<Moved | undefined> {
    const { rollout } = moving.change;
    const begun = begunDeployment(rollout.begun);
    if (begun === undefined || begun.isUndo || begun.isStopped) return undefined;
    const arn = begun.arn ?? (await findDeployment(this.search(rollout.signal), begun));
    if (arn === undefined) return undefined;
    if (begun.arn === undefined) await rollout.journal('deployment', { arn });
    this.last = { ...begun, arn };
    moving.change.subject.progress(
      'update',
      `going on with ${shortName(begun.from)} → ${shortName(begun.to)}`,
    );
    return this.follow(moving, this.last);
  }

  async move(moving: Moving, move: Move): Promise<Moved> {
    const { scope, strategy } = this.options;
    const { change, described, isUndo } = moving;
    const { rollout } = change;
    const { signal } = rollout;
    await this.endOurs(moving);
    const { container, isChecked } = this.options;
    const settings = nativeSettings(strategy, described.service, {
      back: isHasty(moving),
      isChecked: isChecked && !isHasty(moving),
      container,
    });
    if (settings === undefined) throw withoutBalancer(scope, strategy.kind);
    const { before, sinceMs } = beforeChange(described.service);
    const noted = {
      ...(before === undefined ? {} : { before }),
      ...(sinceMs === undefined ? {} : { since: sinceMs }),
      ...(isUndo ? { undo: true } : {}),
    };
    const { from, to, force, count } = move;
    const begun: BegunDeployment = {
      from,
      to,
      isUndo,
      ...(before === undefined ? {} : { before }),
      ...(sinceMs === undefined ? {} : { sinceMs }),
      isStopped: false,
      ended: [],
      isChecked: false,
    };
    this.last = begun;
    const service = await moveService(change, { from, to, force, count, settings, noted });
    const arn = await findDeployment(this.search(signal), begun, service);
    if (arn === undefined) throw noDeployment(scope, to);
    await rollout.journal('deployment', { arn });
    this.last = { ...begun, arn };
    return this.follow(moving, this.last);
  }

  async stop(moving: Moving, to: string): Promise<boolean> {
    const { scope, deployments } = this.options;
    const { rollout } = moving.change;
    const begun = this.last ?? begunDeployment(rollout.begun);
    const search = this.search(rollout.signal);
    const ours = new Set(begunArns(rollout.begun));
    if (begun?.arn !== undefined) ours.add(begun.arn);
    else if (begun !== undefined) {
      const found = await findDeployment(search, begun);
      if (found !== undefined) ours.add(found);
    }
    const [active] = await deployments.list({ isUnderWay: true }, rollout.signal);
    if (active === undefined) return false;
    const definition = await this.definitionOf(active, rollout.signal);
    const isOurs = ours.has(active.arn) || definition === to || rollout.isForced === true;
    if (!isOurs) throw overtakenBack(scope, shortName(definition ?? active.arn));
    if (definition === to) {
      moving.change.subject.progress('rollback', `ECS brings ${shortName(to)} back already`);
      await this.awaitEnd(moving, active.arn);
      return true;
    }
    await this.goBack(moving, active.arn);
    return true;
  }

  async endPause(
    how: 'continue' | 'roll back',
    begun: readonly Begun[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const { deployments } = this.options;
    const { arn } = begunDeployment(begun) ?? {};
    if (arn === undefined) return false;
    const view = await deployments.describe(arn, signal);
    const hook = view?.hooks.find((one) => one.kind === 'pause' && one.status === 'AWAITING_ACTION');
    if (hook === undefined) return false;
    return deployments.endPause(
      { arn, hook: hook.id, how: how === 'continue' ? 'CONTINUE' : 'ROLLBACK' },
      signal,
    );
  }

  /** Our own deployments that earlier runs left under way: another one has to wait for their way back. */
  private async endOurs(moving: Moving): Promise<void> {
    const { deployments, scope } = this.options;
    const { rollout } = moving.change;
    const ours = begunArns([...(rollout.earlier ?? []), ...(rollout.begun ?? [])]);
    for (const one of await deployments.list({ isUnderWay: true }, rollout.signal)) {
      if (!ours.has(one.arn) && one.arn !== this.last?.arn) throw foreignDeployment(scope, one);
      await this.goBack(moving, one.arn);
    }
  }

  private async goBack(moving: Moving, arn: string): Promise<void> {
    const { deployments } = this.options;
    const { rollout, subject } = moving.change;
    const { signal } = rollout;
    const view = await deployments.describe(arn, signal);
    if (view !== undefined && judgeDeployment(view, new Set()).state !== 'going-back') {
      await rollout.journal('stop', { arn });
      const hook = view.hooks.find((one) => one.kind === 'pause' && one.status === 'AWAITING_ACTION');
      const isToldByPause =
        hook !== undefined && (await deployments.endPause({ arn, hook: hook.id, how: 'ROLLBACK' }, signal));
      if (!isToldByPause) await deployments.stop(arn, signal);
      subject.progress('rollback', 'ECS was told to go back');
    }
    await this.awaitEnd(moving, arn);
  }

  /** Waits until a deployment has ended, however. @throws StackError DEPLOY_FAILED where that takes too long */
  private async awaitEnd(moving: Moving, arn: string): Promise<void> {
    const { deployments, clock, timeoutMs } = this.options;
    const { signal } = moving.change.rollout;
    const tell = teller(moving, {});
    const beganMs = clock.now().getTime();
    for (;;) {
      const view = await deployments.describe(arn, signal);
      if (view === undefined || !isUnderWay(view)) return;
      tell(view, judgeDeployment(view, new Set()));
      const spentMs = clock.now().getTime() - beganMs;
      if (spentMs >= timeoutMs)
        throw failure(moving.diagnosis, `ECS is not back after ${Math.round(spentMs / 1000)} s`, [arn]);
      await clock.sleep(nextPollMs(spentMs, ROLLOUT_POLLS), signal);
    }
  }

  private async follow(moving: Moving, begun: BegunDeployment): Promise<Moved> {
    const { api, deployments, strategy, timeoutMs, isChecked, testAt } = this.options;
    const { rollout } = moving.change;
    const hasty = isHasty(moving);
    const { own } = pausesOf(strategy, isChecked);
    const before = rollout.known?.version;
    const pause = await followDeployment({
      deployments,
      moving,
      arn: begun.arn ?? '',
      to: begun.to,
      longestMs: longestMs(strategy, timeoutMs, hasty),
      answered: new Set([...begun.ended, ...(rollout.continues ?? [])]),
      ownStage: own === undefined ? undefined : STAGE_OF_PAUSE[own],
      isChecked: begun.isChecked,
      testAt,
      versions: {
        ...(before === undefined ? {} : moving.isUndo ? { green: before } : { blue: before }),
        ...(moving.version === undefined ? {} : { green: moving.version }),
      },
    });
    const { from, to } = begun;
    const service = await api.describeService(rollout.signal);
    return { from, to, service, ...(pause === undefined ? {} : { pause }) };
  }

  private async definitionOf(
    { revision }: ListedDeployment,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (revision === undefined) return undefined;
    return (await this.options.deployments.taskDefinitions([revision], signal)).get(revision);
  }

  private search(signal: AbortSignal): Search {
    const { deployments, clock } = this.options;
    return { deployments, clock, signal };
  }
}
