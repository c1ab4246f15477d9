/** An ECS service as it runs, as far as a configuration can be made of it. */
export interface LivingService {
  readonly cluster: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** `FAMILY:REVISION` */
  readonly revision: string;
  /** `ECS`, `CODE_DEPLOY` or `EXTERNAL`. */
  readonly controller: string;
  readonly isDaemon: boolean;
  /** Made by ECS Express Mode, with all around it. */
  readonly isExpress: boolean;
  readonly desired: number;
  /** All tasks that are wanted run, at least one, and none of another revision. */
  readonly isStable: boolean;
  /** In the order of the task definition. */
  readonly containers: readonly LivingContainer[];
  readonly balancers: readonly LivingBalancer[];
  readonly strategy: LivingStrategy;
  /** Bounds of its autoscaling; undefined where nothing scales it, or that could not be read. */
  readonly scaling?: { readonly min: number; readonly max: number } | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export interface LivingContainer {
  readonly name: string;
  /** As the task definition has it. */
  readonly image: string;
  readonly essential: boolean;
  readonly ports: readonly number[];
  /** Names only: values may be secrets that somebody has written there. */
  readonly variables: readonly string[];
  readonly secrets: readonly string[];
}

/** A target group that the service keeps its tasks in. */
export interface LivingBalancer {
  readonly container: string;
  readonly port: number;
  /** ARN. */
  readonly group: string;
  /** Path of the health check; undefined where it has none, or the group could not be read. */
  readonly healthPath?: string | undefined;
  /** What ECS needs to move requests between two groups. */
  readonly moves?: {
    readonly alternate: string | undefined;
    readonly productionRule: string | undefined;
    readonly testRule: string | undefined;
    readonly role: string | undefined;
  };
}

/** How ECS replaces the tasks, in its own words. */
export interface LivingStrategy {
  /** `ROLLING`, `BLUE_GREEN`, `CANARY`, `LINEAR`, or what is newer than this. */
  readonly kind: string;
  readonly bakeMinutes: number;
  /** Of CANARY and LINEAR: percent and minutes of a step. */
  readonly step?: { readonly percent: number; readonly minutes: number } | undefined;
  /** Alarms that roll back; empty where they are not heeded. */
  readonly alarms: readonly string[];
  readonly hooks: readonly LivingHook[];
}

export interface LivingHook {
  /** `PAUSE`, or a function. */
  readonly type: string;
  readonly stages: readonly string[];
  readonly timeoutMinutes?: number | undefined;
}

/** What is known of the image that runs. */
export interface RunningImage {
  /** Repository in the account's own registry; undefined where it comes from elsewhere. */
  readonly repository?: string | undefined;
  readonly tag?: string | undefined;
  /** `sha256:…`; undefined where nothing tells it. */
  readonly digest?: string | undefined;
  /** Whether the tag still means what runs. */
  readonly tagHolds: boolean;
}
