import { expect } from 'chai';
import fc from 'fast-check';
import type { RegistryImage } from '../../../../runner/src/domain/machineImage.js';
import {
  imageVerdicts,
  type RepositoryFacts,
} from '../../../../runner/src/resources/prune/rules/imageVerdicts.js';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-29T12:00:00Z');
const at = (days: number) => new Date(NOW - days * DAY).toISOString();
const rule = { keep: 10, forMs: 30 * DAY };
const cache = { tags: ['buildcache', 'buildcache-*'], forMs: 14 * DAY };
const sha = (letter: string) => `sha256:${letter.repeat(64)}`;

const image = (letter: string, more: Partial<RegistryImage> = {}): RegistryImage => ({
  repository: 'shop/web',
  digest: sha(letter),
  tags: [letter],
  pushed: at(100),
  ...more,
});

/** Images that builds of this application made with the tags they have, if nothing else is said. */
function facts(images: readonly RegistryImage[], more: Partial<RepositoryFacts> = {}): RepositoryFacts {
  const own = new Map(images.map(({ digest, tags }) => [digest, new Set(tags)]));
  return {
    repository: 'shop/web',
    images,
    children: new Map(),
    needed: new Map(),
    made: new Set(own.keys()),
    known: new Set(own.keys()),
    tagsGiven: own,
    usersAreNamed: false,
    ...more,
  };
}
const verdicts = (of: RepositoryFacts) =>
  Object.fromEntries(
    imageVerdicts(of, rule, cache, NOW).map(({ id, goes, why }) => [id.slice(7, 8), { goes, why }]),
  );

describe('what becomes of the images of a repository', () => {
  const rows: readonly (readonly [string, RepositoryFacts, boolean, RegExp])[] = [
    ['that nothing needs', facts([image('a')]), true, /^no environment runs it or may return to it$/],
    [
      'of a needed release',
      facts([image('a')], { needed: new Map([[sha('a'), '1.0: runs in staging']]) }),
      false,
      /runs in staging/,
    ],
    ['that was pushed not long ago', facts([image('a', { pushed: at(3) })]), false, /^pushed within 30d$/],
    ['that was pulled not long ago', facts([image('a', { pulled: at(3) })]), false, /^pulled within 30d$/],
    [
      'without a known age',
      facts([{ repository: 'shop/web', digest: sha('a'), tags: ['a'] }]),
      false,
      /^pushed within/,
    ],
    [
      'that nobody here made',
      facts([image('a')], { made: new Set() }),
      false,
      /^no build of this application made it$/,
    ],
    [
      'that somebody else tagged',
      facts([image('a', { tags: ['a', 'prod'] })], { tagsGiven: new Map([[sha('a'), new Set(['a'])]]) }),
      false,
      /the tag prod$/,
    ],
    [
      'that is a young cache',
      facts([image('a', { tags: ['buildcache'], pushed: at(3) })]),
      false,
      /^a cache, younger than 14d$/,
    ],
    [
      'that is an old cache',
      facts([image('a', { tags: ['buildcache-amd64'] })], { made: new Set(), known: new Set() }),
      true,
      /^a cache, older than 14d$/,
    ],
    [
      'that is an old cache whose tag has moved on',
      facts([image('a', { tags: [], artifactType: 'application/vnd.buildkit.cacheconfig.v0' })], {
        made: new Set(),
        known: new Set(),
      }),
      true,
      /^a cache/,
    ],
  ];
  for (const [name, of, goes, why] of rows)
    it(`${goes ? 'deletes' : 'keeps'} one ${name}`, () => {
      expect(verdicts(of)['a']?.goes).to.equal(goes);
      expect(verdicts(of)['a']?.why).to.match(why);
    });

  it('keeps what a kept index is made of, and deletes what only a deleted one is', () => {
    const images = [image('a'), image('b'), ...['c', 'd', 'e'].map((one) => image(one, { tags: [] }))];
    const of = facts(images, {
      needed: new Map([[sha('a'), 'runs']]),
      made: new Set([sha('a'), sha('b')]),
      known: new Set([sha('a'), sha('b')]),
      children: new Map([
        [sha('a'), [sha('c'), sha('d')]],
        [sha('b'), [sha('d'), sha('e')]],
      ]),
    });
    const { c, d, e, b } = verdicts(of);
    expect([c?.goes, d?.goes, e?.goes, b?.goes]).to.deep.equal([false, false, true, true]);
  });

  it('lets signatures and lists of parts stay and go with their image', () => {
    const signature = (letter: string, of: string) =>
      image(letter, { tags: [`sha256-${of.repeat(64)}.sig`] });
    const of = facts(
      [
        image('a'),
        image('b'),
        signature('c', 'a'),
        signature('d', 'b'),
        image('e', { tags: [], subject: sha('a') }),
        signature('f', '9'),
      ],
      {
        needed: new Map([[sha('a'), 'runs']]),
        made: new Set([sha('a'), sha('b')]),
        known: new Set([sha('a'), sha('b')]),
      },
    );
    const { c, d, e, f } = verdicts(of);
    expect([c?.goes, d?.goes, e?.goes, f?.goes]).to.deep.equal([false, true, false, false]);
    expect(f?.why).to.equal('what it is attached to is not of this application');
  });

  it('leaves a repository alone that holds images of somebody who is not named', () => {
    const of = facts([image('a'), image('b')], { made: new Set([sha('a')]), known: new Set([sha('a')]) });
    expect(verdicts(of)['a']).to.deep.equal({
      goes: false,
      why: 'somebody else uses shop/web (shop/web:b): name who in retention.shared-with',
    });
    expect(verdicts({ ...of, usersAreNamed: true })['a']?.goes).to.equal(true);
    expect(verdicts({ ...of, usersAreNamed: true })['b']?.goes).to.equal(false);
  });

  it('never deletes what is needed, what such an index is made of, or what others made; whatever the repository holds', () => {
    const letters = ['1', '2', '3', '4', '5', '6'];
    const some = fc.subarray(letters);
    fc.assert(
      fc.property(
        some,
        some,
        some,
        fc.array(fc.tuple(fc.constantFrom(...letters), fc.subarray(letters)), { maxLength: 3 }),
        fc.boolean(),
        (needed, made, untagged, indexes, usersAreNamed) => {
          const children = new Map(indexes.map(([index, parts]) => [sha(index), parts.map(sha)]));
          const of = facts(
            letters.map((letter) => image(letter, { tags: untagged.includes(letter) ? [] : [letter] })),
            {
              needed: new Map(needed.map((letter) => [sha(letter), 'runs'])),
              made: new Set(made.map(sha)),
              known: new Set(made.map(sha)),
              children,
              usersAreNamed,
            },
          );
          const going = new Set(
            imageVerdicts(of, rule, cache, NOW)
              .filter(({ goes }) => goes)
              .map(({ id }) => id),
          );
          for (const letter of needed) {
            expect(going.has(sha(letter))).to.equal(false);
            for (const child of children.get(sha(letter)) ?? []) expect(going.has(child)).to.equal(false);
          }
          const parts = new Set([...children.values()].flat());
          for (const digest of going) expect(of.made.has(digest) || parts.has(digest)).to.equal(true);
          // Whatever stays is whole.
          for (const [index, own] of children)
            if (!going.has(index)) for (const child of own) expect(going.has(child)).to.equal(false);
        },
      ),
    );
  });
});
