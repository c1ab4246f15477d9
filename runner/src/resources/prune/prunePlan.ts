import type { Context, NamedEnvironment } from '../../context/context.js';
import type { KeepRule, PrunedKind, PruneItem } from '../../domain/retention.js';
import type { ReleaseRecord } from '../../domain/records.js';
import type { KnownBuild } from '../../state/builds.js';
import type { RetiredRelease } from '../../state/retiredReleases.js';
import { accountAws } from '../accountAws.js';
import { lookAtArtifacts, type ArtifactItem } from './artifacts.js';
import { awsUse } from './inUse.js';
import { lookAtHistory, type HistoryItem } from './history.js';
import { lookAtMachineImages, noMachineImages, type MachineImagesLook } from './machineImages.js';
import { lookAtImages, type RepositoryItems } from './images.js';
import { readLedger, readOthers, type LedgerFacts } from './ledgerFacts.js';
import { neededReleases } from './rules/neededReleases.js';
import { releasesToRetire } from './rules/retiring.js';
import { lookAtDefinitions } from './definitions.js';
import type { Looking } from './looking.js';

/** What was asked to be pruned. */
export interface PruneAsked {
  readonly kinds: readonly PrunedKind[];
  /** In place of the configured number. */
  readonly keep?: number;
  /** In place of the configured time: milliseconds. */
  readonly olderThanMs?: number;
}

/** What goes and what stays, and why; and what has to be written down so that it goes safely. */
export interface PrunePlan {
  readonly environment: string;
  readonly items: readonly PruneItem[];
  /** Releases that nothing needs: they are retired before anything of them is deleted. */
  readonly retiring: readonly ReleaseRecord[];
  /** Releases that a killed run had begun to retire, and that are needed. */
  readonly returning: readonly RetiredRelease[];
  readonly repositories: readonly RepositoryItems[];
  /** Builds whose image goes or is gone: their inputs are built again. */
  readonly builds: readonly KnownBuild[];
  readonly artifacts: readonly ArtifactItem[];
  readonly history: readonly HistoryItem[];
  /** The machine images of the deployment, by id: also of those that stay. */
  readonly machineImages: MachineImagesLook['images'];
  /** Releases that were retired so long ago that nothing can be left of them. */
  readonly forgetting: readonly RetiredRelease[];
  /** Every environment of the ledger: none may be deployed to while something is deleted. */
  readonly environments: readonly string[];
}

/**
 * Looks at all that may be pruned, and changes nothing.
 * @throws StackError STATE_UNREADABLE, UPSTREAM_UNREADABLE, AWS_*: what cannot be asked about is not pruned
 */
export async function planPrune(
  context: Context,
  environment: NamedEnvironment,
  asked: PruneAsked,
): Promise<PrunePlan> {
  const [config, state] = await Promise.all([context.config(), context.state()]);
  const { retention } = config;
  const nowMs = context.clock.now().getTime();
  const ruleOf = ({ keep, for: forMs }: { readonly keep: number; readonly for: number }): KeepRule => ({
    keep: asked.keep ?? keep,
    forMs: asked.olderThanMs ?? forMs,
  });
  const rule = ruleOf(retention.releases);
  const [ledger, others] = await Promise.all([
    readLedger(state, Object.keys(config.environments)),
    readOthers(context),
  ]);
  const needed = neededReleases(ledger, rule, nowMs);
  const looking: Looking = { context, environment, state, ledger, others, needed, rule, nowMs };
  const has = (kind: PrunedKind) => asked.kinds.includes(kind);
  const retires = has('images') || has('artifacts');
  // No build of ours makes them: somebody has to say that they are to be pruned.
  const ofMachines = has('machine-images') ? retention['machine-images'] : undefined;
  const asksEcs = retires || has('task-definitions');
  if (asksEcs || ofMachines !== undefined) await accountAws(context, environment);
  const use = asksEcs ? await awsUse(context, environment) : undefined;
  // Whether a release may be retired, its images say, also where they are not to be deleted.
  const images =
    use !== undefined && retires ? await lookAtImages(looking, use) : { repositories: [], builds: [] };
  const ofImages = images.repositories.flatMap(({ items }) => items);
  const retiring = retires ? releasesToRetire(ledger.releases, { needed, images: ofImages }) : [];
  const [artifacts, definitions, machines, history] = await Promise.all([
    has('artifacts') ? lookAtArtifacts(looking, retiring) : [],
    use !== undefined && has('task-definitions') ? lookAtDefinitions(looking, use) : [],
    ofMachines === undefined ? noMachineImages : lookAtMachineImages(looking, ruleOf(ofMachines)),
    has('history') ? lookAtHistory(looking, ruleOf(retention.history)) : [],
  ]);
  const halfDone = ledger.retired.filter(({ release, done }) => done !== true && !isStored(ledger, release));
  const begun = ledger.retired.filter(({ release }) => isStored(ledger, release));
  return {
    environment: environment.name,
    items: [
      ...(has('images') ? ofImages : []),
      ...[...artifacts, ...history].map(({ item }) => item),
      ...definitions,
      ...machines.items,
    ],
    retiring: retires ? [...retiring, ...halfDone.map(({ release }) => release)] : [],
    returning: begun.filter(({ release }) => !retiring.includes(storedOf(ledger, release))),
    repositories: has('images') ? images.repositories : [],
    builds: has('images') ? images.builds : [],
    artifacts,
    history,
    machineImages: machines.images,
    forgetting: has('history')
      ? ledger.retired.filter(
          ({ at, done }) => done === true && Date.parse(at) <= nowMs - ruleOf(retention.history).forMs,
        )
      : [],
    environments: ledger.environments.map(({ name }) => name),
  };
}

/** A version may come again with other content. */
const storedOf = ({ releases }: LedgerFacts, { version, createdAt }: ReleaseRecord) =>
  releases.find((one) => one.version === version && one.createdAt === createdAt) as ReleaseRecord;
const isStored = (ledger: LedgerFacts, release: ReleaseRecord) => storedOf(ledger, release) !== undefined;
