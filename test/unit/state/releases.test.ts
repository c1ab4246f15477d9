import { expect } from 'chai';
import type { ReleaseRecord } from '../../../runner/src/domain/records.js';
import { Ledger } from '../../../runner/src/state/ledger.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { rejection } from '../../support/rejection.js';
import { FakeClock, release } from '../../support/stateRecords.js';

describe('the releases of a ledger', () => {
  let store: MemoryStore;
  let ledger: Ledger;
  beforeEach(() => {
    store = new MemoryStore();
    ledger = new Ledger(store, new FakeClock());
  });
  const image = (digest: string) => ({ repository: 'shop/web', digest, tags: [], inputs: 'sha256:i' });
  const versionsAre = async (limit?: number) => (await ledger.releases(limit)).map(({ version }) => version);

  it('are other ones where an image is other, and told with what each is', async () => {
    const commit = '0123456789abcdef';
    const first = release('1.0.0', { commit, images: { web: image(`sha256:${'a'.repeat(64)}`) } });
    await ledger.putRelease(first);
    for (const other of [
      { images: { web: image('sha256:b') } },
      { images: { web: { ...image('sha256:x'), digest: first.images['web']!.digest, repository: 'other' } } },
      { images: {} },
      { inputs: 'sha256:other' },
      { application: 'other' },
      { dirty: true },
    ] as Partial<ReleaseRecord>[]) {
      const error = await rejection(ledger.putRelease({ ...first, ...other }), 'STATE_CONFLICT');
      expect(error.evidence[0]).to.equal(
        'recorded: commit 0123456789ab, web sha256:aaaaaaaaaaaa, by alice@laptop at 2026-11-03T12:00:00.000Z',
      );
      expect(error.evidence[1]?.includes('with uncommitted changes')).to.equal(other.dirty === true);
    }
  });

  it('are the same ones in whatever order their images stand', async () => {
    const images = { api: image('sha256:a'), web: image('sha256:w') };
    await ledger.putRelease(release('1.0.0', { images }));
    const turned = { web: images.web, api: images.api };
    expect(await ledger.putRelease(release('1.0.0', { images: turned }))).to.equal('exists');
  });

  it('are listed once each, as many as asked for, without those that cannot be read', async () => {
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) await ledger.putRelease(release(version));
    expect(await versionsAre(0)).to.deep.equal([]);
    expect(await versionsAre(1)).to.deep.equal(['1.2.0']);
    // A writer that died left it without an index: it is listed again when another completes that.
    store.objects.delete([...store.objects.keys()].find((key) => /commits.*1\.0\.0/.test(key)) as string);
    await ledger.putRelease(release('1.0.0'));
    expect(await versionsAre()).to.deep.equal(['1.0.0', '1.2.0', '1.1.0']);
    const key = [...store.objects.keys()].find((each) => /versions.*1\.2\.0/.test(each)) as string;
    store.objects.set(key, '{');
    expect(await versionsAre()).to.deep.equal(['1.0.0', '1.1.0']);
    expect(ledger.broken).to.deep.equal([{ key, why: 'is not valid JSON' }]);
    const error = await rejection(ledger.release('1.2.0'), 'STATE_UNREADABLE');
    expect(error.next).to.contain('history --releases');
    store.objects.delete(key);
    expect(await versionsAre()).to.deep.equal(['1.0.0', '1.1.0']);
  });

  it('are not indexed again where they are known', async () => {
    await ledger.putRelease(release('1.0.0'));
    const before = [...store.objects.keys()];
    await ledger.putRelease(release('1.0.0'));
    expect([...store.objects.keys()]).to.deep.equal(before);
  });

  it('answer a commit with the newest, whichever was recorded last', async () => {
    const of = (version: string, day: string, dirty = false) =>
      ledger.putRelease(release(version, { commit: 'c', dirty, createdAt: `2026-01-${day}T00:00:00.000Z` }));
    const found = async () => (await ledger.releaseByCommit('c'))?.version;
    await of('1.0.0-dirty', '09', true);
    await of('1.0.0', '02');
    expect(await found(), 'clean before dirty').to.equal('1.0.0');
    await of('1.0.1', '01');
    expect(await found(), 'an older one came late').to.equal('1.0.0');
    await of('1.0.2', '02');
    expect(await found(), 'the last of one moment').to.equal('1.0.2');
  });

  it('answer inputs with and without the name of the digest', async () => {
    await ledger.putRelease(release('1.0.0', { inputs: 'sha256:abc' }));
    expect((await ledger.releaseByInputs('abc'))?.version).to.equal('1.0.0');
  });
});
