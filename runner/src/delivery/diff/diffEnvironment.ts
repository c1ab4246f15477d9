import type { Context, NamedEnvironment } from '../../context/context.js';
import { targetsWithKinds } from '../../context/kinds.js';
import type { Difference, TargetDiff } from '../../domain/difference.js';
import { imageNamer } from './imageNames.js';
import { comparedRelease } from './comparedRelease.js';

/** What a deploy would change. */
export interface EnvironmentDiff {
  readonly environment: string;
  /** What is in service there, by the ledger; null where that is nothing. */
  readonly current: string | null;
  readonly version: string;
  /** False where the deploy would build it first: then its images have no digest yet. */
  readonly built: boolean;
  readonly targets: readonly NamedDiff[];
  readonly different: boolean;
}

export interface NamedDiff extends TargetDiff {
  readonly name: string;
  readonly kind: string;
  /** What the deploy does there beside the move. */
  readonly beside?: readonly string[];
}

/**
 * Compares what runs in an environment with what a deploy would bring. It looks, and changes nothing.
 * @param version of the release; that of the working tree where left out, also before it is built
 * @throws StackError RELEASE_UNKNOWN; what a target cannot be asked for
 */
export async function diffEnvironment(
  context: Context,
  environment: NamedEnvironment,
  version: string | undefined,
): Promise<EnvironmentDiff> {
  const [{ release, built }, { ledger }, targets, kinds] = await Promise.all([
    comparedRelease(context, version),
    context.state(),
    context.targets(environment),
    context.kinds(),
  ]);
  const { healthy } = await ledger.current(environment.name);
  const withName = await imageNamer(ledger, healthy?.version, release);
  const all = targetsWithKinds(kinds, environment);
  const found = await Promise.all(
    targets.map(async (target): Promise<NamedDiff> => {
      const diff = (await target.diff?.(release)) ?? cannotTell(target.kind);
      const differences = diff.differences.map((one) => withName(one));
      const own = all.find(({ name }) => name === target.name);
      const beside = differences.some(isNewImage) ? (own?.kind.preview?.(target.name, own.config) ?? []) : [];
      return {
        name: target.name,
        kind: target.kind,
        ...diff,
        differences,
        ...(beside.length === 0 ? {} : { beside: beside.map((line) => line.trim()) }),
      };
    }),
  );
  return {
    environment: environment.name,
    current: healthy?.version ?? null,
    version: release.version,
    built,
    targets: found,
    different: found.some(({ differences }) => differences.length > 0),
  };
}

const isNewImage = ({ what }: Difference): boolean => what === 'image';

const cannotTell = (kind: string): TargetDiff => ({
  differences: [],
  unknown: [`targets of the kind ${kind} cannot be compared`],
});
