import type { LayerChoice } from './layers.js';

export interface ProvisionOptions extends LayerChoice {
  /** Names of hosts and groups, separated by commas. */
  readonly limit?: string;
  readonly tags?: readonly string[];
  /** Says what would change, and changes nothing. */
  readonly dryRun?: boolean;
  /** Shows how files differ. */
  readonly diff?: boolean;
  /** Runs all, also where nothing has changed. */
  readonly full?: boolean;
  /** How long unreachable hosts are waited for, in milliseconds. */
  readonly bootMs?: number;
}
