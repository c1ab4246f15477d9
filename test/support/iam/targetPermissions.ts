import type { StorePermission, TargetPermission } from '../../../runner/src/domain/permissions.js';
import { kinds } from '../../../runner/src/kinds.js';

/** All that the runner's kinds of targets may ask for. */
export const targetPermissions: readonly TargetPermission[] = kinds.targets.flatMap(
  ({ permissions }) => permissions,
);

/** All that the runner's kinds of stores may ask for. */
export const storePermissions: readonly StorePermission[] = kinds.stores.flatMap(
  ({ permissions = [] }) => permissions,
);
