import type { CallRow } from '../../../runner/src/domain/permissions.js';
import type { StoreKind } from '../../../runner/src/state/stores/storeKind.js';
import { MemoryStore } from '../memoryStore.js';

const TABLE = /^table:\/\/([^/]+)$/;
const row = (actions: readonly string[], on: string): CallRow => ({ by: 'runner', needs: [{ actions, on }] });
const kept = new Map<string, MemoryStore>();

/** A kind of store that the runner does not have: a table of AWS, here kept in memory. */
export const tableStore: StoreKind = {
  name: 'table',
  form: 'table://name',
  matches: (location) => TABLE.test(location),
  open: async ({ location, part }) => {
    const key = `${location}/${part}`;
    const store = kept.get(key) ?? new MemoryStore();
    kept.set(key, store);
    return store;
  },
  permissions: [
    { phases: ['state-read', 'state-write'], calls: ['table:read'] },
    { phases: ['state-write'], calls: ['table:write'] },
    { phases: ['upstream'], calls: ['table:upstream'] },
    { phases: ['ledger'], calls: ['table:ledger'] },
  ],
  calls: {
    'table:read': row(['dynamodb:GetItem'], 'state-table'),
    'table:write': row(['dynamodb:PutItem'], 'state-table'),
    'table:upstream': row(['dynamodb:GetItem'], 'upstream-table'),
    'table:ledger': row(['dynamodb:GetItem', 'dynamodb:PutItem'], 'ledger-table'),
  },
  names: (use, location, _part, arn) => ({
    resources: {
      [`${use}-table`]: [arn('dynamodb:R:A:table/{name}', { name: TABLE.exec(location)?.[1] ?? '' })],
    },
  }),
};

/** Another: a folder of this machine with an address of its own. */
export const mountStore: StoreKind = {
  name: 'mount',
  form: 'mount://path',
  matches: (location) => location.startsWith('mount://'),
  folder: (location, base) => `${base}/${location.slice('mount://'.length)}`,
  open: async () => new MemoryStore(),
};
