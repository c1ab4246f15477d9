import type { Output } from '../../domain/outputValues.js';
import { isRecord } from '../../base/toolJson.js';

/** What tells Terraform's JSON documents from other JSON that may stand beside them. */

/** `terraform show -json` of a plan. */
export const isPlan = <T extends object>(value: unknown): value is T =>
  isRecord(value) && typeof value['format_version'] === 'string';

/** `terraform output -json`: `{}` where the root has none. */
export const isOutputs = (value: unknown): value is Readonly<Record<string, Output>> =>
  isRecord(value) &&
  Object.values(value).every((output) => isRecord(output) && 'value' in output && 'sensitive' in output);

/** `terraform state pull`. */
export const isState = <T extends object>(value: unknown): value is T =>
  isRecord(value) && typeof value['serial'] === 'number' && typeof value['lineage'] === 'string';

/** `terraform version -json`. */
export const isVersion = (value: unknown): value is { readonly terraform_version: string } =>
  isRecord(value) && typeof value['terraform_version'] === 'string';
