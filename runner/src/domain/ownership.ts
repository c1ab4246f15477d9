/** Something that a deployment's Terraform made and manages. */
export interface OwnedResource {
  readonly address: string;
  readonly type: string;
  /** Its id and ARN; what others name it by. */
  readonly ids: readonly string[];
}

/** Something that a deployment uses and another one may own. */
export interface ReusedResource {
  readonly id: string;
  /** Of a name that means something only for its type: an ARN or `vpc-…` needs none. */
  readonly type?: string;
  /** Where it is named: `data.aws_vpc.this`, `var.existing.vpc.id`. */
  readonly from: string;
}

/** One environment of one application. */
export interface DeploymentName {
  readonly application: string;
  readonly environment: string;
}

/** What one deployment owns and reuses, as of its last apply. Holds ids and addresses, never values. */
export interface OwnershipRecord extends DeploymentName {
  /** Names of buckets or roles are those of an account. */
  readonly account?: string;
  readonly owns: readonly OwnedResource[];
  readonly reuses: readonly (ReusedResource & { readonly since: string })[];
  readonly recordedAt: string;
  readonly who: string;
  readonly runUrl?: string;
}
