import type { ScanFinding, ScanReport, Severity } from '../../domain/imageScan.js';
import { definedOnly } from '../../base/definedOnly.js';
import { awsReason } from './awsErrors.js';
import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

/** Where the scan of an image stands. `none`: it was never begun; `failed`: it has ended without findings. */
export type EcrScan =
  | { readonly status: 'none' }
  | { readonly status: 'pending' | 'failed'; readonly reason: string }
  | ScanReport;

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanStatus.html */
const PENDING = ['IN_PROGRESS', 'PENDING'];
const COMPLETE = ['COMPLETE', 'ACTIVE'];

/** Findings of basic and of enhanced scanning, all pages. @throws StackError AWS_*, also where there is no such image */
export async function readScan(
  aws: AwsClients,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<EcrScan> {
  const { DescribeImageScanFindingsCommand } = await sdk.ecr();
  let state: { readonly status?: string | undefined; readonly description?: string | undefined } = {};
  const ask = async (nextToken: string | undefined) => {
    const command = new DescribeImageScanFindingsCommand({
      repositoryName: repository,
      imageId: { imageDigest: digest },
      ...(nextToken && { nextToken }),
    });
    const what = { action: 'ecr:DescribeImageScanFindings', resource: repository, signal };
    const answer = await aws.call(await aws.ecr(), command, what);
    const { imageScanStatus, imageScanFindings, nextToken: next } = answer;
    state = { status: imageScanStatus?.status, description: imageScanStatus?.description };
    const basic = (imageScanFindings?.findings ?? []).map((finding) => {
      const attribute = (key: string) => finding.attributes?.find((one) => one.key === key)?.value;
      return {
        id: finding.name ?? '',
        severity: severityOf(finding.severity),
        ...definedOnly({ package: attribute('package_name'), version: attribute('package_version') }),
      };
    });
    const enhanced = (imageScanFindings?.enhancedFindings ?? [])
      // What Inspector's own rules suppress, and what is mended, is none.
      .filter(({ status }) => status === undefined || status === 'ACTIVE')
      .map(({ packageVulnerabilityDetails: details, severity }) => {
        const [vulnerable] = details?.vulnerablePackages ?? [];
        return {
          id: details?.vulnerabilityId ?? '',
          severity: severityOf(severity),
          ...definedOnly({
            package: vulnerable?.name,
            version: vulnerable?.version,
            fixed: vulnerable?.fixedInVersion,
          }),
        };
      });
    return { items: [...basic, ...enhanced] as readonly ScanFinding[], next };
  };
  try {
    const findings = await everyPage(ask);
    return scanOf(state, findings);
  } catch (error) {
    if (awsReason(error) === 'ScanNotFoundException') return { status: 'none' };
    throw error;
  }
}

function scanOf(
  {
    status = '',
    description = '',
  }: { readonly status?: string | undefined; readonly description?: string | undefined },
  findings: readonly ScanFinding[],
): EcrScan {
  const reason = [status, description].filter((word) => word !== '').join(': ') || 'ECR tells no status';
  if (PENDING.includes(status)) return { status: 'pending', reason };
  if (COMPLETE.includes(status)) return { status: 'complete', findings };
  const isUnsupported = status === 'UNSUPPORTED_IMAGE' || /UnsupportedImage/i.test(description);
  if (isUnsupported) return { status: 'unsupported', reason: description || status, findings: [] };
  return { status: 'failed', reason };
}

/** Basic scanning calls it UNDEFINED, enhanced scanning UNTRIAGED, where nobody has rated it. */
function severityOf(word = ''): Severity {
  const lower = word.toLowerCase();
  const known = ['critical', 'high', 'medium', 'low', 'informational'] as const;
  return known.find((one) => one === lower) ?? 'unknown';
}

/**
 * Begins a basic scan.
 * @returns `waits` where ECR does not begin one by this call: enhanced scanning begins by itself, and an image is scanned
 *   once a day at most
 */
export async function startScan(
  aws: AwsClients,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<'started' | 'waits' | 'unsupported'> {
  const { StartImageScanCommand } = await sdk.ecr();
  const command = new StartImageScanCommand({ repositoryName: repository, imageId: { imageDigest: digest } });
  try {
    await aws.call(await aws.ecr(), command, { action: 'ecr:StartImageScan', resource: repository, signal });
    return 'started';
  } catch (error) {
    const reason = awsReason(error) ?? '';
    if (reason === 'UnsupportedImageTypeException') return 'unsupported';
    if (['LimitExceededException', 'ValidationException'].includes(reason)) return 'waits';
    throw error;
  }
}
