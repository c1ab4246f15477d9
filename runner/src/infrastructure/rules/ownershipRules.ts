import type {
  OwnershipRecord,
  DeploymentName,
  OwnedResource,
  ReusedResource,
} from '../../domain/ownership.js';
import { isUniqueId } from './resourceIds.js';

/** One reason not to destroy something. */
export interface Reuse extends DeploymentName {
  /** What would go, and is used. */
  readonly address: string;
  readonly id: string;
  /** Where the other deployment names it; its own address where both manage the same thing. */
  readonly from: string;
  readonly since: string;
  readonly who: string;
}

/** A deployment as options and messages name it: `APPLICATION/ENVIRONMENT`. */
export const deploymentText = ({ application, environment }: DeploymentName) =>
  `${application}/${environment}`;

/**
 * Which other deployments use what would go. A name that is no id by itself counts for its own type and account only.
 * Two deployments that manage the same thing (one state for two environments, an import) use it both.
 * @param lost what would be destroyed or replaced
 * @param records of all deployments; the own one does not count
 */
export function reusesOf(
  self: DeploymentName & { readonly account?: string },
  lost: readonly OwnedResource[],
  records: readonly OwnershipRecord[],
): readonly Reuse[] {
  const byId = new Map(lost.flatMap((resource) => resource.ids.map((id) => [id, resource] as const)));
  const others = records.filter((record) => deploymentText(record) !== deploymentText(self));
  return others.flatMap((record) => {
    const { application, environment, account, recordedAt, who } = record;
    const isSameAccount = account === undefined || self.account === undefined || account === self.account;
    // Of the same name in another region there may well be a second one: only ids tell that two manage one thing.
    const managed = record.owns.flatMap(({ ids, address }) =>
      ids
        .filter(isUniqueId)
        .map((id): OwnershipRecord['reuses'][number] => ({ id, from: address, since: recordedAt })),
    );
    const used = [...record.reuses, ...managed];
    const found = used.flatMap(({ id, type, from, since }): Reuse[] => {
      const resource = byId.get(id);
      if (resource === undefined) return [];
      const isSame = isUniqueId(id) || (isSameAccount && (type === undefined || type === resource.type));
      return isSame ? [{ application, environment, address: resource.address, id, from, since, who }] : [];
    });
    // Named by its id and its ARN in one place is one use.
    return found.filter(
      (one, index) =>
        found.findIndex((two) => two.address === one.address && two.from === one.from) === index,
    );
  });
}

/** What is reused now, each with since when: of what was reused before, that time stays. */
export function withSince(
  reuses: readonly ReusedResource[],
  before: OwnershipRecord['reuses'],
  now: string,
): OwnershipRecord['reuses'] {
  const known = new Map(before.map((one) => [`${one.id} ${one.from}`, one.since]));
  const fresh = reuses.map((one) => ({ ...one, since: known.get(`${one.id} ${one.from}`) ?? now }));
  return [...new Map(fresh.map((one) => [`${one.id} ${one.from}`, one])).values()];
}

/** What a deployment reuses of others: what it manages itself is its own, though a data source looks it up. */
export function ofOthers(
  reuses: readonly ReusedResource[],
  owns: readonly OwnedResource[],
): readonly ReusedResource[] {
  const own = new Map(owns.flatMap(({ ids, type }) => ids.map((id) => [id, type] as const)));
  return reuses.filter(({ id, type }) => {
    const ownType = own.get(id);
    return ownType === undefined || (!isUniqueId(id) && type !== undefined && type !== ownType);
  });
}

/** The account that ARNs of a deployment's resources name, where its configuration names none. */
export function accountIn(owns: readonly OwnedResource[]): string | undefined {
  for (const id of owns.flatMap(({ ids }) => ids)) {
    const account = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(id)?.[1];
    if (account !== undefined) return account;
  }
  return undefined;
}
