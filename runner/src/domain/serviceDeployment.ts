/** A deployment that ECS makes by moving requests between two target groups, as far as judging it needs. */
export interface ServiceDeploymentView {
  readonly arn: string;
  /** `PENDING`, `IN_PROGRESS`, `SUCCESSFUL`, `STOPPED`, `ROLLBACK_…` */
  readonly status: string;
  readonly reason?: string;
  /** `SCALE_UP`, `BAKE_TIME` …; absent before the first. */
  readonly stage?: string;
  /** By the platform's clock, in milliseconds. */
  readonly createdMs?: number;
  /** The revision that it brings, and those that it replaces. */
  readonly target?: RevisionView;
  readonly sources: readonly RevisionView[];
  readonly hooks: readonly HookView[];
  readonly rollbackReason?: string;
  /** Names of alarms that went off. */
  readonly alarms: readonly string[];
  readonly breaker?: { readonly isTriggered: boolean; readonly failures: number; readonly threshold: number };
}

export interface RevisionView {
  readonly arn: string;
  readonly requested: number;
  readonly running: number;
  readonly pending: number;
  /** Percent of requests that it gets; absent before any are moved. */
  readonly production?: number;
  readonly test?: number;
}

/** A hook of the stage that the deployment is in. */
export interface HookView {
  readonly id: string;
  readonly kind: 'pause' | 'lambda';
  /** Name of the function. */
  readonly name?: string;
  /** `AWAITING_ACTION`, `IN_PROGRESS`, `SUCCEEDED`, `FAILED`, `TIMED_OUT` */
  readonly status: string;
  readonly expiresMs?: number;
  readonly atExpiry?: 'continue' | 'roll back';
}

/** A deployment in a list. */
export interface ListedDeployment {
  readonly arn: string;
  readonly status: string;
  readonly createdMs: number;
  /** The revision that it brings. */
  readonly revision?: string;
}

/** Statuses of a deployment that has not come to its end. */
export const UNDER_WAY = [
  'PENDING',
  'IN_PROGRESS',
  'STOP_REQUESTED',
  'ROLLBACK_REQUESTED',
  'ROLLBACK_IN_PROGRESS',
] as const;

export const isUnderWay = ({ status }: { readonly status: string }): boolean =>
  (UNDER_WAY as readonly string[]).includes(status);
