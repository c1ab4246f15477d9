import { expect } from 'chai';
import { readProvisioned, writeProvisioned } from '../../../runner/src/state/provisionedHosts.js';
import { MemoryStore } from '../../support/memoryStore.js';

const host = (state: string) => ({
  state,
  paths: ['/etc/a'],
  layers: { 'lamp.yml': { digest: 'd', at: '2026-11-29T06:00:00.000Z' } },
});

describe('what is kept of provisioned hosts', () => {
  it('is replaced host by host, in each environment, and forgotten where it says so', async () => {
    const store = new MemoryStore();
    await writeProvisioned(
      store,
      'staging',
      's',
      new Map([
        ['a', host('1')],
        ['b', host('1')],
      ]),
    );
    await writeProvisioned(
      store,
      'staging',
      's',
      new Map([
        ['b', host('2')],
        ['c', host('1')],
      ]),
    );
    await writeProvisioned(store, 'staging', 's', new Map([['c', undefined]]));
    expect(await readProvisioned(store, 'staging')).to.deep.equal({
      salt: 's',
      hosts: { a: host('1'), b: host('2') },
    });
    expect(await readProvisioned(store, 'production')).to.equal(undefined);
  });

  it('counts no more where another salt was used, or where it cannot be read', async () => {
    const store = new MemoryStore();
    await writeProvisioned(store, 'staging', 's', new Map([['a', host('1')]]));
    await writeProvisioned(store, 'staging', 't', new Map([['b', host('1')]]));
    expect(await readProvisioned(store, 'staging')).to.deep.equal({ salt: 't', hosts: { b: host('1') } });
    await store.put('provisioned/staging.json', '{"salt":1}');
    expect(await readProvisioned(store, 'staging')).to.equal(undefined);
    await writeProvisioned(store, 'staging', 'u', new Map([['a', host('3')]]));
    expect((await readProvisioned(store, 'staging'))?.hosts).to.deep.equal({ a: host('3') });
  });
});
