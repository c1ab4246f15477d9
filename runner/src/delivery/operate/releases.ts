import type { ContextWith } from '../../context/context.js';
import type { RunningTask } from '../../context/operations.js';
import { digestOfRelease, type ReleaseRecord } from '../../domain/records.js';
import { unknownRelease } from '../promote.js';
import type { Operated } from './chooseTarget.js';

/** Deployments that are looked through for what runs: tasks seldom outlive more. */
const LOOKED_THROUGH = 30;

/** A release by its version. @throws StackError RELEASE_UNKNOWN */
export async function releaseNamed(context: ContextWith<'state'>, version: string): Promise<ReleaseRecord> {
  const { ledger } = await context.state();
  const release = await ledger.release(version);
  if (release === undefined) throw unknownRelease(version);
  return release;
}

/** The release that an environment runs by the ledger; undefined where that is none. */
export async function currentRelease(
  context: ContextWith<'state'>,
  environment: string,
): Promise<ReleaseRecord | undefined> {
  const { ledger } = await context.state();
  const version = (await ledger.current(environment)).healthy?.version;
  return version === undefined ? undefined : ledger.release(version);
}

/** Which release each image of an environment's last deployments is of, by the image's digest: the newest first. */
export async function versionsByDigest(
  context: ContextWith<'state'>,
  environment: string,
  digests: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const { ledger } = await context.state();
  const found = new Map<string, string>();
  if (digests.size === 0) return found;
  const deployments = await ledger.deployments(environment, { limit: LOOKED_THROUGH });
  for (const version of new Set(deployments.map((one) => one.version))) {
    const release = await ledger.release(version);
    for (const { digest } of [
      ...Object.values(release?.images ?? {}),
      ...Object.values(release?.artifacts ?? {}),
    ])
      if (digests.has(digest) && !found.has(digest)) found.set(digest, version);
    if (found.size === digests.size) break;
  }
  return found;
}

/** Which tasks are meant by `--release` and `--revision`. @returns undefined where all are */
export function wantedTasks(
  { runs }: Pick<Operated, 'runs'>,
  release: ReleaseRecord | undefined,
  revision: string | undefined,
): ((task: RunningTask) => boolean) | undefined {
  if (release === undefined && revision === undefined) return undefined;
  const digest = digestOfRelease(release, runs);
  return (task) => {
    const isRelease = release === undefined || (digest !== undefined && task.digest === digest);
    const isRevision =
      revision === undefined || task.revision === revision || task.revision.split(':').at(-1) === revision;
    return isRelease && isRevision;
  };
}
