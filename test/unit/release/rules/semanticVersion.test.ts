import { expect } from 'chai';
import fc from 'fast-check';
import semver from 'semver';
import { readChanges } from '../../../../runner/src/release/rules/commits.js';
import {
  highestTag,
  isRelease,
  nextVersion,
  rebuiltVersion,
  tagName,
  versionOf,
  versionTags,
} from '../../../../runner/src/release/rules/semanticVersion.js';

const HEAD = 'abcdef1234567890abcdef1234567890abcdef12';
const INPUTS = `sha256:0123456789${'0'.repeat(54)}`;
const changes = (...messages: string[]) => readChanges(messages.map((message) => ({ hash: HEAD, message })));
const tag = (name: string, commit = 'f'.repeat(40)) => ({ name, commit });

describe('version', () => {
  describe('of the last release', () => {
    it('is the highest version among the tags, not the newest tag', () => {
      const tags = [tag('v1.9.0'), tag('v1.10.0'), tag('v1.2.0')];
      expect(highestTag(tags)?.name).to.equal('v1.10.0');
    });

    it('leaves out pre-releases and tags that are no versions', () => {
      const tags = [tag('v2.0.0-rc.1'), tag('nightly'), tag('v1.0.0'), tag('very1.0.0'), tag('v1.0')];
      expect(highestTag(tags)?.version).to.equal('1.0.0');
    });

    it('is among tags of the same version the one of the commit that is checked out', () => {
      const tags = [tag('1.2.3'), tag('v1.2.3', HEAD), tag('v1.2.3', 'a'.repeat(40))];
      expect(highestTag(tags, HEAD)).to.include({ name: 'v1.2.3', commit: HEAD });
      expect(highestTag([...tags].reverse(), HEAD)).to.include({ commit: HEAD });
      expect(highestTag([tag('v1.3.0'), tag('v1.2.3', HEAD)], HEAD)?.name).to.equal('v1.3.0');
    });

    it('leaves out a version with another word before it', () => {
      expect(highestTag([tag('=1.2.3'), tag('1v.2.3'), tag(' 1.2.3')])).to.equal(undefined);
    });

    it('is of one application alone where tags have its prefix', () => {
      const tags = [
        'v9.0.0',
        'shop/v1.0.0',
        'shop/1.2.0',
        'shop/api/v3.0.0',
        'shop/v2.0.0-rc.1',
        'shopv4.0.0',
      ];
      const of = (prefix: string) =>
        versionTags(
          tags.map((name) => tag(name)),
          prefix,
        ).map(({ name }) => name);
      expect(of('shop/')).to.deep.equal(['shop/1.2.0', 'shop/v1.0.0']);
      expect(of('shop/api/')).to.deep.equal(['shop/api/v3.0.0']);
      expect(of('')).to.deep.equal(['v9.0.0']);
      expect(
        highestTag(
          tags.map((name) => tag(name)),
          undefined,
          'shop/',
        )?.version,
      ).to.equal('1.2.0');
    });

    it('is found again by the name that its tag got', () => {
      for (const prefix of ['', 'shop/', 'shop-'])
        expect(versionTags([tag(tagName(prefix, '1.2.3'))], prefix)[0]?.version).to.equal('1.2.3');
    });

    it('takes a version without v', () => {
      expect(highestTag([tag('0.4.0')])?.version).to.equal('0.4.0');
    });
  });

  describe('of the next release', () => {
    it('is 0.1.0 where nothing was tagged', () => {
      expect(nextVersion(undefined, changes('feat!: everything'))).to.equal('0.1.0');
    });

    it('raises minor for a feature and patch for anything else', () => {
      expect(nextVersion('1.2.3', changes('fix: a', 'feat(web): b', 'docs: c'))).to.equal('1.3.0');
      expect(nextVersion('1.2.3', changes('fix: a', 'no convention at all'))).to.equal('1.2.4');
    });

    it('raises major for a breaking change, told by ! or by footer', () => {
      expect(nextVersion('1.2.3', changes('refactor(api)!: drop v1'))).to.equal('2.0.0');
      expect(nextVersion('1.2.3', changes('fix: a\n\nBREAKING CHANGE: needs Node 20'))).to.equal('2.0.0');
      expect(nextVersion('1.2.3', changes('fix: a\n\nBREAKING-CHANGE: needs Node 20'))).to.equal('2.0.0');
    });

    it('promises nothing below 1.0.0: a breaking change raises minor', () => {
      expect(nextVersion('0.4.1', changes('feat!: drop v1'))).to.equal('0.5.0');
      expect(nextVersion('0.4.1', changes('fix: a'))).to.equal('0.4.2');
    });
  });

  describe('of what is checked out', () => {
    const base = { commit: HEAD, changes: [], dirty: false, inputs: INPUTS };

    it('is the tag itself on a clean tagged commit', () => {
      expect(versionOf({ ...base, tags: [tag('v1.2.3', HEAD)] })).to.equal('1.2.3');
    });

    it('is the first version where nothing was tagged', () => {
      expect(versionOf({ ...base, tags: [], changes: changes('feat: a') })).to.equal('0.1.0-1.gabcdef12');
    });

    it('is a pre-release of the next version, with the number of commits and the commit', () => {
      const input = { ...base, tags: [tag('v1.2.3')], changes: changes('feat: a', 'fix: b') };
      expect(versionOf(input)).to.equal('1.3.0-2.gabcdef12');
    });

    it('tells one dirty tree from the next by its inputs', () => {
      const input = { ...base, tags: [tag('v1.2.3', HEAD)], dirty: true };
      expect(versionOf(input)).to.equal('1.2.4-0.gabcdef12.dirty-01234567');
    });

    it('is always a semantic version and a Docker tag', () => {
      const hex = (length: number) =>
        fc
          .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
          .map((digits) => digits.join(''));
      fc.assert(
        fc.property(hex(40), hex(64), fc.boolean(), fc.nat(50), (commit, inputs, dirty, count) => {
          const since = changes(...Array.from({ length: count }, () => 'fix: a'));
          const version = versionOf({
            tags: [tag('v1.2.3')],
            commit,
            changes: since,
            dirty,
            inputs: `sha256:${inputs}`,
          });
          expect(semver.valid(version), version).to.equal(version);
          expect(version).to.match(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/);
        }),
      );
    });
  });

  it('sorts a rebuild of a commit after its first build', () => {
    const first = '1.3.0-2.gabcdef12';
    expect(semver.gt(rebuiltVersion(first, 2), first)).to.equal(true);
    expect(isRelease(first)).to.equal(false);
    expect(isRelease('1.3.0')).to.equal(true);
    expect(isRelease('latest')).to.equal(false);
  });
});
