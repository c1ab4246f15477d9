import {
  reaches,
  SEVERITIES,
  THRESHOLDS,
  type ImageScan,
  type ScanFinding,
  type ScanReport,
  type Severity,
  type Threshold,
} from '../../domain/imageScan.js';

/** A vulnerability that is accepted for a time. */
export interface ScanException {
  readonly id: string;
  /** The last day that it is accepted on, `2026-12-31`, in UTC. */
  readonly until: string;
  readonly why: string;
}

export interface ScanRule {
  readonly failOn: Threshold;
  /** What an image that the scanner cannot read means. */
  readonly unsupported: 'fail' | 'pass';
  readonly ignore: readonly ScanException[];
}

export interface ScanVerdict {
  readonly passes: boolean;
  /** Findings that no exception accepts. */
  readonly failing: readonly ScanFinding[];
  /** Exceptions that accept a finding. */
  readonly accepted: readonly ScanException[];
  /** Exceptions that accepted one, and have run out. */
  readonly expired: readonly ScanException[];
  /** Exceptions for what is no longer found. */
  readonly unused: readonly ScanException[];
  /** True where nothing is known of the image. */
  readonly isUnsupported: boolean;
}

/**
 * Judges a scan.
 * @param now what exceptions are held against
 */
export function judgeScan(
  scan: Pick<ImageScan, 'status' | 'findings'>,
  rule: ScanRule,
  now: Date,
): ScanVerdict {
  const today = now.toISOString().slice(0, 10);
  const isUnsupported = scan.status === 'unsupported';
  const relevant = scan.findings.filter(({ severity }) => reaches(severity, rule.failOn));
  const valid = rule.ignore.filter(({ until }) => until >= today);
  const isAccepted = ({ id }: { readonly id: string }) => valid.some((exception) => exception.id === id);
  const found = ({ id }: ScanException) => relevant.some((finding) => finding.id === id);
  const failing = relevant.filter((finding) => !isAccepted(finding));
  return {
    passes: failing.length === 0 && (!isUnsupported || rule.unsupported === 'pass'),
    failing,
    accepted: valid.filter(found),
    expired: rule.ignore.filter((one) => one.until < today && found(one) && !isAccepted(one)),
    unused: isUnsupported ? [] : rule.ignore.filter((one) => !found(one)),
    isUnsupported,
  };
}

/** Whether a recorded scan tells all that a rule asks. */
export const coversRule = (
  { from }: Pick<ImageScan, 'from'>,
  { failOn }: Pick<ScanRule, 'failOn'>,
): boolean =>
  THRESHOLDS.indexOf(RECORDED_AS[failOn] ?? failOn) <= THRESHOLDS.indexOf(RECORDED_AS[from] ?? from);

/** `never` asks for nothing, which every record tells. */
const RECORDED_AS: Partial<Record<Threshold, Threshold>> = { never: 'critical' };

/** What a release keeps of a report: the counts, and the findings that the gate is about, each once. */
export function recordedScan(
  report: ScanReport,
  about: { readonly by: string; readonly digest: string; readonly at: string; readonly from: Threshold },
): ImageScan {
  const findings = distinct(report.findings);
  const counts: Partial<Record<Severity, number>> = {};
  for (const { severity } of findings) counts[severity] = (counts[severity] ?? 0) + 1;
  const from = RECORDED_AS[about.from] ?? about.from;
  return {
    ...about,
    from,
    status: report.status,
    ...(report.reason === undefined ? {} : { reason: report.reason }),
    counts,
    findings: findings.filter(({ severity }) => reaches(severity, from)),
  };
}

/** Several platforms, and several files of one package, bring the same finding again. */
function distinct(findings: readonly ScanFinding[]): readonly ScanFinding[] {
  const known = new Map(
    findings.map((one) => [JSON.stringify([one.id, one.package, one.version]), one] as const),
  );
  const rank = ({ severity }: ScanFinding) => SEVERITIES.indexOf(severity);
  return [...known.values()].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** `2 critical, 5 high`; what was found, in the order of how bad it is. */
export function countWords({ status, reason, counts }: ImageScan): string {
  if (status === 'unsupported') return `not scanned: ${reason ?? 'the scanner does not support this image'}`;
  const words = SEVERITIES.flatMap((severity) =>
    counts[severity] === undefined ? [] : [`${counts[severity]} ${severity}`],
  );
  return words.length === 0 ? 'no vulnerabilities' : words.join(', ');
}

/** `CVE-2026-1 critical in openssl 3.0.1, fixed in 3.0.2` */
export function findingWords({ id, severity, package: name, version, fixed }: ScanFinding): string {
  const where = name === undefined ? '' : ` in ${name}${version === undefined ? '' : ` ${version}`}`;
  return `${id} ${severity}${where}${fixed === undefined ? '' : `, fixed in ${fixed}`}`;
}
