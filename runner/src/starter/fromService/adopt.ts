import type { Context } from '../../context/context.js';
import { StackError } from '../../base/errors.js';
import type { DeploymentRecord, ReleaseRecord } from '../../domain/records.js';
import { readHistory } from '../../release/commitHistory.js';
import { versionOf } from '../../release/rules/semanticVersion.js';
import { workingTreeInputs } from '../../release/treeInputs.js';
import type { ReadService } from './readService.js';
import { originNames, originOf, type Origin } from './rules/origin.js';
import type { ServiceFacts } from './rules/serviceFacts.js';

/** What became of the release that runs. */
export type Adoption =
  | { readonly release: ReleaseRecord; readonly origin: Origin; readonly status: DeploymentRecord['status'] }
  /** Why it is not recorded. */
  | { readonly refused: string };

/**
 * Records what runs as a release that was deployed, so that the ledger begins with it: it is what `diff` compares with, and what a
 * rollback of the first deploy goes back to. The configuration has to be written.
 * @param isClean whether there was nothing uncommitted before that
 */
export async function adopt(
  context: Context,
  read: ReadService,
  facts: ServiceFacts,
  isClean: boolean,
): Promise<Adoption> {
  const { repository, digest } = read.running;
  const named = read.container.image;
  if (repository === undefined) return { refused: `${named} is not in the registry of this account` };
  if (digest === undefined) return { refused: `nothing tells which digest ${named} stands for` };
  // A configuration that was not written well is no reason to go on.
  await context.config();
  try {
    return await record(context, read, facts, { repository, digest, isClean });
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    return { refused: error.message };
  }
}

async function record(
  context: Context,
  { container, living, running }: ReadService,
  { environment, image, target, application }: ServiceFacts,
  {
    repository,
    digest,
    isClean,
  }: { readonly repository: string; readonly digest: string; readonly isClean: boolean },
): Promise<Adoption> {
  const { ledger } = await context.state();
  if ((await ledger.current(environment)).latest !== undefined)
    return { refused: `the state has deployments to ${environment} already` };
  const tree = await context.git.workingTree();
  const origin = await findOrigin(context, running, tree.commit);
  const { commit, version, inputs } = await contentOf(context, origin, {
    head: tree.commit,
    isClean,
    digest,
  });
  const tags = running.tagHolds && running.tag !== undefined ? [running.tag] : [];
  const release: ReleaseRecord = {
    version,
    application,
    commit,
    branch: tree.branch,
    dirty: false,
    images: { [image.name]: { repository, digest, tags, inputs: inputs.images[image.name] ?? digest } },
    inputs: inputs.release,
    createdAt: context.clock.now().toISOString(),
    createdBy: context.who,
    adopted: true,
  };
  // A run that was killed may have recorded it already.
  const recorded = await ledger.release(version);
  const isSame = recorded?.adopted === true && recorded.images[image.name]?.digest === digest;
  if (!isSame) await ledger.putRelease(context.secrets.value(release));
  const status = living.isStable ? 'healthy' : 'unproven';
  const { cluster, service, revision: taskDefinition } = living;
  const started = await ledger.startDeployment({
    environment,
    kind: 'deploy',
    version,
    commit,
    who: context.who,
    reason: `ran as ${container.image} before`,
  });
  await ledger.finishDeployment({
    ...started,
    status,
    targets: {
      [target]: {
        kind: 'ecs-service',
        status: 'unchanged',
        digest,
        facts: { taskDefinition, cluster, service },
      },
    },
  });
  return { release, origin, status };
}

/** The commit that the image's tag stands for, where git knows it. */
async function findOrigin(
  { git }: Pick<Context, 'git'>,
  running: ReadService['running'],
  head: string,
): Promise<Origin> {
  for (const name of originNames(running)) {
    const commit = await git.resolve(name);
    if (commit !== undefined) return originOf(head, { name, commit });
  }
  return originOf(head, undefined);
}

/** What a release is found by: digests of inputs, for all and by image. */
interface Inputs {
  readonly release: string;
  readonly images: Readonly<Record<string, string>>;
}

/** The content of the tree counts as that of what runs only where nothing tells otherwise. */
async function contentOf(
  context: Context,
  origin: Origin,
  known: { readonly head: string; readonly isClean: boolean; readonly digest: string },
): Promise<{ readonly commit: string; readonly version: string; readonly inputs: Inputs }> {
  const { head, isClean, digest } = known;
  // No tree has these inputs.
  const none: Inputs = { release: digest, images: {} };
  const version = { dirty: false, inputs: digest } as const;
  if (origin.from === 'elsewhere') {
    const { commit, tag } = origin;
    const tags = tag === undefined ? [] : [{ name: tag, commit }];
    return { commit, inputs: none, version: versionOf({ ...version, tags, commit, changes: [] }) };
  }
  const [{ last, changes }, inputs] = await Promise.all([
    readHistory(context),
    isClean ? inputsOfTree(context, none) : none,
  ]);
  const tags = last === undefined ? [] : [last];
  return { commit: head, inputs, version: versionOf({ ...version, tags, commit: head, changes }) };
}

async function inputsOfTree(context: Context, none: Inputs): Promise<Inputs> {
  try {
    const { inputs, images } = await workingTreeInputs(context);
    const own = Object.entries(images).map(([name, image]): [string, string] => [name, image.inputs]);
    return { release: inputs, images: Object.fromEntries(own) };
  } catch (error) {
    if (error instanceof StackError && error.code === 'DOCKERFILE_MISSING') return none;
    throw error;
  }
}
