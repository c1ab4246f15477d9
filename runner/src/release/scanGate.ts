import type { Context, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { ImageScan } from '../domain/imageScan.js';
import type { ReleaseRecord } from '../domain/records.js';
import type { Stage } from '../events/stage.js';
import { openRegistry } from './imageRegistry.js';
import { registryOfImages } from './registryOfImages.js';
import { countWords, coversRule, findingWords, judgeScan, type ScanVerdict } from './rules/scanGate.js';
import { ruleOf, SCANNERS, scanImage, type ScanConfig } from './scanImage.js';

const MOST_EVIDENCE = 20;

/**
 * Lets a scan pass or not, and says what it found.
 * @param about `isForced`: what does not pass is only told
 * @throws StackError SCAN_FAILED
 */
export function applyGate(
  context: Pick<Context, 'clock' | 'events'>,
  scan: ImageScan,
  about: {
    readonly name: string;
    readonly config: ScanConfig;
    readonly stage: Stage;
    readonly isForced?: boolean;
  },
): void {
  const { name, config, stage, isForced = false } = about;
  const verdict = judgeScan(scan, ruleOf(config), context.clock.now());
  const accepted = verdict.accepted.map(({ id, until }) => `${id} accepted until ${until}`);
  stage.fact(`scan ${name}`, [`${countWords(scan)} (${SCANNERS[config.by]})`, ...accepted].join('; '));
  for (const { id, until } of verdict.unused)
    notice(
      context,
      'info',
      `image ${name}: the exception for ${id}, until ${until}, is for nothing that is found: remove it`,
    );
  if (verdict.passes) {
    stage.subject(name).progress('scan', countWords(scan), 'ok');
    if (verdict.isUnsupported) notice(context, 'warning', `image ${name}: ${countWords(scan)}`);
    return;
  }
  const failure = scanFailure(name, scan, config, verdict);
  if (!isForced) {
    stage.subject(name).progress('scan', failure.message, 'failed');
    throw failure;
  }
  notice(context, 'warning', `${failure.message}: forced`);
}

/**
 * Holds what a release records of its scans against today's rules: an exception may have run out since, and what is
 * asked may have become more. What was never scanned, or not by what is asked now, is scanned first.
 * @throws StackError SCAN_FAILED, AWS_*, TOOL_MISSING
 */
export async function requireScans(
  context: Context,
  request: {
    readonly environment: NamedEnvironment;
    readonly release: ReleaseRecord;
    readonly stage: Stage;
    readonly isForced: boolean;
  },
): Promise<void> {
  const { environment, release, stage, isForced } = request;
  const { images } = await context.config();
  for (const [name, image] of Object.entries(release.images)) {
    const config = images[name]?.scan;
    if (config === undefined) continue;
    const { repository, digest, scan: known } = image;
    const isKnown = known?.digest === digest && known.by === config.by && coversRule(known, ruleOf(config));
    const scan = async () => {
      const registry = await openRegistry(context, await registryOfImages(context, environment));
      return scanImage(context, { name, repository, digest, config, registry, stage });
    };
    applyGate(context, isKnown ? known : await scan(), { name, config, stage, isForced });
  }
}

function scanFailure(name: string, scan: ImageScan, config: ScanConfig, verdict: ScanVerdict): StackError {
  const { failing, expired } = verdict;
  const bySeverity = `${failing.length} ${failing.length === 1 ? 'vulnerability' : 'vulnerabilities'}`;
  const limit = config['fail-on'] === 'any' ? '' : ` of ${config['fail-on']} severity or worse`;
  const words =
    failing.length > 0
      ? `image ${name} has ${bySeverity}${config['fail-on'] === 'critical' ? ' of critical severity' : limit}`
      : `image ${name} was not scanned: ${scan.reason ?? 'the scanner does not support it'}`;
  const left = failing.length - MOST_EVIDENCE;
  return new StackError('SCAN_FAILED', words, {
    where: scan.digest,
    evidence: [
      ...expired.map(({ id, until, why }) => `the exception for ${id} ran out on ${until} (${why})`),
      ...failing.slice(0, MOST_EVIDENCE).map(findingWords),
      ...(left > 0 ? [`and ${left} more`] : []),
    ],
    next:
      failing.length > 0
        ? `Update the packages and build again; or accept one for a time in images.${name}.scan.ignore: { id, until, why }.`
        : `Use a scanner that knows it (images.${name}.scan.by), or let it pass: images.${name}.scan.unsupported: pass`,
  });
}

const notice = ({ events }: Pick<Context, 'events'>, level: 'info' | 'warning', message: string) =>
  events.emit({ type: 'notice', level, message });
