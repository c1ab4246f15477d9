import type { PlanScope } from '../domain/plan.js';
import type { TerraformRoot } from './rules/terraformArguments.js';

/** What decides whether a plan fits. */
export interface PlanOrigin {
  readonly root: TerraformRoot;
  /** The environment's Terraform variables, references resolved. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The version of Terraform, asked for where it was not heard of yet; throws TOOL_MISSING where it is too old. */
  readonly terraform: () => Promise<string>;
  readonly destroy: boolean;
  /** The only part of the root that is planned; all of it where absent. */
  readonly scope?: PlanScope;
}
