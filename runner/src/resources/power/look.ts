import { listDatabases } from '../../adapters/aws/databases.js';
import { listInstances } from '../../adapters/aws/instances.js';
import type { Context, NamedEnvironment } from '../../context/context.js';
import type { Operations, TargetSize } from '../../context/operations.js';
import type { DatabaseView } from '../../domain/database.js';
import { APPLICATION_TAG_FORMS } from '../../domain/deploymentTags.js';
import type { NamedInstance } from '../../domain/instance.js';
import type { PoweredThings } from '../../domain/power.js';
import { deploymentOf } from '../../infrastructure/ownership.js';
import { ownOf } from '../rules/choose.js';
import { accountAws } from '../accountAws.js';

export interface PoweredTarget {
  readonly name: string;
  readonly size: TargetSize;
  readonly operations: Operations;
}

/** What there is in an environment that can be powered off, whatever state it is in. */
export interface Powerable {
  readonly targets: readonly PoweredTarget[];
  readonly instances: readonly NamedInstance[];
  readonly databases: readonly DatabaseView[];
  /** What stays on, and why, one line each; and what `power.keep` names and is not there. */
  readonly left: readonly string[];
}

/** Databases and instances carry the tags of the deployment; services are the targets of the configuration. */
export async function lookAtPower(
  context: Context,
  environment: NamedEnvironment,
  signal: AbortSignal,
): Promise<Powerable> {
  const self = await deploymentOf(context, environment);
  const aws = await accountAws(context, environment);
  const keep = environment.config.power?.keep ?? [];
  const [targets, allInstances, allDatabases] = await Promise.all([
    sizedTargets(context, environment, signal),
    listInstances(aws, { tagNames: APPLICATION_TAG_FORMS }, signal),
    listDatabases(aws, signal),
  ]);
  const instances = ownOf(allInstances, self).filter(({ state }) => state !== 'terminated');
  const databases = allDatabases.filter(({ id, tags }) => ownOf([{ name: id, tags }], self).length > 0);
  const known = new Set([
    ...targets.map(({ name }) => name),
    ...instances.flatMap(({ id, name }) => [id, name]),
    ...databases.map(({ id }) => id),
  ]);
  const isKept = (...names: readonly string[]) => names.some((name) => keep.includes(name));
  return {
    targets: targets.filter(({ name }) => !isKept(name)),
    instances: instances.filter((one) => !isKept(one.name, one.id) && one.autoscalingGroup === undefined),
    databases: databases.filter(({ id }) => !isKept(id)),
    left: [
      ...keep
        .filter((name) => !known.has(name))
        .map((name) => `nothing here is called ${name}, which power.keep names`),
      ...targets
        .filter(({ name }) => isKept(name))
        .map(({ name }) => `${name} stays on: power.keep names it`),
      ...instances
        .filter((one) => isKept(one.name, one.id))
        .map(({ name }) => `${name} stays on: power.keep names it`),
      ...instances
        .filter((one) => !isKept(one.name, one.id) && one.autoscalingGroup !== undefined)
        .map(
          ({ name, id, autoscalingGroup }) =>
            `${name} (${id}) stays on: the autoscaling group ${autoscalingGroup} governs it`,
        ),
      ...databases.filter(({ id }) => isKept(id)).map(({ id }) => `${id} stays on: power.keep names it`),
    ],
  };
}

/** What of it runs now, as a record has it. */
export const runningNow = ({ targets, instances, databases }: Powerable): PoweredThings => ({
  services: targets
    .filter(({ size }) => size.count > 0 || (size.bounds?.max ?? 0) > 0)
    .map(({ name, size: { count, bounds } }) => ({
      ...{ target: name, count },
      ...(bounds === undefined ? {} : { bounds }),
    })),
  instances: instances
    .filter(({ state }) => state === 'running' || state === 'pending')
    .map(({ id, name }) => ({ id, name })),
  databases: databases
    .filter(({ status }) => !['stopped', 'stopping', 'deleting'].includes(status))
    .map(({ id, kind }) => ({ id, kind })),
});

async function sizedTargets(
  context: Context,
  environment: NamedEnvironment,
  signal: AbortSignal,
): Promise<readonly PoweredTarget[]> {
  if (Object.keys(environment.config.targets).length === 0) return [];
  const targets = await context.targets(environment);
  const found = await Promise.all(
    targets.map(async (target) => ({ name: target.name, operations: await target.operations?.() })),
  );
  const sized = await Promise.all(
    found.map(async ({ name, operations }): Promise<readonly PoweredTarget[]> =>
      operations?.size === undefined || operations.scale === undefined
        ? []
        : [{ name, operations, size: await operations.size(signal) }],
    ),
  );
  return sized.flat();
}
