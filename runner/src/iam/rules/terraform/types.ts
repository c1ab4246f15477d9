import { compute } from './computeTypes.js';
import { data } from './dataTypes.js';
import { edge } from './edgeTypes.js';
import { identity } from './identityTypes.js';
import { network } from './networkTypes.js';
import type { TypeRow } from './row.js';
import { watch } from './watchTypes.js';

/** What each type of resource asks of AWS; a data source of the same name needs its `read`. */
export const terraformTypes: Readonly<Record<string, TypeRow>> = {
  ...network,
  ...compute,
  ...data,
  ...edge,
  ...identity,
  ...watch,
};
