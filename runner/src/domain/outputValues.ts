/** One Terraform output. */
export interface Output {
  readonly value: unknown;
  readonly sensitive: boolean;
}
/** By name. */
export type Outputs = Readonly<Record<string, Output>>;
