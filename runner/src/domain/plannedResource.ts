import type { AttributeChange } from '../infrastructure/rules/planValues.js';

/** What a plan may do with a resource. */
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

/** A resource of a Terraform plan, as people read it. */
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
  /** Its replacement leaves the old object alone: it is no longer managed, but there. */
  readonly leavesOld?: true;
}
