/**
 * Judges what the platform says about a service in the middle of a rollout. The SDK's own waiter is not safe: it
 * takes a circuit breaker's rollback for success, and trusts the order of the deployments.
 */

/** One deployment of a service, as far as judging it needs. */
export interface DeploymentView {
  readonly id: string;
  /** `PRIMARY` is what the platform moves towards; `ACTIVE` is on its way out; `INACTIVE` is gone. */
  readonly status: string;
  readonly taskDefinition: string;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  readonly failedTasks: number;
  /** Absent for services that the platform does not roll itself. */
  readonly rolloutState?: string;
  readonly reason?: string;
  /** By the platform's clock, in milliseconds. */
  readonly createdMs?: number;
}

export interface ServiceView {
  /** `ACTIVE`, `DRAINING` or `INACTIVE`. */
  readonly status: string;
  readonly taskDefinition: string;
  readonly desired: number;
  readonly running: number;
  /** In any order. */
  readonly deployments: readonly DeploymentView[];
  /** What the platform last said about it, newest first: evidence, never a decision. */
  readonly events: readonly string[];
}

export interface Wanted {
  /** ARN of the task definition that should run. */
  readonly taskDefinition: string;
  /** What ran before: if that is PRIMARY again, the platform rolled back. */
  readonly previous?: string;
  /** The deployment that the change answered with: what tells a view from before it. */
  readonly deployment?: Pick<DeploymentView, 'id' | 'createdMs'>;
}

export type Verdict =
  /** On its way. `allRunning`: as many new tasks run as are desired, though old ones may still drain. */
  | {
      readonly state: 'progress';
      readonly running: number;
      readonly desired: number;
      readonly oldRunning: number;
      readonly failedTasks: number;
      readonly allRunning: boolean;
    }
  | { readonly state: 'stable'; readonly running: number; readonly desired: number }
  /** It has all the tasks that are wanted, which is none: nothing shows that the release works. */
  | { readonly state: 'empty'; readonly running: 0; readonly desired: 0 }
  /** The platform gave up on the wanted task definition. */
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'rolled-back'; readonly taskDefinition: string; readonly reason: string }
  | { readonly state: 'overtaken'; readonly taskDefinition: string }
  | { readonly state: 'gone'; readonly status: string };

/** Verdicts that a rollout goes on with, or ends well with. */
export type RolloutProgress = Extract<Verdict, { state: 'progress' | 'stable' | 'empty' }>;

/**
 * Stable means: PRIMARY (found by its status, wherever it stands) runs the wanted task definition, is COMPLETED, has
 * as many running tasks as are desired, at least one, and no other deployment has a running one.
 */
export function judgeService(view: ServiceView, wanted: Wanted): Verdict {
  if (view.status !== 'ACTIVE') return { state: 'gone', status: view.status };
  const primary = primaryOf(view);
  if (primary === undefined) return waiting(view, undefined);
  if (primary.taskDefinition !== wanted.taskDefinition) {
    const ours = view.deployments.find(
      (one) => one.taskDefinition === wanted.taskDefinition && one.rolloutState === 'FAILED',
    );
    if (ours !== undefined || primary.taskDefinition === wanted.previous) {
      const reason = ours?.reason || primary.reason || 'the platform rolled the deployment back';
      return { state: 'rolled-back', taskDefinition: primary.taskDefinition, reason };
    }
    return { state: 'overtaken', taskDefinition: primary.taskDefinition };
  }
  if (primary.rolloutState === 'FAILED') {
    return { state: 'failed', reason: primary.reason || 'the platform reports the deployment as failed' };
  }
  const progress = waiting(view, primary);
  const completed = primary.rolloutState === 'COMPLETED' || primary.rolloutState === undefined;
  if (completed && progress.allRunning && progress.oldRunning === 0 && primary.running === view.desired) {
    if (view.desired === 0) return { state: 'empty', running: 0, desired: 0 };
    return { state: 'stable', running: primary.running, desired: view.desired };
  }
  return progress;
}

/**
 * Whether a view is from before a change: the platform answers a question right after it from what it knew before. Such
 * a view lacks the change's deployment, and what it calls PRIMARY is older than that.
 */
export function isStale(view: ServiceView, deployment: Wanted['deployment']): boolean {
  const primary = primaryOf(view);
  if (deployment?.createdMs === undefined || primary?.createdMs === undefined) return false;
  if (view.deployments.some(({ id }) => id === deployment.id)) return false;
  // A platform that goes back may take up the older deployment again, and says so.
  const told = [primary.reason ?? '', ...view.events.filter((event) => event.includes(deployment.id))];
  return (
    primary.createdMs < deployment.createdMs && !told.some((words) => /roll\w* ?back|failed/i.test(words))
  );
}

function waiting(view: ServiceView, primary: DeploymentView | undefined) {
  const running = primary?.running ?? 0;
  return {
    state: 'progress' as const,
    running,
    // The service's own number: a deployment's is set to 0 by some platforms when it fails.
    desired: view.desired,
    oldRunning: view.deployments.reduce((sum, one) => (one === primary ? sum : sum + one.running), 0),
    failedTasks: primary?.failedTasks ?? 0,
    allRunning: primary !== undefined && running >= view.desired,
  };
}

/** The deployment that the platform moves towards. */
export const primaryOf = (view: ServiceView): DeploymentView | undefined =>
  view.deployments.find((one) => one.status === 'PRIMARY');

/** `shop-web:12` of `arn:aws:ecs:…:task-definition/shop-web:12`. */
export const shortName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
