import { expect } from 'chai';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ErrorRecord } from '../../../runner/src/base/errors.js';
import type { ObjectStore } from '../../../runner/src/base/ports.js';
import { openAt } from '../../support/stateStores.js';
import { rejection } from '../../support/rejection.js';
import { Workers } from '../../support/workers.js';

describe('state in a local directory', function () {
  this.timeout(60_000);
  let workers: Workers;
  let directory: string;
  let store: ObjectStore;
  before(async () => (workers = await Workers.compile('stateWorker')));
  after(() => workers.remove());
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'automation-stack-state-'));
    store = await openAt(directory);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is private to its user, ignored by git, and apart for each application', async () => {
    await store.put('releases/1.0.0.json', '{}');
    const mode = (path: string) => (statSync(join(directory, path)).mode & 0o777).toString(8);
    expect(store.location).to.equal(join(directory, 'shop'));
    expect([mode('shop'), mode('shop/releases'), mode('shop/releases/1.0.0.json')]).to.deep.equal([
      '700',
      '700',
      '600',
    ]);
    expect(readdirSync(directory).sort()).to.deep.equal(['.gitignore', 'shop']);
  });

  it('writes nothing until something is to be kept', async () => {
    expect(await store.get('locks/staging.json')).to.equal(undefined);
    expect(await store.list('')).to.deep.equal([]);
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('keeps to the conditions of a write', async () => {
    const first = (await store.put('a.json', '1', { ifAbsent: true })) as string;
    expect(await store.put('a.json', '2', { ifAbsent: true })).to.equal(undefined);
    expect(await store.put('a.json', '2', { ifMatch: 'other' })).to.equal(undefined);
    expect(await store.put('b.json', '2', { ifMatch: first })).to.equal(undefined);
    expect(await store.get('a.json')).to.deep.equal({ body: '1', etag: first });
    const second = await store.put('a.json', '2', { ifMatch: first });
    expect(await store.get('a.json')).to.deep.equal({ body: '2', etag: second });
  });

  it('lists keys in order, with a limit, and forgets deleted ones', async () => {
    for (const key of ['a/b.json', 'a-b/c.json', 'a.json', 'a/a/z.json']) await store.put(key, '');
    expect(await store.list('')).to.deep.equal(['a-b/c.json', 'a.json', 'a/a/z.json', 'a/b.json']);
    expect(await store.list('a/')).to.deep.equal(['a/a/z.json', 'a/b.json']);
    expect(await store.list('a', 2)).to.deep.equal(['a-b/c.json', 'a.json']);
    await store.delete('a/b.json');
    await store.delete('never/was.json');
    expect(await store.list('a/')).to.deep.equal(['a/a/z.json']);
  });

  it('loses no change where six processes write the same document', async () => {
    const children = Array.from({ length: 6 }, () => workers.start(['count', directory, '25']));
    expect(await Promise.all(children.map((child) => child.ended))).to.deep.equal(Array(6).fill(0));
    expect((await store.get('counter.json'))?.body.trim()).to.equal('150');
    expect(readdirSync(join(directory, 'shop/.work')), 'no drafts are left').to.deep.equal(['locks']);
    expect(readdirSync(join(directory, 'shop/.work/locks')), 'no locks are left').to.deep.equal([]);
  });

  it('gives no number twice where five processes start deployments', async () => {
    const children = Array.from({ length: 5 }, () => workers.start(['number', directory, '8']));
    await Promise.all(children.map((child) => child.ended));
    const numbers = children.flatMap((child) => child.lines.map(Number)).sort((a, b) => a - b);
    expect(numbers).to.deep.equal(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it('is whole after a kill at any moment, and the next process writes at once', async () => {
    for (let round = 0; round < 12; round += 1) {
      const child = workers.start(['write', directory]);
      await child.printed(1 + round);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      child.child.kill('SIGKILL');
      await child.ended;
      const body = (await store.get('document.json'))?.body as string;
      const number = Number(body.split('\n', 1)[0]);
      expect(body).to.equal(`${number}\n`.repeat(2000));
      expect(number).to.be.at.least(Number(child.lines.at(-1)));
      expect(await store.put('document.json', '0\n'.repeat(2000))).to.be.a('string');
    }
  });

  it('removes what killed processes left, later', async () => {
    await store.put('a.json', '1');
    const old = join(directory, 'shop/.work/1-01234567-0123-4567-89ab-0123456789ab');
    writeFileSync(old, 'half');
    utimesSync(old, 0, 0);
    await (await openAt(directory)).put('a.json', '2');
    expect(readdirSync(join(directory, 'shop/.work'))).to.deep.equal(['locks']);
  });

  it('says that the disk is full, and keeps the old content', async () => {
    const mount = ['unshare', '--map-root-user', '--mount', 'sh', '-c', MOUNT, 'sh', 'size=192k', directory];
    const child = workers.start(['fill', directory], mount);
    await child.ended;
    const report = JSON.parse(child.lines[0] as string) as ErrorRecord & Record<string, unknown>;
    expect(report).to.include({ code: 'STATE_WRITE_FAILED' });
    expect(report.message).to.equal(
      'cannot write the state: the disk is full; what was there before is unchanged',
    );
    expect(report.next).to.contain('df -h');
    expect(report['kept']).to.equal((report['refused'] as number) / 2);
    expect(report['files'], 'the room of the failed draft is free again').to.deep.equal([
      'document.json',
      'small.json',
    ]);
  });

  it('says that the file system is read-only', async () => {
    const mount = ['unshare', '--map-root-user', '--mount', 'sh', '-c', MOUNT, 'sh', 'ro', directory];
    const child = workers.start(['refuse', directory], mount);
    await child.ended;
    const report = JSON.parse(child.lines[0] as string) as ErrorRecord;
    expect(report.code).to.equal('STATE_WRITE_FAILED');
    expect(report.message).to.contain('the file system is read-only');
    expect(report.next).to.contain('state.location');
  });

  it('says that the user may not write there', async () => {
    chmodSync(directory, 0o555);
    // Root may write everywhere, so root becomes somebody else.
    const user =
      process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
    const child = workers.start(['refuse', directory], user);
    await child.ended;
    chmodSync(directory, 0o755);
    const report = JSON.parse(child.lines[0] as string) as ErrorRecord;
    expect(report.code).to.equal('STATE_WRITE_FAILED');
    expect(report.message).to.contain('this user may not do that');
    expect(report.where).to.contain(directory);
  });

  it('says that a file stands in the way', async () => {
    writeFileSync(join(directory, 'shop'), '');
    const error = await rejection(store.put('a.json', '{}'), 'STATE_WRITE_FAILED');
    expect(error.message).to.contain('there is a file where a directory must be');
  });
});

/** In a mount namespace of its own: a file system with one option over a directory, then the command. */
const MOUNT =
  'options=$1 directory=$2; shift 2; mount -t tmpfs -o "$options" tmpfs "$directory" && exec "$@"';
