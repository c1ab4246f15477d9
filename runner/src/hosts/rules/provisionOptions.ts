export interface ProvisionOptions {
  /** Names of hosts and groups, separated by commas. */
  readonly limit?: string;
  readonly tags?: readonly string[];
  readonly dryRun?: boolean;
  /** How long unreachable hosts are waited for, in milliseconds. */
  readonly bootMs?: number;
}
