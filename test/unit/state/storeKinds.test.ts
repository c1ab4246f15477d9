import { expect } from 'chai';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { openPart } from '../../../runner/src/state/store.js';
import type { StoreKind } from '../../../runner/src/state/stores/storeKind.js';
import { stores } from '../../../runner/src/state/stores/stores.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { rejection } from '../../support/rejection.js';

const options = { env: {}, secrets: new SecretRegistry() };

describe('kinds of state stores', () => {
  const memory: StoreKind = {
    name: 'memory',
    form: 'memory://name',
    matches: (location) => location.startsWith('memory://'),
    open: async () => new MemoryStore(),
  };
  const open = (location: string, kinds: readonly StoreKind[]) =>
    openPart({ location, setting: 'state.location' }, { directory: '/shop' }, 'shop', options, kinds);

  it('are data: one that is registered is opened by its location', async () => {
    expect(await open('memory://x', [...stores, memory])).to.be.instanceOf(MemoryStore);
    expect((await rejection(open('memory://x', stores), 'CONFIG_INVALID')).message).to.equal(
      'state.location is neither a directory nor s3://bucket/prefix',
    );
    expect((await rejection(open('ftp://x', [...stores, memory]), 'CONFIG_INVALID')).message).to.equal(
      'state.location is neither a directory nor s3://bucket/prefix nor memory://name',
    );
  });

  it('tell each location apart: exactly one takes it', () => {
    const taking = (location: string) =>
      stores.filter((kind) => kind.matches(location)).map(({ name }) => name);
    expect(taking('.automation-stack')).to.deep.equal(['directory']);
    expect(taking('/var/lib/s3')).to.deep.equal(['directory']);
    expect(taking('s3://bucket')).to.deep.equal(['s3']);
    expect(taking('s3:///prefix')).to.deep.equal([]);
  });
});
