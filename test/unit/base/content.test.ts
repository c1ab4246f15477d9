import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { cutLine } from '../../../runner/src/base/longLines.js';
import { once } from '../../../runner/src/base/once.js';
import {
  either,
  isBoolean,
  isNumber,
  list,
  object,
  oneOf,
  record,
  text,
  time,
  whole,
} from '../../../runner/src/base/recordShape.js';
import { runField, sharedRun } from '../../../runner/src/base/sharedRun.js';
import { imageTags, tagOf } from '../../../runner/src/release/rules/tags.js';
import {
  blobId,
  differences,
  differenceText,
  type ContentFile,
} from '../../../runner/src/adapters/git/uncommitted.js';

describe('content beside what a commit says', () => {
  const file = (path: string, more: Partial<ContentFile> = {}): ContentFile => ({
    path,
    kind: 'file',
    executable: false,
    blob: '1',
    ...more,
  });
  const compare = (
    content: readonly ContentFile[],
    committed: Record<string, { mode: string; id: string }>,
    expects = () => true,
  ) => {
    const { certain, perhaps } = differences(content, new Map(Object.entries(committed)), expects);
    return { certain: certain.map(differenceText), perhaps };
  };
  const same = { mode: '100644', id: '1' };

  it('is the same where path, mode and bytes are', () => {
    expect(
      compare(
        [
          file('a'),
          file('b', { executable: true }),
          file('c', { kind: 'symlink' }),
          file('d', { kind: 'directory', blob: '' }),
          file('d/e', { kind: 'directory', blob: '' }),
          file('d/e/f'),
        ],
        { a: same, b: { ...same, mode: '100755' }, c: { ...same, mode: '120000' }, 'd/e/f': same },
      ),
    ).to.deep.equal({ certain: [], perhaps: [] });
  });

  it('is another one in each way that there is', () => {
    expect(
      compare(
        [
          file('mode', { executable: true }),
          file('bytes', { blob: '2' }),
          file('link', { kind: 'symlink', blob: '2' }),
          file('new'),
          file('empty', { kind: 'directory' }),
        ],
        {
          mode: same,
          bytes: same,
          link: { mode: '120000', id: '1' },
          gone: same,
          module: { mode: '160000', id: '1' },
        },
      ),
    ).to.deep.equal({
      certain: [
        'mode has another mode',
        'link was changed',
        'new is in no commit',
        'empty is in no commit',
        'gone is missing',
        'module is a submodule whose commit is not checked out',
      ],
      perhaps: ['bytes'],
    });
  });

  it('lacks nothing that does not belong to it', () => {
    expect(
      compare([], { gone: same, module: { mode: '160000', id: '1' } }, () => false).certain,
    ).to.deep.equal([]);
  });

  it('has a submodule’s directory where the commit has one', () => {
    expect(
      compare([file('m', { kind: 'directory' })], { m: { mode: '160000', id: '1' } }, () => false).certain,
    ).to.deep.equal([]);
  });

  it('has the ids that git gives', () => {
    expect(blobId('hello\n')).to.equal('ce013625030ba8dba906f756967f9e9ca394464a');
    expect(blobId(Buffer.from('ä'))).to.equal(createHash('sha1').update('blob 2\0ä').digest('hex'));
  });
});

describe('the tags of an image', () => {
  const release = { version: '1.0.0+b', commit: '0123456789abcdef', branch: 'feature/x', dirty: false };

  it('are the version, the commit, and the branch with it; of a dirty tree the version', () => {
    expect(imageTags(release).slice(0, 2)).to.deep.equal(['1.0.0-b', '0123456789abcdef']);
    expect(imageTags(release)[2]).to.match(/^feature-x-0123456/);
    expect(imageTags({ ...release, dirty: true })).to.deep.equal(['1.0.0-b']);
    for (const branch of ['HEAD', '//']) expect(imageTags({ ...release, branch })).to.have.length(2);
    const [, , long] = imageTags({ ...release, branch: 'x'.repeat(200) });
    expect(long)
      .to.have.length(128)
      .and.match(/^x+-0123456/);
  });

  it('are what a registry takes', () => {
    expect(tagOf('..-a b//c-')).to.equal('a-b-c-');
    expect(tagOf('-.')).to.equal(undefined);
    expect(tagOf('x'.repeat(200))).to.have.length(128);
  });
});

describe('the name of a run that several processes share', () => {
  it('is a name of a file, or none', () => {
    const run = (name?: string) => sharedRun({ AUTOMATION_STACK_RUN: name });
    expect(run('shop/main #7')).to.equal('shop-main-7');
    expect(run('..-x.y')).to.equal('x.y');
    expect([run(), run(''), run('//')]).to.deep.equal([undefined, undefined, undefined]);
    expect(run('x'.repeat(200))).to.have.length(120);
    expect(runField({ AUTOMATION_STACK_RUN: 'a' })).to.deep.equal({ run: 'a' });
    expect(runField({})).to.deep.equal({});
  });
});

describe('what is made once', () => {
  it('is kept, but for a failure', async () => {
    let made = 0;
    const get = once(async () => {
      made += 1;
      if (made === 1) throw new Error('no luck');
      return made;
    });
    expect(await get().catch((error: Error) => error.message)).to.equal('no luck');
    expect(await Promise.all([get(), get()])).to.deep.equal([2, 2]);
    expect(await get()).to.equal(2);
  });
});

describe('a line that is shown', () => {
  it('is cut where it is longer than it may be', () => {
    expect([cutLine('abc', 3), cutLine('abcd', 3)]).to.deep.equal(['abc', 'abc…']);
    expect(cutLine('x'.repeat(16 * 1024))).to.have.length(16 * 1024);
    expect(cutLine('x'.repeat(16 * 1024 + 1))).to.match(/x…$/);
  });
});

describe('the shape of what was stored', () => {
  it('is right, or is told by the path of what is not', () => {
    const shape = object({ a: text, 'b?': list(object({ c: whole(1) })), 'd?': record(isNumber) });
    expect(shape({ a: 'x', more: 5 })).to.equal(undefined);
    expect(shape({ a: 'x', b: [], d: {} })).to.equal(undefined);
    expect(shape({ a: 5 })).to.equal('a');
    expect(shape({})).to.equal('a');
    expect(shape({ a: 'x', b: [{ c: 1 }, { c: 0 }] })).to.equal('b.1.c');
    expect(shape({ a: 'x', b: {} })).to.equal('b');
    expect(shape({ a: 'x', d: { e: 'y' } })).to.equal('d.e');
    expect(shape({ a: 'x', d: [] })).to.equal('d');
    for (const other of [null, [], 'x', undefined]) expect(shape(other)).to.equal('');
  });

  it('is of one of several, told by the last', () => {
    const shape = either(object({ state: oneOf('on'), at: time }), object({ state: oneOf('off') }));
    expect(shape({ state: 'off' })).to.equal(undefined);
    expect(shape({ state: 'on', at: '2026-11-03' })).to.equal(undefined);
    expect(shape({ state: 'on', at: 'soon' })).to.equal('state');
    expect(shape({ state: 'on', at: 5 })).to.equal('state');
  });

  it('is a whole number from the least on, a number, or yes and no', () => {
    expect([0, 1, 1.5, '1', 2 ** 53].map(whole(1))).to.deep.equal(['', undefined, '', '', '']);
    expect([1, '1', true].map(isNumber)).to.deep.equal([undefined, '', '']);
    expect([1, '1', true].map(isBoolean)).to.deep.equal(['', '', undefined]);
  });
});
