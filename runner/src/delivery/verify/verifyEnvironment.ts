import type { Context, NamedEnvironment } from '../../context/context.js';
import { toErrorRecord } from '../../base/errors.js';
import { notCreatedYet, type CheckResult, type Finding } from '../../domain/finding.js';
import type { Target } from '../../context/target.js';
import { comparedRelease } from '../diff/comparedRelease.js';

/** What was found of an environment's targets. */
export interface Verified {
  readonly environment: string;
  readonly version: string;
  /** False where something would keep the release from running. */
  readonly ready: boolean;
  readonly checks: readonly CheckResult[];
}

/**
 * Looks at everything that a deploy of a release to an environment leans on. It changes nothing.
 * @param version of the release; that of the working tree where left out, also before it is built
 * @throws StackError RELEASE_UNKNOWN
 */
export async function verifyEnvironment(
  context: Context,
  environment: NamedEnvironment,
  version: string | undefined,
): Promise<Verified> {
  const [{ release }, { images }] = await Promise.all([comparedRelease(context, version), context.config()]);
  const platforms = Object.fromEntries(
    Object.entries(images).map(([name, image]) => [
      name,
      image.kind === 'packer' ? undefined : image.platform,
    ]),
  );
  const checks = await verifyTargets(context, environment, (target) =>
    target.verify?.({ release, platforms, signal: context.signal }),
  );
  const ready = checks.every(({ status }) => status !== 'failed');
  return { environment: environment.name, version: release.version, ready, checks };
}

async function verifyTargets(
  context: Context,
  environment: NamedEnvironment,
  verify: (target: Target) => Promise<readonly CheckResult[]> | undefined,
): Promise<readonly CheckResult[]> {
  const named = (name: string) => ({ id: `target:${name}`, title: `Target of ${name}`, required: true });
  let targets: readonly Target[];
  try {
    targets = await context.targets(environment);
  } catch (error) {
    // Something has to be there before a release can run in it.
    return [{ ...named(environment.name), ...notCreatedYet(error, environment.name), status: 'failed' }];
  }
  const found = await Promise.all(
    targets.map(async (target): Promise<readonly CheckResult[]> => {
      const nothing = { ...named(target.name), status: 'skipped' as const, found: 'nothing to verify' };
      try {
        return (await verify(target)) ?? [nothing];
      } catch (error) {
        context.signal.throwIfAborted();
        return [{ ...named(target.name), ...asFinding(error) }];
      }
    }),
  );
  return found.flat();
}

function asFinding(error: unknown): Finding {
  const { message, next } = toErrorRecord(error);
  return { status: 'failed', found: message, ...(next === undefined ? {} : { next }) };
}
