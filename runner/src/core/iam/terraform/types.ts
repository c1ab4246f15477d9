import { compute } from './compute.js';
import { data } from './data.js';
import { edge } from './edge.js';
import { identity } from './identity.js';
import { network } from './network.js';
import type { TypeRow } from './row.js';
import { watch } from './watch.js';

/** What each type of resource asks of AWS; a data source of the same name needs its `read`. */
export const terraformTypes: Readonly<Record<string, TypeRow>> = {
  ...network,
  ...compute,
  ...data,
  ...edge,
  ...identity,
  ...watch,
};
