import { expect } from 'chai';
import fc from 'fast-check';
import type { InputFile } from '../../../../runner/src/domain/inputFile.js';
import {
  imageInputsDigest,
  releaseInputsDigest,
  type ImageInputs,
} from '../../../../runner/src/release/rules/inputs.js';
import { imageTags, tagOf } from '../../../../runner/src/release/rules/tags.js';

const file = (path: string, content = 'c0ffee'): InputFile => ({
  path,
  kind: 'file',
  executable: false,
  content,
});
const inputs: ImageInputs = {
  dockerfile: 'd0c',
  files: [file('a'), file('b')],
  buildArgs: { ONE: '1', TWO: '2' },
  secrets: [],
  target: undefined,
  platform: undefined,
};

describe('digest of inputs', () => {
  it('is the same whatever the order of files and arguments', () => {
    const other = { ...inputs, files: [file('b'), file('a')], buildArgs: { TWO: '2', ONE: '1' } };
    expect(imageInputsDigest(other)).to.equal(imageInputsDigest(inputs));
  });

  it('is the same whatever the order of secrets', () => {
    const digest = (...secrets: readonly string[]) => imageInputsDigest({ ...inputs, secrets });
    expect(digest('c', 'a', 'b')).to.equal(digest('a', 'b', 'c'));
    expect(digest('b', 'c', 'a')).to.equal(digest('a', 'b', 'c'));
  });

  it('stays what it is: what was built before is known by it', () => {
    expect(
      imageInputsDigest({ ...inputs, secrets: ['b', 'a'], files: [file('c'), file('a'), file('b')] }),
    ).to.equal('sha256:c6a3ccce961386046a1691ffa8d16fa4b2c95c65402aa43a4bcca081ba33a64e');
    const without = { ...inputs, labels: {}, annotations: {}, ssh: [], platforms: [] };
    expect(imageInputsDigest(without)).to.equal(imageInputsDigest(inputs));
    expect(releaseInputsDigest({ web: 'sha256:1', api: 'sha256:2', worker: 'sha256:3' }, '')).to.equal(
      'sha256:1ebf2fecfe1372f2c11c7b521f18a75bcd2edeb0357525135f39917cb2c5acb4',
    );
  });

  it('differs with every single part', () => {
    const variants: ImageInputs[] = [
      inputs,
      { ...inputs, dockerfile: 'other' },
      { ...inputs, files: [file('a')] },
      { ...inputs, files: [file('a', 'changed'), file('b')] },
      { ...inputs, files: [{ ...file('a'), executable: true }, file('b')] },
      { ...inputs, files: [{ ...file('a'), kind: 'symlink' }, file('b')] },
      { ...inputs, files: [file('a'), file('c')] },
      { ...inputs, buildArgs: { ONE: '1', TWO: '3' } },
      { ...inputs, buildArgs: { ONE: '1' } },
      { ...inputs, secrets: ['npm'] },
      { ...inputs, target: 'test' },
      { ...inputs, platform: 'linux/arm64' },
      { ...inputs, platforms: ['linux/arm64'] },
      { ...inputs, platforms: ['linux/amd64', 'linux/arm64'] },
      { ...inputs, attestations: ['sbom'] },
      { ...inputs, labels: { a: '1' } },
      { ...inputs, labels: { a: '2' } },
      { ...inputs, annotations: { a: '1' } },
      { ...inputs, ssh: ['default'] },
    ];
    expect(new Set(variants.map(imageInputsDigest)).size).to.equal(variants.length);
  });

  it('does not take two different lists of files for one', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string(), { maxLength: 5 }),
        fc.uniqueArray(fc.string(), { maxLength: 5 }),
        (one, two) => {
          const digest = (paths: string[]) =>
            imageInputsDigest({ ...inputs, files: paths.map((path) => file(path)) });
          const same = JSON.stringify([...one].sort()) === JSON.stringify([...two].sort());
          expect(digest(one) === digest(two)).to.equal(same);
        },
      ),
    );
  });

  it('names the content of a release by its images, not by its commit', () => {
    const images = { web: 'sha256:1', worker: 'sha256:2' };
    expect(releaseInputsDigest(images, 'commit-a')).to.equal(releaseInputsDigest(images, 'commit-b'));
    expect(releaseInputsDigest({ worker: 'sha256:2', web: 'sha256:1' }, '')).to.equal(
      releaseInputsDigest(images, ''),
    );
    expect(releaseInputsDigest({ web: 'sha256:2', worker: 'sha256:1' }, '')).not.to.equal(
      releaseInputsDigest(images, ''),
    );
  });

  it('names a release without images by its commit', () => {
    expect(releaseInputsDigest({}, 'commit-a')).not.to.equal(releaseInputsDigest({}, 'commit-b'));
  });
});

describe('tags of an image', () => {
  const commit = 'abcdef1234567890abcdef1234567890abcdef12';

  it('are version, commit, and branch with commit', () => {
    const release = { version: '1.3.0-2.gabcdef12', commit, branch: 'feature/big thing', dirty: false };
    expect(imageTags(release)).to.deep.equal(['1.3.0-2.gabcdef12', commit, 'feature-big-thing-abcdef12']);
  });

  it('are the version alone for a dirty tree, which is not what its commit says', () => {
    const release = { version: '1.3.0-2.gabcdef12.dirty-01234567', commit, branch: 'main', dirty: true };
    expect(imageTags(release)).to.deep.equal(['1.3.0-2.gabcdef12.dirty-01234567']);
  });

  it('leave out the branch where HEAD is on none', () => {
    expect(imageTags({ version: '1.0.0', commit, branch: 'HEAD', dirty: false })).to.deep.equal([
      '1.0.0',
      commit,
    ]);
  });

  it('are always tags that a registry takes', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (branch) => {
        for (const tag of imageTags({ version: '1.0.0', commit, branch, dirty: false })) {
          expect(tag).to.match(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/);
        }
      }),
    );
    expect(tagOf('///')).to.equal(undefined);
  });
});
