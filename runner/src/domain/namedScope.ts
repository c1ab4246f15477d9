/** A named part of a root: what a granular run may touch (`infrastructure.scopes`). */
export interface PlanScope {
  readonly name: string;
  /** As the configuration writes them; what lies in one is in the scope. */
  readonly addresses: readonly string[];
}
