/** How bad a vulnerability is, the worst first. `unknown`: nobody has rated it yet. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'informational', 'unknown'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** From which severity on a scan fails: `any` is every finding, also one without a rating; `never` only reports. */
export const THRESHOLDS = ['critical', 'high', 'medium', 'low', 'any', 'never'] as const;
export type Threshold = (typeof THRESHOLDS)[number];

export interface ScanFinding {
  /** E.g. `CVE-2026-1234`. */
  readonly id: string;
  readonly severity: Severity;
  readonly package?: string;
  readonly version?: string;
  /** Version that has it no more. */
  readonly fixed?: string;
}

/** What a scanner found in an image. */
export interface ScanReport {
  /** `unsupported`: the scanner does not know what the image is made of, so nothing is known of it. */
  readonly status: 'complete' | 'unsupported';
  /** Why it is unsupported, in the scanner's words. */
  readonly reason?: string;
  readonly findings: readonly ScanFinding[];
}

/** A scan as a release records it. */
export interface ImageScan {
  readonly by: string;
  /** Digest of the image that was scanned. */
  readonly digest: string;
  readonly at: string;
  readonly status: ScanReport['status'];
  readonly reason?: string;
  readonly counts: Readonly<Partial<Record<Severity, number>>>;
  /** The severity that `findings` begin at. */
  readonly from: Threshold;
  /** Those that count for the gate, also those that an exception accepts. */
  readonly findings: readonly ScanFinding[];
}

/** Whether a severity reaches a threshold. */
export function reaches(severity: Severity, threshold: Threshold): boolean {
  if (threshold === 'never') return false;
  if (threshold === 'any') return true;
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(threshold);
}
