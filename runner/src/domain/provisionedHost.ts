/** A good run of a playbook on a host. */
export interface GoodRun {
  /** Digest of all that it was made of. */
  readonly digest: string;
  /** When it ended. */
  readonly at: string;
}

/** What is kept of a host from one provisioning to the next. */
export interface ProvisionedHost {
  /** Digest of what the host was like when the last run on it had ended. */
  readonly state: string;
  /** Files that tasks have left there, a part of that. */
  readonly paths: readonly string[];
  readonly layers: Readonly<Record<string, GoodRun>>;
}
