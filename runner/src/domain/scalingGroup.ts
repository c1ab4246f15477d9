/** A version of a launch template, by its number: `$Default` and `$Latest` may be another one in a moment. */
export interface TemplateVersion {
  readonly id: string;
  readonly version: number;
}

export const isSameTemplate = (
  one: TemplateVersion | undefined,
  other: TemplateVersion | undefined,
): boolean => one !== undefined && one.id === other?.id && one.version === other.version;

/** An autoscaling group, and the instances that it has now. */
export interface ScalingGroup {
  readonly name: string;
  readonly desired: number;
  /** As the group has it: its version may be `$Default` or `$Latest`. */
  readonly template?: { readonly id: string; readonly version: string };
  /** Whether it chooses between several types of instances. */
  readonly isMixed: boolean;
  /** Whether an instance counts only once the load balancer calls it healthy. */
  readonly asksBalancer: boolean;
  /** ARNs of the target groups that its instances join. */
  readonly targetGroups: readonly string[];
  readonly members: readonly GroupMember[];
}

export interface GroupMember {
  readonly id: string;
  /** `Pending`, `InService`, `Terminating` … */
  readonly lifecycle: string;
  readonly template?: TemplateVersion;
}

/** One replacement of a group's instances. */
export interface InstanceRefresh {
  readonly id: string;
  /** `Pending`, `InProgress`, `Successful` …, as AWS names it. */
  readonly status: string;
  readonly reason?: string;
  /** How much of the group is replaced, 0 to 100. */
  readonly percent: number;
  /** What its instances are launched from; undefined where it was started without one. */
  readonly template?: { readonly id: string; readonly version: string };
}

const OVER = new Set(['Successful', 'Failed', 'Cancelled', 'RollbackSuccessful', 'RollbackFailed']);

/** Whether it is at work: there is one at a time. */
export const isActive = ({ status }: Pick<InstanceRefresh, 'status'>): boolean => !OVER.has(status);
