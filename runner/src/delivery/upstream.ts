import pMap from 'p-map';
import { absoluteNeeds, readProject, type Needs } from '../config/configuredNeeds.js';
import { folderOf } from '../config/storeLocation.js';
import type { ContextWith } from '../context/context.js';
import { StackError, toErrorRecord } from '../base/errors.js';
import { orderOf } from './rules/needsGraph.js';
import { standingOf, type UpstreamStanding } from './rules/upstreamFindings.js';
import type { DeploymentRecord } from '../domain/records.js';
import { APPLICATION_KEY, readApplication } from '../state/application.js';
import { openState, type State } from '../state/state.js';
import { openStore } from '../state/store.js';

/** An application that this one needs, directly or through others. */
export interface Upstream {
  readonly application: string;
  /** Where its releases are recorded, in words. */
  readonly location: string;
  /** Its sources, where they are on this machine. */
  readonly directory?: string;
  readonly needs: Needs;
  /** Its environments; undefined where it has not said so yet. */
  readonly environments?: readonly string[];
  readonly neededBy: readonly string[];
}

export interface Found extends Upstream {
  readonly state: State;
  /** Where its needs are written. */
  readonly where: string;
}

/** Everything upstream of this application. */
export interface UpstreamGraph {
  readonly application: string;
  /** Groups that may be deployed side by side; the last is this application. */
  readonly order: readonly (readonly string[])[];
  /** In that order. */
  readonly upstream: readonly Upstream[];
  /** How each stands in an environment, as of now. */
  readonly standings: (environment: string) => Promise<readonly UpstreamStanding[]>;
}

/** Another application, and who says where its releases are recorded. */
export interface Edge {
  readonly application: string;
  readonly location: string;
  readonly neededBy: string;
  /** Where the need is written. */
  readonly where: string;
  /** Key of the configuration that names it, where it is no need. */
  readonly setting?: string;
}

/** Stores that are read side by side. */
const AT_ONCE = 8;

/**
 * Walks the graph from this application: each store says what its application needs. Where two name different places
 * for one application, the one that is nearest to this application counts.
 * @throws StackError NEEDS_CYCLE, UPSTREAM_UNREADABLE, CONFIG_INVALID where a directory holds another application
 */
export async function walkUpstream(
  context: ContextWith<'clock' | 'config' | 'env' | 'kinds' | 'patience' | 'secrets'>,
): Promise<UpstreamGraph> {
  const config = await context.config();
  const { application, file } = config;
  const found = new Map<string, Found>();
  let edges = edgesOf(application, absoluteNeeds(config, (await context.kinds()).stores), file);
  const all = [...edges];
  while (edges.length > 0) {
    const fresh = edges.filter(
      (edge, index) =>
        edge.application !== application &&
        !found.has(edge.application) &&
        edges.findIndex((other) => other.application === edge.application) === index,
    );
    for (const item of await pMap(fresh, (edge) => visit(context, edge), { concurrency: AT_ONCE }))
      found.set(item.application, item);
    edges = fresh.flatMap((edge) => {
      const { needs, where } = found.get(edge.application) as Found;
      return edgesOf(edge.application, needs, where);
    });
    all.push(...edges);
  }
  const order = orderOf([
    { application, needs: Object.keys(config.needs), where: file },
    ...[...found.values()].map((item) => ({ ...item, needs: Object.keys(item.needs) })),
  ]);
  const neededBy = (name: string) =>
    all.filter((edge) => edge.application === name).map((edge) => edge.neededBy);
  const sorted = order
    .flat()
    .flatMap((name) => found.get(name) ?? [])
    .map((item) => ({ ...item, neededBy: neededBy(item.application) }));
  return {
    application,
    order,
    upstream: sorted.map(({ state: _state, where: _where, ...item }) => item),
    standings: (environment) =>
      pMap(sorted, (item) => standingIn(item, environment), { concurrency: AT_ONCE }),
  };
}

const edgesOf = (neededBy: string, needs: Needs, where: string): Edge[] =>
  Object.entries(needs).map(([application, location]) => ({ application, location, neededBy, where }));

/**
 * What an application says of itself: its own file where its sources are here, else what it left in its store.
 * @throws StackError UPSTREAM_UNREADABLE, CONFIG_INVALID where a directory holds another application
 */
export async function visit(
  context: ContextWith<'clock' | 'config' | 'env' | 'kinds' | 'patience' | 'secrets'>,
  edge: Edge,
): Promise<Found> {
  const { application, neededBy } = edge;
  return readable(edge, async () => {
    const { stores } = await context.kinds();
    const folder = folderOf(stores, edge.location, '/');
    const project = folder === undefined ? undefined : await readProject(folder, stores);
    if (project !== undefined && project.application !== application) {
      throw new StackError(
        'CONFIG_INVALID',
        `${edge.location} contains the application ${project.application}, not ${application}`,
        { where: edge.where, next: `Correct ${edge.setting ?? `needs.${application} of ${neededBy}`}.` },
      );
    }
    const { state: own } = await context.config();
    const place = { ...own, location: project?.location ?? edge.location };
    const setting = edge.setting ?? `needs.${application} of ${neededBy}`;
    const store = await openStore({ application, directory: '/', state: place }, context, stores, setting);
    const says = project ?? (await readApplication(store));
    return {
      application,
      location: store.location,
      ...(project === undefined ? {} : { directory: edge.location }),
      needs: says?.needs ?? {},
      ...(says === undefined ? {} : { environments: says.environments }),
      neededBy: [neededBy],
      state: openState(store, { state: place }, context.clock),
      where: project?.file ?? `${store.location}/${APPLICATION_KEY}`,
    };
  });
}

async function standingIn(item: Found, environment: string): Promise<UpstreamStanding> {
  const { application, location, directory, neededBy, environments } = item;
  const edge = { application, location, neededBy: neededBy.join(', '), where: item.where };
  return readable(edge, async () => {
    const deployment = await lastDeployment(item.state, environment);
    return {
      application,
      environment,
      standing: standingOf(environment, deployment, environments),
      ...(deployment === undefined ? {} : { deployment }),
      location,
      ...(directory === undefined ? {} : { directory }),
      neededBy,
      known:
        deployment !== undefined ||
        environments !== undefined ||
        (await item.state.ledger.releases(1)).length > 0,
    };
  });
}

/** The last deployment; one that says `running` while nobody holds the environment's lock was cut off. */
export async function lastDeployment(
  { ledger, locks }: State,
  environment: string,
): Promise<DeploymentRecord | undefined> {
  const newest = async () => (await ledger.deployments(environment, { limit: 1 }))[0];
  const deployment = await newest();
  if (deployment?.status !== 'running' || (await locks.holder(environment)) !== undefined) return deployment;
  // It may have ended between the two looks: a run records its end before it gives the lock back.
  const again = await newest();
  return again?.status === 'running' ? { ...again, status: 'cut-off' } : again;
}

/** Says whose records could not be read, and who needs them. */
async function readable<T>(edge: Edge, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const record = toErrorRecord(error);
    if (!(error instanceof StackError) || record.category === 'config') throw error;
    throw new StackError(
      'UPSTREAM_UNREADABLE',
      `cannot read the status of ${edge.application}: ${record.message}`,
      {
        where: edge.location,
        evidence: [`needed by ${edge.neededBy}: ${edge.where}`, ...(record.evidence ?? [])],
        ...(record.next === undefined ? {} : { next: record.next }),
        cause: error,
      },
    );
  }
}
