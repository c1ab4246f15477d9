import { expect } from 'chai';
import type { ReleaseRecord } from '../../../../runner/src/domain/records.js';
import type { PruneItem } from '../../../../runner/src/domain/retention.js';
import { namedImage } from '../../../../runner/src/resources/prune/inUse.js';
import {
  definitionVerdict,
  mentions,
  type RevisionFacts,
} from '../../../../runner/src/resources/prune/rules/definitionVerdicts.js';
import { firstKept } from '../../../../runner/src/resources/prune/rules/firstKept.js';
import { withoutHeld } from '../../../../runner/src/resources/prune/rules/holders.js';
import { releasesToRetire } from '../../../../runner/src/resources/prune/rules/retiring.js';
import { release } from '../../../support/stateRecords.js';

const ARN = 'arn:aws:ecs:eu-west-1:1:task-definition/shop-web:12';

describe('a revision of a task definition', () => {
  const facts: RevisionFacts = {
    usedBy: undefined,
    isNewest: false,
    keep: 10,
    written: [],
    gone: new Set(['sha256:old']),
    staying: new Map([['sha256:new', '1.0: runs in staging']]),
    images: async () => [{ digest: 'sha256:old' }],
  };
  const rows: readonly (readonly [string, Partial<RevisionFacts>, string])[] = [
    ['of a release that is gone', {}, 'its release is gone'],
    ['that a service uses', { usedBy: 'the service web' }, 'the service web uses it'],
    ['that is one of the newest', { isNewest: true }, 'one of the 10 newest of its family'],
    [
      'that a journal names',
      { written: [{ name: 'staging', text: `{"arn":"${ARN}"}` }] },
      'a deployment to staging names it',
    ],
    [
      'of a release that stays',
      { images: async () => [{ digest: 'sha256:old' }, { digest: 'sha256:new' }] },
      '1.0: runs in staging',
    ],
    ['that Terraform registered', { images: async () => [{}] }, 'no release of this application is in it'],
  ];
  for (const [name, over, why] of rows)
    it(`${over === rows[0]?.[1] ? 'goes' : 'stays'}: one ${name}`, async () => {
      expect(await definitionVerdict(ARN, { ...facts, ...over })).to.deep.equal({
        goes: why === 'its release is gone',
        why,
      });
    });

  it('is named by its own name only', () => {
    expect(['shop-web:12"', 'x/shop-web:12'].map((text) => mentions(text, 'shop-web:12'))).to.deep.equal([
      true,
      true,
    ]);
    expect(['shop-web:123', 'my-shop-web:12'].map((text) => mentions(text, 'shop-web:12'))).to.deep.equal([
      false,
      false,
    ]);
  });
});

describe('an image as a task definition names it', () => {
  for (const [reference, repository, tag, digest] of [
    ['1.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.0', 'shop/web', '1.0', undefined],
    ['127.0.0.1:4566/shop/web@sha256:ab', 'shop/web', 'latest', 'sha256:ab'],
    ['localhost/web', 'web', 'latest', undefined],
    ['shop/web:2', 'shop/web', '2', undefined],
  ] as const)
    it(`is read: ${reference}`, () => {
      expect(namedImage(reference)).to.deep.equal({
        repository,
        tag,
        ...(digest === undefined ? {} : { digest }),
      });
    });
});

describe('a release', () => {
  const shown = (digest: string, goes: boolean): PruneItem => ({
    kind: 'images',
    id: digest,
    name: digest,
    goes,
    why: '',
  });
  const digestOf = (one: ReleaseRecord) => one.images['web']?.digest as string;
  const [old, other, now] = [release('1'), release('2'), release('3')];
  const needed = new Map([['3', 'runs']]);

  it('is retired where nothing needs it and its images go', () => {
    const images = [shown(digestOf(old), true), shown(digestOf(now), false)];
    expect(releasesToRetire([old, now], { needed, images })).to.deep.equal([old]);
  });

  it('stays while one of its images stays for a reason of its own', () => {
    expect(releasesToRetire([other, now], { needed, images: [shown(digestOf(other), false)] })).to.deep.equal(
      [],
    );
  });

  it('is retired though a needed one has the same image', () => {
    const same = { ...release('2'), images: now.images };
    expect(releasesToRetire([same, now], { needed, images: [shown(digestOf(now), false)] })).to.deep.equal([
      same,
    ]);
  });

  it('that ran before there was a ledger is never retired', () => {
    expect(releasesToRetire([{ ...old, adopted: true }], { needed, images: [] })).to.deep.equal([]);
  });
});

describe('the oldest record that stays', () => {
  const at = (number: number, isNeeded = false) => ({
    number,
    at: new Date(number * 1000).toISOString(),
    isNeeded,
  });
  const records = [at(5), at(4), at(3), at(2, true), at(1)];
  it('is the oldest of the newest, of the young and of those that are needed', () => {
    expect(firstKept(records, { keep: 1, forMs: 0 }, 10_000)).to.equal(2);
    expect(firstKept([at(5), at(4), at(3)], { keep: 1, forMs: 6500 }, 10_000)).to.equal(4);
    expect(firstKept([at(5), at(4), at(3)], { keep: 2, forMs: 0 }, 10_000)).to.equal(4);
  });
});

describe('images that go', () => {
  it('are not those that a staying one is made of, or that are attached to it', () => {
    const going = ['index', 'part', 'signature', 'other'].map((id) => ({ id }));
    const holders = new Map([
      ['part', ['index']],
      ['signature', ['part']],
    ]);
    expect(withoutHeld(going, new Set(['index']), holders)).to.deep.equal([{ id: 'other' }]);
    expect(withoutHeld(going, new Set(), holders)).to.deep.equal(going);
  });
});
