import { StackError } from '../../base/errors.js';
import type { Context } from '../../context/context.js';
import { visit, type Edge } from '../../delivery/upstream.js';
import { absoluteNeeds } from '../../config/configuredNeeds.js';
import type { ReleaseRecord } from '../../domain/records.js';
import type { Unfinished } from '../../state/journal.js';
import type { RetiredRelease } from '../../state/retiredReleases.js';
import type { State } from '../../state/state.js';
import type { EnvironmentFacts } from './rules/neededReleases.js';

/** All that the ledger of this application knows. */
export interface LedgerFacts {
  readonly releases: readonly ReleaseRecord[];
  readonly retired: readonly RetiredRelease[];
  readonly environments: readonly (EnvironmentFacts & { readonly journal?: Unfinished })[];
}

/**
 * Reads the whole ledger. What cannot be read stops it: a release that nobody sees may be what runs.
 * @param configured names of the environments of the configuration
 * @throws StackError STATE_UNREADABLE
 */
export async function readLedger(state: State, configured: readonly string[]): Promise<LedgerFacts> {
  const { ledger, journal, store } = state;
  // An environment that the configuration no longer has may run all the same.
  const names = [...new Set([...configured, ...(await ledger.deployedEnvironments())])].sort();
  const [releases, retired] = await Promise.all([ledger.allReleases(), ledger.retired.all()]);
  const environments = [];
  for (const name of names) {
    const [deployments, unfinished] = await Promise.all([
      ledger.deployments(name, { limit: Infinity }),
      journal.unfinished(name),
    ]);
    environments.push({
      name,
      deployments,
      ...(unfinished === undefined ? {} : { unfinished: unfinished.deployment, journal: unfinished }),
    });
  }
  const [broken] = ledger.broken;
  if (broken !== undefined) {
    throw new StackError('STATE_UNREADABLE', `${broken.key} in the state store ${broken.why}`, {
      where: `${store.location}/${broken.key}`,
      evidence: ledger.broken.map(({ key, why }) => `${key} ${why}`),
      next: 'Nothing is pruned while a record cannot be read: restore it from a backup, or remove it.',
    });
  }
  return { releases, retired, environments };
}

/** Releases of other applications that may use the same images and artifacts. */
export interface OtherReleases {
  readonly application: string;
  readonly releases: readonly ReleaseRecord[];
}

/**
 * What the applications use that this one needs, and those that the configuration says use the same repositories.
 * @throws StackError UPSTREAM_UNREADABLE where one cannot be read, or has nothing recorded where it is said to
 */
export async function readOthers(context: Context): Promise<readonly OtherReleases[]> {
  const config = await context.config();
  const { stores } = await context.kinds();
  const edge =
    (setting: string) =>
    ([application, location]: [string, string]): Edge => ({
      application,
      location,
      neededBy: config.application,
      where: config.file,
      setting: `${setting}.${application}`,
    });
  const { directory } = config;
  const shared = absoluteNeeds({ needs: config.retention['shared-with'] ?? {}, directory }, stores);
  const needs = absoluteNeeds(config, stores);
  const edges = [
    ...Object.entries(shared).map(edge('retention.shared-with')),
    ...Object.entries(needs)
      .filter(([name]) => !Object.hasOwn(shared, name))
      .map(edge('needs')),
  ];
  return Promise.all(
    edges.map(async (one) => {
      const { state } = await visit(context, one);
      const releases = await state.ledger.allReleases();
      if (releases.length === 0 && Object.hasOwn(shared, one.application)) throw nothingThere(one);
      return { application: one.application, releases };
    }),
  );
}

/** A place where nothing is recorded protects nothing: more likely it is the wrong one. */
const nothingThere = ({ application, location, setting }: Edge): StackError =>
  new StackError('UPSTREAM_UNREADABLE', `${application} has no release at ${location}`, {
    where: setting,
    next: `Correct the location in ${setting}, or leave it out while ${application} has no release.`,
  });
