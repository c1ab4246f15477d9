import type { DeploymentConfiguration, LoadBalancer } from '@aws-sdk/client-ecs';
import type { Clock } from '../../../runner/src/base/ports.js';
import { sdkError } from '../fakeAws.js';
import { courseOf, type Phase } from './lifecycle.js';

/** How things go on the platform, in milliseconds. */
export interface Conduct {
  /** How long the new tasks take to run. */
  readonly scaleUpMs: number;
  /** How long a shift of requests takes, test or production. */
  readonly shiftMs: number;
  readonly rollbackMs: number;
  readonly cleanUpMs: number;
  /** New tasks end by themselves, over and over. */
  readonly isCrashing: boolean;
  /** Failed tasks after which the circuit breaker gives up; it is off where undefined. */
  readonly breakerAt: number | undefined;
  /** When an alarm goes off, counted from the start of a deployment, and which. */
  readonly alarm: { readonly name: string; readonly afterMs: number } | undefined;
  /** What a function says that is a hook, and how long it takes. */
  readonly hook: { readonly ends: 'SUCCEEDED' | 'FAILED'; readonly ms: number };
  /** Going back does not work. */
  readonly isStuck: boolean;
  /** How long a deployment is not listed yet. */
  readonly unlistedMs: number;
  /** The answer of UpdateService does not name the deployment. */
  readonly isSilent: boolean;
}

const CONDUCT: Conduct = {
  scaleUpMs: 20_000,
  shiftMs: 5000,
  rollbackMs: 8000,
  cleanUpMs: 3000,
  isCrashing: false,
  breakerAt: undefined,
  alarm: undefined,
  hook: { ends: 'SUCCEEDED', ms: 4000 },
  isStuck: false,
  unlistedMs: 0,
  isSilent: false,
};

export interface Revision {
  readonly arn: string;
  readonly taskDefinition: string;
  running: number;
  production: number;
  test: number;
}

interface Hook {
  readonly id: string;
  readonly targetType: 'PAUSE' | 'AWS_LAMBDA';
  readonly targetArn?: string | undefined;
  readonly stage: string;
  status: string;
  readonly endsMs: number;
  readonly timeoutAction: 'CONTINUE' | 'ROLLBACK';
}

export interface Deployment {
  readonly arn: string;
  readonly createdMs: number;
  readonly source: Revision | undefined;
  readonly target: Revision;
  readonly configuration: DeploymentConfiguration;
  readonly phases: readonly Phase[];
  status: string;
  statusReason?: string;
  /** The phase it is in, and when that began. */
  phase: number;
  sinceMs: number;
  hooks: Hook[];
  failures: number;
  triggered: string[];
  rollback?: { readonly reason: string; readonly startedMs: number };
  finishedMs?: number;
}

/** The parts of UpdateService that make a deployment. */
export interface Update {
  readonly taskDefinition?: string;
  readonly forceNewDeployment?: boolean;
  readonly desiredCount?: number;
  readonly deploymentConfiguration?: DeploymentConfiguration;
  readonly loadBalancers?: readonly LoadBalancer[];
}

const ACCOUNT = 'arn:aws:ecs:eu-west-1:111111111111';
const ENDED = ['SUCCESSFUL', 'STOPPED', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED'];

/**
 * The deployments of one service whose controller is ECS, as AWS documents them: blue/green, canary and linear move
 * through their lifecycle stages, hooks hold them up, alarms, the circuit breaker and people send them back. Nothing
 * happens but by the clock; what is due has happened when it is looked at.
 */
export class ServiceDeployments {
  conduct: Conduct = CONDUCT;
  desired = 2;
  taskDefinition: string;
  configuration: DeploymentConfiguration = { strategy: 'ROLLING' };
  loadBalancers: readonly LoadBalancer[] = [
    { targetGroupArn: 'arn:blue', containerName: 'web', containerPort: 8000 },
  ];
  readonly all: Deployment[] = [];
  readonly revisions: Revision[] = [];
  /** What serves production, by the rule of the listener. */
  live: Revision;
  /** Every share of requests that the new revision of a deployment had, in order. */
  readonly shares: number[] = [];
  /** What somebody does so long after the first deployment began. */
  readonly later: { readonly ms: number; readonly what: () => void }[] = [];
  private hooks = 0;

  constructor(
    private readonly clock: Clock,
    taskDefinition: string,
  ) {
    this.taskDefinition = taskDefinition;
    this.live = this.revision(taskDefinition);
    Object.assign(this.live, { running: this.desired, production: 100 });
  }

  /** Lets everything happen that is due. */
  advance(): void {
    const begunMs = this.all[0]?.createdMs ?? Infinity;
    const due = this.later.filter(({ ms }) => this.nowMs() >= begunMs + ms);
    for (const one of due) this.later.splice(this.later.indexOf(one), 1);
    for (const one of due) one.what();
    for (const deployment of this.all) while (this.step(deployment));
  }

  active(): Deployment | undefined {
    return this.all.find(({ status }) => !ENDED.includes(status));
  }

  update(update: Update): Deployment | undefined {
    this.advance();
    const configuration = update.deploymentConfiguration ?? this.configuration;
    const loadBalancers = update.loadBalancers ?? this.loadBalancers;
    refuse(configuration, loadBalancers);
    const to = update.taskDefinition ?? this.taskDefinition;
    // What changes nothing begins nothing.
    const isSame = to === this.taskDefinition && update.forceNewDeployment !== true;
    this.configuration = configuration;
    this.loadBalancers = loadBalancers;
    this.desired = update.desiredCount ?? this.desired;
    if (isSame) return undefined;
    const before = this.active();
    if (before !== undefined)
      this.end(before, 'STOPPED', 'A newer deployment has taken the place of this one');
    this.taskDefinition = to;
    const target = this.revision(to);
    const deployment: Deployment = {
      arn: `${ACCOUNT}:service-deployment/main/web/d${this.all.length + 1}`,
      createdMs: this.nowMs(),
      source: this.live,
      target,
      configuration,
      phases: courseOf(configuration, this.conduct),
      status: 'PENDING',
      phase: -1,
      sinceMs: this.nowMs(),
      hooks: [],
      failures: 0,
      triggered: [],
    };
    this.all.push(deployment);
    return deployment;
  }

  stop(arn: string, stopType: string): void {
    this.advance();
    const deployment = this.of(arn);
    if (['ROLLBACK_REQUESTED', 'ROLLBACK_IN_PROGRESS', 'STOP_REQUESTED'].includes(deployment.status)) return;
    if (!['PENDING', 'IN_PROGRESS'].includes(deployment.status))
      throw sdkError('ConflictException', `the service deployment is ${deployment.status}`);
    if (stopType === 'ABORT') this.end(deployment, 'STOPPED', 'Stopped by a user');
    else this.sendBack(deployment, 'Service deployment rolled back because of a user request');
  }

  continue(arn: string, hookId: string, action = 'CONTINUE'): void {
    this.advance();
    const deployment = this.of(arn);
    const hook = deployment.hooks.find(({ id }) => id === hookId);
    if (hook === undefined || hook.targetType !== 'PAUSE' || hook.status !== 'AWAITING_ACTION')
      throw sdkError('InvalidParameterException', `the hook ${hookId} awaits no action`);
    hook.status = 'SUCCEEDED';
    if (action === 'ROLLBACK') this.sendBack(deployment, 'Rolled back at a pause hook');
    else this.advance();
  }

  of(arn: string): Deployment {
    const found = this.all.find((one) => one.arn === arn);
    if (found === undefined) throw sdkError('ServiceDeploymentNotFoundException', `there is no ${arn}`);
    return found;
  }

  isListed({ createdMs }: Deployment): boolean {
    return this.nowMs() >= createdMs + this.conduct.unlistedMs;
  }

  nowMs(): number {
    return this.clock.now().getTime();
  }

  private revision(taskDefinition: string): Revision {
    const arn = `${ACCOUNT}:service-revision/main/web/r${this.revisions.length + 1}`;
    const revision = { arn, taskDefinition, running: 0, production: 0, test: 0 };
    this.revisions.push(revision);
    return revision;
  }

  /** One thing that is due. @returns whether there was one */
  private step(deployment: Deployment): boolean {
    const { status } = deployment;
    if (ENDED.includes(status)) return false;
    if (status === 'ROLLBACK_REQUESTED') {
      deployment.status = 'ROLLBACK_IN_PROGRESS';
      this.share(deployment, 0);
      return true;
    }
    if (status === 'ROLLBACK_IN_PROGRESS') return this.stepBack(deployment);
    if (status === 'PENDING') {
      deployment.status = 'IN_PROGRESS';
      this.enter(deployment, 0, deployment.createdMs);
      return true;
    }
    return this.fail(deployment) || this.stepOn(deployment);
  }

  private stepBack(deployment: Deployment): boolean {
    const { rollback, target, source } = deployment;
    const endMs = (rollback?.startedMs ?? 0) + this.conduct.rollbackMs;
    if (this.nowMs() < endMs) return false;
    if (this.conduct.isStuck) {
      this.end(deployment, 'ROLLBACK_FAILED', 'tasks of the source revision did not start', endMs);
      return true;
    }
    target.running = 0;
    if (source !== undefined) {
      source.running = this.desired;
      this.taskDefinition = source.taskDefinition;
      this.live = source;
    }
    this.end(deployment, 'ROLLBACK_SUCCESSFUL', rollback?.reason, endMs);
    return true;
  }

  /** What sends a deployment back by itself. */
  private fail(deployment: Deployment): boolean {
    const { alarm, isCrashing, breakerAt } = this.conduct;
    const { configuration, target, createdMs } = deployment;
    const isWatched = configuration.alarms?.enable === true;
    if (alarm !== undefined && isWatched && configuration.alarms?.alarmNames?.includes(alarm.name) === true) {
      if (this.nowMs() >= createdMs + alarm.afterMs) {
        deployment.triggered = [alarm.name];
        this.sendBack(deployment, `One or more alarms are in ALARM state: ${alarm.name}`);
        return true;
      }
    }
    if (!isCrashing || deployment.phases[deployment.phase]?.stage !== 'SCALE_UP') return false;
    target.running = 0;
    deployment.failures = Math.floor((this.nowMs() - deployment.sinceMs) / 5000);
    if (breakerAt === undefined || deployment.failures < breakerAt) return false;
    this.sendBack(deployment, 'The deployment circuit breaker was triggered');
    return true;
  }

  private stepOn(deployment: Deployment): boolean {
    for (const hook of deployment.hooks) {
      if (hook.status === 'IN_PROGRESS' && this.nowMs() >= hook.endsMs) {
        hook.status = this.conduct.hook.ends;
        if (hook.status === 'FAILED') this.sendBack(deployment, 'A lifecycle hook failed');
        return true;
      }
      if (hook.status === 'AWAITING_ACTION' && this.nowMs() >= hook.endsMs) {
        hook.status = 'TIMED_OUT';
        if (hook.timeoutAction === 'ROLLBACK') this.sendBack(deployment, 'A pause hook timed out');
        return true;
      }
    }
    const waits = deployment.hooks.some(({ status }) => ['IN_PROGRESS', 'AWAITING_ACTION'].includes(status));
    const phase = deployment.phases[deployment.phase] as Phase;
    const isCrashing = this.conduct.isCrashing && phase.stage === 'SCALE_UP';
    const endMs = deployment.sinceMs + phase.ms;
    if (waits || isCrashing || this.nowMs() < endMs) return false;
    phase.then?.({
      scaleUp: () => (deployment.target.running = this.desired),
      test: () => (deployment.target.test = 100),
      shift: (percent) => this.share(deployment, percent),
    });
    if (deployment.phase + 1 < deployment.phases.length) {
      this.enter(deployment, deployment.phase + 1, endMs);
      return true;
    }
    if (deployment.source !== undefined) deployment.source.running = 0;
    this.live = deployment.target;
    this.end(deployment, 'SUCCESSFUL', undefined, endMs);
    return true;
  }

  private enter(deployment: Deployment, phase: number, atMs: number): void {
    deployment.phase = phase;
    const { stage, isWait } = deployment.phases[phase] as Phase;
    const configured = isWait === true ? [] : (deployment.configuration.lifecycleHooks ?? []);
    const hooks = configured.filter(({ lifecycleStages = [] }) =>
      (lifecycleStages as string[]).includes(stage),
    );
    const isHeld = hooks.length > 0;
    // A hook that begins late began when its stage did: nobody looked in between.
    deployment.sinceMs = isHeld ? this.nowMs() : atMs;
    deployment.hooks = hooks.map(({ targetType, hookTargetArn, timeoutConfiguration }): Hook => {
      const isPause = targetType === 'PAUSE';
      const minutes = timeoutConfiguration?.timeoutInMinutes ?? 1440;
      return {
        id: `ecs-${isPause ? 'pause' : 'hook'}-${(this.hooks += 1)}`,
        targetType: isPause ? 'PAUSE' : 'AWS_LAMBDA',
        targetArn: hookTargetArn,
        stage,
        status: isPause ? 'AWAITING_ACTION' : 'IN_PROGRESS',
        endsMs: this.nowMs() + (isPause ? minutes * 60_000 : this.conduct.hook.ms),
        timeoutAction: timeoutConfiguration?.action ?? 'ROLLBACK',
      };
    });
  }

  private share({ source, target }: Deployment, percent: number): void {
    target.production = percent;
    if (source !== undefined) source.production = 100 - percent;
    this.shares.push(percent);
  }

  private sendBack(deployment: Deployment, reason: string): void {
    deployment.status = 'ROLLBACK_REQUESTED';
    deployment.rollback = { reason, startedMs: this.nowMs() };
  }

  private end(deployment: Deployment, status: string, reason?: string, atMs = this.nowMs()): void {
    deployment.status = status;
    if (reason !== undefined) deployment.statusReason = reason;
    deployment.finishedMs = atMs;
  }
}

/** What AWS refuses of a configuration. */
function refuse(
  {
    strategy,
    lifecycleHooks = [],
    bakeTimeInMinutes,
    canaryConfiguration,
    linearConfiguration,
  }: DeploymentConfiguration,
  balancers: readonly LoadBalancer[],
): void {
  const invalid = (words: string) => sdkError('InvalidParameterException', words);
  for (const { targetType, lifecycleStages = [], timeoutConfiguration } of lifecycleHooks) {
    const minutes = timeoutConfiguration?.timeoutInMinutes ?? 1440;
    if (targetType !== 'PAUSE') continue;
    if (lifecycleStages.some((one) => one === 'TEST_TRAFFIC_SHIFT' || one === 'PRODUCTION_TRAFFIC_SHIFT'))
      throw invalid('PAUSE hooks cannot be configured at TEST_TRAFFIC_SHIFT or PRODUCTION_TRAFFIC_SHIFT');
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > 20_160) throw invalid(`timeout ${minutes}`);
  }
  if (strategy === undefined || strategy === 'ROLLING') return;
  if (!Number.isInteger(bakeTimeInMinutes)) throw invalid(`bake time ${bakeTimeInMinutes}`);
  if ((strategy === 'CANARY') !== (canaryConfiguration !== undefined)) throw invalid('canaryConfiguration');
  if ((strategy === 'LINEAR') !== (linearConfiguration !== undefined)) throw invalid('linearConfiguration');
  const { stepPercent = 10 } = linearConfiguration ?? {};
  if (stepPercent < 3 || stepPercent > 100) throw invalid(`step ${stepPercent}`);
  for (const { advancedConfiguration: moved } of balancers)
    if (!moved?.alternateTargetGroupArn || !moved.productionListenerRule || !moved.roleArn)
      throw invalid('advancedConfiguration');
}
