import { expect } from 'chai';
import fc from 'fast-check';
import type { OwnMachineImage } from '../../../../runner/src/domain/machineImage.js';
import {
  isOwn,
  machineImageVerdict,
  snapshotVerdict,
  type MachineFacts,
} from '../../../../runner/src/resources/prune/rules/machineImageVerdicts.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const DAY_MS = 86_400_000;
const self = { application: 'shop', environment: 'staging' };
const OWN = { application: 'shop', environment: 'staging' };

const image = (id: string, over: Partial<OwnMachineImage> = {}): OwnMachineImage => ({
  ...{ id, name: `web-${id}`, state: 'available', created: '2026-01-01T00:00:00Z', tags: OWN },
  ...{ isPublic: false, snapshots: [`snap-${id}`] },
  ...over,
});
const facts = (over: Partial<MachineFacts> = {}): MachineFacts => ({
  ...{ self, images: [], uses: { images: new Map(), snapshots: new Map() }, unknown: undefined },
  ...{ written: [], rule: { keep: 0, forMs: 30 * DAY_MS }, nowMs: NOW, launchersOf: async () => [] },
  sharersOf: async () => [],
  ...over,
});
const whyOf = async (one: OwnMachineImage, over: Partial<MachineFacts> = {}): Promise<string> => {
  const { goes, why } = await machineImageVerdict(one, facts({ images: [one], ...over }));
  return goes ? 'goes' : why;
};

describe('which machine images go', () => {
  it('one that nothing uses goes', async () => {
    expect(await whyOf(image('ami-1'))).to.equal('goes');
  });

  it('stay where something uses or names them', async () => {
    const uses = { images: new Map([['ami-1', 'the instance i-1 has it']]), snapshots: new Map() };
    expect(await whyOf(image('ami-1'), { uses })).to.equal('the instance i-1 has it');
    const written = [{ name: 'a deployment to staging', text: '{"image":"ami-1"}' }];
    expect(await whyOf(image('ami-1'), { written })).to.equal('a deployment to staging names it');
  });

  const held: readonly (readonly [string, Partial<OwnMachineImage>, RegExp])[] = [
    ['AWS Backup made them', { tags: { ...OWN, 'aws:backup:source-resource': 'i-1' } }, /aws:backup/],
    ['they are being made', { state: 'pending' }, /state is pending/],
    ['they are disabled', { state: 'disabled' }, /state is disabled/],
    ['they are public', { isPublic: true }, /public/],
    ['they are protected', { protection: 'enabled-with-cooldown' }, /protected .*enabled-with-cooldown/],
    ['they are deprecated', { deprecated: '2026-05-01T00:00:00Z' }, /deprecated on 2026-05-01/],
    ['they are young', { created: '2026-05-20T00:00:00Z' }, /made within 30d/],
    ['nobody knows how old they are', { created: 'long ago' }, /made within 30d/],
    ['they were launched lately', { launched: '2026-05-20T00:00:00Z' }, /launched within 30d/],
  ];
  for (const [when, over, why] of held)
    it(`stay where ${when}`, async () => {
      expect(await whyOf(image('ami-1', over))).to.match(why);
    });

  it('go where protection is off, and where they are to be deprecated one day', async () => {
    const over = { protection: 'disabled', deprecated: '2028-01-01T00:00:00Z' };
    expect(await whyOf(image('ami-1', over))).to.equal('goes');
  });

  it('stay while they are copied', async () => {
    const copy = image('ami-2', { source: 'ami-1', state: 'pending', tags: {} });
    expect(await whyOf(image('ami-1'), { images: [copy, image('ami-1')] })).to.equal(
      'ami-2 is being copied from it',
    );
  });

  it('stay where they are shared, and that is asked only where nothing else keeps them', async () => {
    const asked: string[] = [];
    const launchersOf = async (id: string) => {
      asked.push(id);
      return ['222222222222'];
    };
    expect(await whyOf(image('ami-1'), { launchersOf })).to.match(/shared with 222222222222/);
    expect(await whyOf(image('ami-2', { isPublic: true }), { launchersOf })).to.match(/public/);
    expect(asked).to.deep.equal(['ami-1']);
  });

  it('stay where a launch template names an image by what cannot be read', async () => {
    expect(await whyOf(image('ami-1'), { unknown: 'web names its image by /web' })).to.match(/by \/web/);
  });

  it('stay where they are of the newest of the environment, or of the application alone', async () => {
    const alone = { application: 'shop' };
    const images = [
      image('ami-5'),
      image('ami-4', { tags: { application: 'shop', environment: 'production' } }),
      image('ami-3', { tags: alone }),
      image('ami-2'),
      image('ami-1', { tags: alone }),
    ];
    const going = [];
    for (const one of images.filter(({ tags }) => isOwn(tags, self)))
      if ((await whyOf(one, { images, rule: { keep: 1, forMs: 0 } })) === 'goes') going.push(one.id);
    expect(going).to.deep.equal(['ami-2', 'ami-1']);
  });

  it('are of the deployment only where all their tags say so', () => {
    expect(isOwn(OWN, self)).to.equal(true);
    expect(isOwn({ Application: 'shop' }, self)).to.equal(true);
    expect(isOwn({ environment: 'staging' }, self)).to.equal(false);
    expect(isOwn({ application: 'shop', Application: 'admin' }, self)).to.equal(false);
    expect(isOwn({ application: 'shop', environment: 'production' }, self)).to.equal(false);
    expect(isOwn({}, self)).to.equal(false);
  });

  it('nothing that is in use goes, whatever else is known', async () => {
    const ids = ['ami-1', 'ami-2', 'ami-3', 'ami-4'];
    const some = fc.subarray(ids);
    await fc.assert(
      fc.asyncProperty(
        ...([some, some, some, some, fc.nat(4)] as const),
        async (used, named, shared, copied, keep) => {
          const images = [
            ...ids.map((id) => image(id)),
            ...copied.map((id) => image(`copy-of-${id}`, { source: id, state: 'pending' })),
          ];
          const known = facts({
            images,
            rule: { keep, forMs: 0 },
            uses: { images: new Map(used.map((id) => [id, 'used'])), snapshots: new Map() },
            written: [{ name: 'the ledger', text: JSON.stringify(named) }],
            launchersOf: async (id) => (shared.includes(id) ? ['all'] : []),
          });
          const newest = ids.slice(0, keep);
          for (const one of images) {
            const { goes } = await machineImageVerdict(one, known);
            const isNeeded = [used, named, shared, copied, newest].some((list) => list.includes(one.id));
            expect(goes, one.id).to.equal(!isNeeded && one.state === 'available');
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('which snapshots go with their images', () => {
  const snapshot = { id: 'snap-1', tags: {} };
  const one = image('ami-1', { snapshots: ['snap-1'] });
  const verdictOf = (over: Partial<MachineFacts> = {}, tags = {}, going: readonly string[] = ['ami-1']) =>
    snapshotVerdict({ ...snapshot, tags }, facts({ images: [one], ...over }), new Set(going));

  it('one goes with its image, and after it', async () => {
    expect(await verdictOf()).to.deep.equal({ goes: true, why: 'ami-1 goes' });
    expect(await verdictOf({ images: [] }, {}, [])).to.deep.equal({
      goes: true,
      why: 'its image was pruned',
    });
  });

  it('stays where another image is made of it, of whomever that is', async () => {
    const other = image('ami-2', { snapshots: ['snap-1'], tags: {}, state: 'disabled' });
    expect(await verdictOf({ images: [one, other] })).to.deep.equal({
      goes: false,
      why: 'ami-2 is made of it',
    });
  });

  it('stays where a launch template names it, AWS manages it, or it is shared', async () => {
    const uses = { images: new Map(), snapshots: new Map([['snap-1', 'version 1 of web names it']]) };
    expect((await verdictOf({ uses })).why).to.equal('version 1 of web names it');
    expect((await verdictOf({}, { 'aws:dlm:lifecycle-policy-id': 'p' })).why).to.match(/aws:dlm/);
    expect((await verdictOf({ sharersOf: async () => ['222222222222'] })).why).to.match(/shared with 2+,/);
  });

  it('stays where its tags say that somebody else has it', async () => {
    const { goes, why } = await verdictOf({}, { application: 'admin' });
    expect([goes, why]).to.deep.equal([false, 'it is of admin/(no environment)']);
  });
});
