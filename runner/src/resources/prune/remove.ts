import { deleteImages } from '../../adapters/aws/imageRemoval.js';
import { listRegistryImages } from '../../adapters/aws/images.js';
import { removeObject } from '../../adapters/aws/s3Artifacts.js';
import { removeRevisions } from '../../adapters/aws/taskDefinitions.js';
import type { Context, NamedEnvironment } from '../../context/context.js';
import type { PruneFailure, PruneItem } from '../../domain/retention.js';
import type { Stage } from '../../events/stage.js';
import type { PrunePlan } from './prunePlan.js';
import type { RepositoryItems } from './images.js';
import { withoutHeld } from './rules/holders.js';
import { namesAgain } from './namesAgain.js';
import { goingOf, reasonOf, settle, type Removing } from './removing.js';
import { removeMachineImages } from './removeMachineImages.js';

export interface PruneDone {
  readonly environment: string;
  readonly deleted: readonly PruneItem[];
  readonly failures: readonly PruneFailure[];
  /** Versions of the releases that were retired. */
  readonly retired: readonly string[];
}

/**
 * Removes what a plan says. First the ledger forgets, so that nobody deploys what is about to be deleted, and whoever is
 * killed in between leaves what the next run finds; then AWS deletes.
 */
export async function removeAll(
  context: Context,
  environment: NamedEnvironment,
  { plan, stage, signal }: { readonly plan: PrunePlan; readonly stage: Stage; readonly signal: AbortSignal },
): Promise<PruneDone> {
  const removing: Removing = { context, environment, plan, stage, signal, deleted: [], failures: [] };
  await retire(removing);
  for (const one of plan.repositories) await removeImages(removing, one);
  await removeArtifacts(removing);
  await removeDefinitions(removing);
  await removeMachineImages(removing);
  await removeHistory(removing);
  const { deleted, failures } = removing;
  const retired = plan.retiring.map(({ version }) => version);
  return { environment: environment.name, deleted, failures, retired };
}

async function retire({ context, plan, stage, signal }: Removing): Promise<void> {
  const { ledger } = await context.state();
  for (const { release } of plan.returning) await ledger.retired.forget(release);
  const by = { at: context.clock.now().toISOString(), who: context.who };
  for (const release of plan.retiring) {
    signal.throwIfAborted();
    await ledger.retired.retire(release, by, plan.environments);
    stage.progress('retired', { subject: release.version, phase: 'retire', status: 'ok' });
  }
  // A build that is known is taken for pushed: of what is about to go nobody must know one.
  for (const build of plan.builds) await ledger.builds.forget(build);
}

async function removeImages(removing: Removing, looked: RepositoryItems): Promise<void> {
  const { context, environment, signal, stage } = removing;
  const { repository, items, indexes, holders, tags } = looked;
  const going = items.filter(({ goes }) => goes);
  if (going.length === 0) return;
  const aws = await context.aws(environment);
  const [again, now] = await Promise.all([
    namesAgain(context, environment),
    listRegistryImages(aws, repository, signal),
  ]);
  const tagsNow = new Map(now.map((image) => [image.digest, image.tags]));
  const isSame = ({ id }: PruneItem) =>
    [...(tags.get(id) ?? [])].sort().join() === [...(tagsNow.get(id) ?? [])].sort().join();
  // A push beside this may have found one of them, and given it another release's tag.
  const staying = new Set(
    going.filter((item) => again.digests.has(item.id) || !isSame(item)).map(({ id }) => id),
  );
  const certain = withoutHeld(going, staying, holders);
  for (const item of going.filter((one) => !certain.includes(one)))
    stage.progress('stays: it is used again', { subject: item.name, phase: 'delete', status: 'ok' });
  // ECR keeps what an index is made of until the index is gone.
  const first = certain.filter(({ id }) => indexes.has(id));
  const refused = await deleteSome(removing, repository, first);
  const then = withoutHeld(
    certain.filter(({ id }) => !indexes.has(id)),
    refused,
    holders,
  );
  await deleteSome(removing, repository, then);
  const message = `${first.length + then.length} of ${items.length} images go`;
  stage.progress(message, { subject: repository, phase: 'delete', status: 'ok' });
}

/** @returns digests of those that AWS refused */
async function deleteSome(
  removing: Removing,
  repository: string,
  items: readonly PruneItem[],
): Promise<ReadonlySet<string>> {
  if (items.length === 0) return new Set();
  const { context, environment, signal } = removing;
  const digests = items.map(({ id }) => id);
  const refused = await deleteImages(await context.aws(environment), repository, digests, signal);
  settle(removing, items, refused);
  return new Set(refused.keys());
}

async function removeArtifacts(removing: Removing): Promise<void> {
  const { context, environment, plan, signal } = removing;
  const going = plan.artifacts.filter(({ item }) => item.goes);
  if (going.length === 0) return;
  const aws = await context.aws(environment);
  const again = await namesAgain(context, environment);
  for (const { artifact, item } of going.filter((one) => !again.places.has(one.item.id))) {
    signal.throwIfAborted();
    const reason = await reasonOf(removeObject(aws, artifact), signal);
    settle(removing, [item], new Map(reason === undefined ? [] : [[item.id, reason]]));
  }
}

async function removeDefinitions(removing: Removing): Promise<void> {
  const { context, environment, signal } = removing;
  const going = goingOf(removing, 'task-definitions');
  if (going.length === 0) return;
  const aws = await context.aws(environment);
  const arns = going.map(({ id }) => id);
  settle(removing, going, await removeRevisions(aws, arns, signal));
}

async function removeHistory(removing: Removing): Promise<void> {
  const { context, plan, signal, environment } = removing;
  const { ledger } = await context.state();
  for (const { item, log, first } of plan.history.filter((one) => one.item.goes)) {
    signal.throwIfAborted();
    if (log === 'deployments') await ledger.dropDeployments(environment.name, first);
    else await ledger.changes.dropBefore(environment.name, first);
    settle(removing, [item], new Map());
  }
  if (plan.retiring.length > 0) await ledger.trimReleases();
  for (const { release } of plan.forgetting) await ledger.retired.forget(release);
}
