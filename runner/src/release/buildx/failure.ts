import type { TraceFollower } from '../../adapters/docker/buildProgress.js';
import { StackError } from '../../base/errors.js';
import type { DockerTreeImage } from '../treeImage.js';

/** How many of buildx's own words are evidence: it quotes the Dockerfile before the reason. */
const EVIDENCE_LINES = 12;

/**
 * The failure of a call of buildx: of a step, of the registry that was pushed to, or of buildx itself.
 * @param said its lines that are no records
 */
export function buildxFailure(
  { name, config }: DockerTreeImage,
  follower: Pick<TraceFollower, 'failedStep' | 'failure'>,
  said: readonly string[],
): StackError {
  const lines = said.filter((line) => line.trim() !== '');
  const last = lines.findLast((line) => /^ERROR: /.test(line)) ?? lines.at(-1) ?? 'buildx gave no reason';
  const why = last.replace(/^ERROR: (?:failed to build: )?/, '');
  const step = follower.failedStep();
  if (/^exporting cache/.test(step ?? ''))
    return new StackError('REGISTRY_REFUSED', `image ${name}: its cache could not be written: ${why}`, {
      where: config.cache?.to,
      evidence: lines.slice(-EVIDENCE_LINES),
      next: `See that the repository is there and lets tags move, and that this login may push to it. Or leave out images.${name}.cache.to.`,
    });
  if (/^(?:exporting|pushing) /.test(step ?? '') && /push|registry|denied|unauthorized|forbidden/i.test(why))
    return new StackError('REGISTRY_REFUSED', `image ${name}: the builder could not push it: ${why}`, {
      where: config.repository,
      evidence: lines.slice(-EVIDENCE_LINES),
      next: 'See that the builder reaches the registry (a builder in a container has a network of its own), and that this login may push there. Then push again.',
    });
  if (step !== undefined) return follower.failure(why);
  return new StackError('BUILD_FAILED', `the build failed: ${why.replace(/^failed to solve: /, '')}`, {
    evidence: lines.slice(-EVIDENCE_LINES),
    next: 'Correct that and build again; finished steps come from the cache of the builder.',
  });
}
