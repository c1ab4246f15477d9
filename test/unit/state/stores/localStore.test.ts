import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readFailure, writeFailure } from '../../../../runner/src/adapters/process/localFailures.js';
import { makeDirectories } from '../../../../runner/src/adapters/process/directories.js';
import { flushDirectory, writeDraft } from '../../../../runner/src/adapters/process/atomicFile.js';
import { isAbsent, removeLeftovers } from '../../../../runner/src/state/stores/localFiles.js';
import { LocalStore } from '../../../../runner/src/state/stores/localStore.js';
import { rejection } from '../../../support/rejection.js';

let home: string;
let directory: string;
let store: LocalStore;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'local-'));
  directory = join(home, 'shop');
  store = new LocalStore(directory, home);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('a document in a directory', () => {
  it('is a file, and what is read of it is what was written', async () => {
    const etag = await store.put('a/b.json', 'text');
    expect(etag).to.match(/^[0-9a-f]{64}$/);
    expect(await store.get('a/b.json')).to.deep.equal({ body: 'text', etag });
    expect(readFileSync(join(directory, 'a/b.json'), 'utf8')).to.equal('text');
    expect(modeOf(join(directory, 'a/b.json'))).to.equal('600');
    expect(readdirSync(join(directory, '.work')), 'no draft stays').to.deep.equal(['locks']);
  });

  it('is absent where it never was, also below a file', async () => {
    expect(await store.get('a.json')).to.equal(undefined);
    await store.put('a', '');
    expect(await store.get('a/b.json')).to.equal(undefined);
  });

  it('says by the setting that names its place what to correct', async () => {
    await store.put('a', '');
    const failure = await rejection(store.put('a/b.json', ''), 'STATE_WRITE_FAILED');
    expect(failure.next).to.equal('Move the file away, or name another directory as state.location.');
    const other = new LocalStore(directory, home, 'needs.auth of shop');
    const named = await rejection(other.put('a/b.json', ''), 'STATE_WRITE_FAILED');
    expect(named.next).to.equal('Move the file away, or name another directory as needs.auth of shop.');
  });

  it('is made only once where that is asked for', async () => {
    const first = await store.put('a', '1', { ifAbsent: true });
    expect(await store.put('a', '2', { ifAbsent: true })).to.equal(undefined);
    expect(await store.get('a')).to.deep.equal({ body: '1', etag: first });
  });

  it('is replaced only while it is what was read', async () => {
    const first = (await store.put('a', '1')) as string;
    expect(await store.put('a', '2', { ifMatch: 'other' })).to.equal(undefined);
    expect(await store.put('b', '2', { ifMatch: first })).to.equal(undefined);
    expect(await store.get('b')).to.equal(undefined);
    expect(await store.put('a', '2', { ifMatch: first })).to.be.a('string');
    expect(await store.put('a', '3')).to.be.a('string');
    expect((await store.get('a'))?.body).to.equal('3');
  });

  it('is forgotten, also where it never was', async () => {
    await store.put('a', '1');
    await store.delete('a');
    await store.delete('never');
    expect(await store.get('a')).to.equal(undefined);
  });

  it('makes nothing where it is only looked for', async () => {
    await store.get('a');
    await store.delete('a');
    expect(await store.list('')).to.deep.equal([]);
    expect(readdirSync(home)).to.deep.equal([]);
  });

  it('has a key that leads nowhere else', async () => {
    for (const work of [store.get('../a'), store.put('../a', ''), store.list('../a/')])
      expect(await work.catch((error: Error) => error.message)).to.contain('not a state key');
  });

  it('cannot be read or written where a directory or a file is in the way', async () => {
    mkdirSync(join(directory, 'a'), { recursive: true });
    expect((await rejection(store.get('a'), 'STATE_UNREADABLE')).where).to.equal(join(directory, 'a'));
    expect((await rejection(store.put('a', ''), 'STATE_WRITE_FAILED')).where).to.equal(join(directory, 'a'));
    await store.put('b', '');
    const { message } = await rejection(store.put('b/c', ''), 'STATE_WRITE_FAILED');
    expect(message).to.contain('there is a file where a directory must be');
    expect(readdirSync(join(directory, '.work')), 'no draft stays').to.deep.equal(['locks']);
  });

  it('can be written once what was in the way is gone', async () => {
    writeFileSync(directory, '');
    await rejection(store.put('a', '1'), 'STATE_WRITE_FAILED');
    rmSync(directory);
    expect(await store.put('a', '1')).to.be.a('string');
  });
});

describe('the keys in a directory', () => {
  beforeEach(async () => {
    for (const key of ['a/b', 'a-b/c', 'a.json', 'a/a/z', 'b/x']) await store.put(key, '');
  });

  it('are listed in order by their beginning, without what is only at work', async () => {
    expect(await store.list('')).to.deep.equal(['a-b/c', 'a.json', 'a/a/z', 'a/b', 'b/x']);
    expect(await store.list('a/')).to.deep.equal(['a/a/z', 'a/b']);
    expect(await store.list('a/a')).to.deep.equal(['a/a/z']);
    expect(await store.list('a')).to.deep.equal(['a-b/c', 'a.json', 'a/a/z', 'a/b']);
    expect(await store.list('none/')).to.deep.equal([]);
  });

  it('are no more than asked for', async () => {
    expect(await store.list('', 2)).to.deep.equal(['a-b/c', 'a.json']);
    expect(await store.list('', 0)).to.deep.equal([]);
  });

  it('are refused where one is a file that is looked into', async () => {
    expect(await store.list('a.json/')).to.deep.equal([]);
  });
});

describe('the directory of a state', () => {
  it('is its user’s alone and no part of the repository', async () => {
    await store.put('a/b', '');
    for (const path of [directory, join(directory, 'a'), join(directory, '.work')])
      expect(modeOf(path), path).to.equal('700');
    expect(readFileSync(join(home, '.gitignore'), 'utf8')).to.equal('*\n');
  });

  it('keeps a .gitignore that is there', async () => {
    writeFileSync(join(home, '.gitignore'), 'mine\n');
    await store.put('a', '');
    expect(readFileSync(join(home, '.gitignore'), 'utf8')).to.equal('mine\n');
  });

  it('loses old drafts when it is first written to, and nothing else', async () => {
    const work = join(directory, '.work');
    const uuid = '01234567-89ab-cdef-0123-456789abcdef';
    mkdirSync(join(work, 'locks'), { recursive: true });
    const names = [
      `7-${uuid}`,
      `locks/key.${uuid}`,
      `8-${uuid}`,
      'locks/key',
      `7-${uuid}.json`,
      `7-x${uuid.slice(1)}`,
    ];
    for (const name of names) {
      writeFileSync(join(work, name), '');
      const age = name.startsWith('8') ? 3_500 : 3_700;
      utimesSync(join(work, name), Date.now() / 1000 - age, Date.now() / 1000 - age);
    }
    await store.put('a', '');
    expect(readdirSync(work).sort()).to.deep.equal(
      [`7-${uuid}.json`, `7-x${uuid.slice(1)}`, `8-${uuid}`, 'locks'].sort(),
    );
    expect(readdirSync(join(work, 'locks'))).to.deep.equal(['key']);
  });
});

describe('the files of a state', () => {
  it('have their directories made, once, with the true reason where that fails', () => {
    makeDirectories(join(home, 'a/b/c'), 0o700);
    makeDirectories(join(home, 'a/b/c'), 0o700);
    expect(modeOf(join(home, 'a/b'))).to.equal('700');
    writeFileSync(join(home, 'file'), '');
    expect(() => makeDirectories(join(home, 'file/below'))).to.throw('ENOTDIR');
  });

  it('are flushed with their directory, which must be there', async () => {
    await flushDirectory(home);
    const error = await flushDirectory(join(home, 'none')).catch((failure: unknown) => failure);
    expect(isAbsent(error)).to.equal(true);
  });

  it('leave no draft where it cannot be written', async () => {
    const error = await writeDraft(join(home, 'x'), 5 as unknown as string).catch(
      (failure: unknown) => failure,
    );
    expect(error).to.be.instanceOf(TypeError);
    expect(readdirSync(home)).to.deep.equal([]);
  });

  it('are not cleared of what has gone meanwhile', async () => {
    const name = '7-01234567-89ab-cdef-0123-456789abcdef';
    mkdirSync(join(home, 'real'));
    writeFileSync(join(home, 'real', name), '');
    await removeLeftovers(join(home, 'real'));
    expect(readdirSync(join(home, 'real'))).to.deep.equal([name]);
  });

  it('are absent where they or their directory are, and not where something else is wrong', () => {
    const is = (code: string) => isAbsent(Object.assign(new Error(), { code }));
    expect(['ENOENT', 'ENOTDIR', 'EACCES'].map(is)).to.deep.equal([true, true, false]);
  });
});

describe('a refused access to a state', () => {
  const refused = Object.assign(new Error('EMFILE: words'), { code: 'EMFILE' });

  it('says of a write that nothing was changed, with the words of the system', () => {
    expect(writeFailure(refused, '/a')).to.deep.include({
      message: 'cannot write the state: EMFILE: words; what was there before is unchanged',
      evidence: ['EMFILE: words'],
      next: 'Fix the cause, then run the command again.',
    });
  });

  it('says of a read that it was one', () => {
    expect(readFailure(refused, '/a')).to.include({
      code: 'STATE_UNREADABLE',
      message: 'cannot read the state: EMFILE: words',
    });
  });
});
