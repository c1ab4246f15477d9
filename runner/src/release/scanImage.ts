import type { ImageConfig } from '../config/schema.js';
import type { Context } from '../context/context.js';
import type { ImageScan, ScanReport } from '../domain/imageScan.js';
import type { Stage } from '../events/stage.js';
import { StackError } from '../base/errors.js';
import { formatDuration } from '../base/duration.js';
import { poll } from '../base/poll.js';
import type { Registry } from './imageRegistry.js';
import { platformDigests } from './rules/imageIndex.js';
import { recordedScan, type ScanRule } from './rules/scanGate.js';
import { readTrivyReport, trivyInvocation } from './rules/trivyReport.js';

export type ScanConfig = NonNullable<ImageConfig['scan']>;

/** An image in a registry, and who tells of its scan. */
export interface ScanRequest {
  readonly name: string;
  readonly repository: string;
  readonly digest: string;
  readonly config: ScanConfig;
  readonly registry: Registry;
  readonly stage: Stage;
}

/** The configuration as the gate reads it. */
export function ruleOf({ 'fail-on': failOn, unsupported, ignore }: ScanConfig): ScanRule {
  return { failOn, unsupported: unsupported ?? (failOn === 'never' ? 'pass' : 'fail'), ignore };
}

/**
 * Has an image scanned, all its platforms.
 * @throws StackError SCAN_FAILED where there is no result, TOOL_MISSING, AWS_*
 */
export async function scanImage(context: Context, request: ScanRequest): Promise<ImageScan> {
  const { config, repository, digest, registry, stage, name } = request;
  const { readManifest } = await import('../adapters/aws/ecr.js');
  const manifest = await readManifest(registry.aws, repository, { imageDigest: digest }, context.signal);
  if (manifest === undefined)
    throw noResult(
      request,
      [`${repository}@${digest} is not in the registry`],
      'Push it again: node runner push --force',
    );
  stage.subject(name).progress('scan', `${SCANNERS[config.by]} scans ${digest.slice(0, 19)}`);
  const ask = config.by === 'ecr' ? byEcr : byTrivy;
  const reports: ScanReport[] = [];
  for (const one of platformDigests(manifest.text) ?? [digest])
    reports.push(await ask(context, request, one));
  const unsupported = reports.find(({ status }) => status === 'unsupported');
  const report: ScanReport = {
    status: unsupported === undefined ? 'complete' : 'unsupported',
    ...(unsupported?.reason === undefined ? {} : { reason: unsupported.reason }),
    findings: reports.flatMap(({ findings }) => findings),
  };
  const at = context.clock.now().toISOString();
  return recordedScan(report, { by: config.by, digest, at, from: config['fail-on'] });
}

export const SCANNERS = { ecr: 'ECR', trivy: 'Trivy' } as const;
const GAP_MS = 2000;
const LONGEST_GAP_MS = 15_000;

/** The registry's own scan: it is awaited where it goes on, and begun where there is none. */
async function byEcr(context: Context, request: ScanRequest, digest: string): Promise<ScanReport> {
  const { config, registry, repository } = request;
  const { clock, signal } = context;
  const { readScan, startScan } = await import('../adapters/aws/ecrScan.js');
  let isBegun = false;
  let last = 'no scan was begun';
  const look = async (): Promise<ScanReport | undefined> => {
    const scan = await readScan(registry.aws, repository, digest, signal);
    if (scan.status === 'complete' || scan.status === 'unsupported') return scan;
    if (scan.status === 'failed')
      throw noResult(
        request,
        [scan.reason],
        `aws ecr start-image-scan --repository-name ${repository} --image-id imageDigest=${digest}`,
      );
    if (scan.status === 'pending') last = scan.reason;
    if (scan.status === 'pending' || isBegun) return undefined;
    isBegun = true;
    const begun = await startScan(registry.aws, repository, digest, signal);
    return begun === 'unsupported'
      ? { status: 'unsupported', reason: 'ECR does not scan this type of image', findings: [] }
      : undefined;
  };
  const waits = {
    clock,
    signal,
    limitMs: config.timeout,
    gapMs: GAP_MS,
    growth: 1.5,
    longestGapMs: LONGEST_GAP_MS,
  };
  const report = await poll(look, waits);
  if (report !== undefined) return report;
  throw noResult(
    request,
    [`no result within ${formatDuration(config.timeout)}; last: ${last}`],
    `Check that the registry scans ${repository}, or allow more time by scan.timeout.`,
  );
}

async function byTrivy(context: Context, request: ScanRequest, digest: string): Promise<ScanReport> {
  const { config, registry, repository } = request;
  const login = await registry.login();
  const invocation = trivyInvocation(`${login.host}/${repository}@${digest}`, login);
  const options = { captureStdout: true, signal: context.signal, timeoutMs: config.timeout };
  const { exitCode, stdout, tail } = await context.processes.run(invocation, options);
  const report = exitCode === 0 ? readTrivyReport(stdout) : undefined;
  if (report !== undefined) return report;
  const evidence =
    exitCode === 0 ? ['Trivy ended well, but without a report of schema version 2'] : tail.slice(-5);
  throw noResult(request, evidence, 'Run it by hand: trivy image --scanners vuln IMAGE');
}

/** A scan without a result: nothing is known, so nothing passes. */
function noResult(
  { name, config, repository, digest }: ScanRequest,
  evidence: readonly string[],
  next: string,
) {
  return new StackError('SCAN_FAILED', `image ${name}: ${SCANNERS[config.by]} has no result of its scan`, {
    where: `${repository}@${digest}`,
    evidence,
    next,
  });
}
