/**
 * A Terraform plan as people read it. Made from `terraform show -json`; format:
 * https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
 */
export const ACTIONS = ['create', 'change', 'replace', 'destroy', 'import', 'move', 'forget'] as const;
export type PlanAction = (typeof ACTIONS)[number];

/** In the order of what a reader has to look at first. */
export const PLAN_ORDER: readonly PlanAction[] = [
  'destroy',
  'replace',
  'change',
  'create',
  'import',
  'move',
  'forget',
];

export interface PlannedResource {
  readonly address: string;
  /** Terraform's type: `aws_db_instance`. */
  readonly type: string;
  readonly action: PlanAction;
  /** Why, where Terraform says so: tainted, no longer in the configuration … */
  readonly reason?: string;
  /** Attributes that force the replacement. */
  readonly forcedBy: readonly string[];
  /** Attributes that change; empty for what is created or destroyed. */
  readonly changes: readonly AttributeChange[];
  /** Where a moved resource was before. */
  readonly movedFrom?: string;
  /** Key of an object that an earlier replacement left behind, where that is what goes. */
  readonly deposed?: string;
  /** What of it the delivery owns, where an apply would change that back. */
  readonly owned?: DeliveryOwned;
  /** Its replacement leaves the old object alone: it is no longer managed, but there. */
  readonly leavesOld?: true;
}

/** What the delivery owns of a resource: Terraform says where it begins, and the last deployment where it is. */
export interface DeliveryOwned {
  readonly address: string;
  readonly what: 'rule' | 'service' | 'scaling';
  /** ARN of a rule; `CLUSTER/NAME` of a service and its scaling. */
  readonly id: string;
  /** Name of the target that owns it. */
  readonly target: string;
  /** Colour that is live, where the target has two. */
  readonly live?: string;
  /** Version that is live. */
  readonly version: string;
  /** Paths of the owned attributes that differ. */
  readonly paths: readonly string[];
  /** Where a rule sends requests though the ledger says otherwise; absent where they agree. */
  readonly elsewhere?: string;
}

export interface PlannedOutput {
  readonly name: string;
  readonly action: 'create' | 'change' | 'destroy';
  readonly before: string;
  readonly after: string;
}

export interface PlanSummary {
  /** The plan in one line: `1 to create, 2 to change; 14 unchanged`. */
  readonly headline: string;
  readonly counts: Readonly<Record<PlanAction | 'unchanged', number>>;
  /** What would be destroyed or replaced and holds data: `apply` wants each of them named. */
  readonly losses: readonly DataLoss[];
  readonly resources: readonly PlannedResource[];
  readonly outputs: readonly PlannedOutput[];
  /** Resources that were found changed since the last apply, by hand or by something else. */
  readonly drifted: readonly string[];
  /** What the delivery owns and has changed since the last apply; absent where that is nothing. */
  readonly owned?: readonly DeliveryOwned[];
  /** False where applying would change nothing. */
  readonly hasChanges: boolean;
  /** The only part of the root that was looked at; all of it where absent. */
  readonly scope?: PlanScope;
}

/** One attribute that a plan changes, as display text. */
export interface AttributeChange {
  /** As Terraform writes it: `tags.Name`, `ingress[0].from_port`. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** True where the new value is only known once it is applied. */
  readonly unknown: boolean;
  readonly forcesReplacement: boolean;
}

/** Something that a plan would destroy and that cannot be made again, or that would be out of service. */
export interface DataLoss {
  readonly address: string;
  /** `change`: what the delivery owns would be moved back. */
  readonly action: 'destroy' | 'replace' | 'change';
  /** What it holds, in words: `a database`, `objects`; that the configuration protects it, or what the delivery owns. */
  readonly holds: string;
  /** Attributes that force the replacement. */
  readonly forcedBy: readonly string[];
  /** Key of an earlier object that its replacement left behind, where that is what goes. */
  readonly deposed?: string;
  /** True where another of its type is made in its place. */
  readonly again?: true;
  /** True where it holds no data, but is in service and would not come back as it was. */
  readonly serves?: true;
}

/** A named part of a root: what a granular run may touch (`infrastructure.scopes`). */
export interface PlanScope {
  readonly name: string;
  /** As the configuration writes them; what lies in one is in the scope. */
  readonly addresses: readonly string[];
}
