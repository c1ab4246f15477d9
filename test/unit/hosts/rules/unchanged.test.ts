import { expect } from 'chai';
import { hostsToRun, recordOf, type LayerPlan } from '../../../../runner/src/hosts/rules/unchanged.js';
import type { ProvisionedHost } from '../../../../runner/src/domain/provisionedHost.js';

const AT = '2026-11-29T06:00:00.000Z';
const HOUR = 3_600_000;
const good = (state = 's', ...layers: string[]): ProvisionedHost => ({
  state,
  paths: [],
  layers: Object.fromEntries(layers.map((key) => [key, { digest: `d-${key}`, at: AT }])),
});
const plan = (key: string, hosts: readonly string[], more: Partial<LayerPlan> = {}): LayerPlan => ({
  key,
  digests: new Map(hosts.map((host) => [host, `d-${key}`])),
  isTogether: false,
  ...more,
});
const known = (records: Record<string, ProvisionedHost>, states: Record<string, string> = {}, hours = 1) => ({
  records: new Map(Object.entries(records)),
  states: new Map(Object.entries(states)),
  now: Date.parse(AT) + hours * HOUR,
  believedMs: 24 * HOUR,
});

describe('hosts that a layer has to run on', () => {
  const both = { a: good('s', 'lamp', 'app'), b: good('s', 'lamp', 'app') };
  const same = { a: 's', b: 's' };
  const layers = [plan('lamp', ['a', 'b']), plan('app', ['a', 'b'])];

  it('are none where nothing has changed since the last good run', () =>
    expect(hostsToRun(layers, known(both, same))).to.deep.equal([[], []]));

  it('are those that changed, that were never done, or that could not be asked', () => {
    expect(hostsToRun(layers, known(both, { a: 'other', b: 's' }))).to.deep.equal([['a'], ['a']]);
    expect(hostsToRun(layers, known({ a: both.a }, same))).to.deep.equal([['b'], ['b']]);
    expect(hostsToRun(layers, known(both, { b: 's' }))).to.deep.equal([['a'], ['a']]);
  });

  it('are all of what follows a layer that runs, and none of what is before it', () => {
    const changed = [layers[0]!, plan('php', ['a', 'b'], { digests: new Map([['a', 'new']]) }), layers[1]!];
    const records = { a: good('s', 'lamp', 'php', 'app'), b: both.b };
    expect(hostsToRun(changed, known(records, same))).to.deep.equal([[], ['a'], ['a']]);
  });

  it('are all or none where hosts of a layer look at each other', () => {
    const together = [plan('lamp', ['a', 'b'], { isTogether: true }), layers[1]!];
    expect(hostsToRun(together, known(both, { a: 'other', b: 's' }))).to.deep.equal([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('are all where a layer cannot be foreseen, and where the good run is too long ago or yet to come', () => {
    const always = [plan('lamp', ['a'], { always: 'it looks up env' })];
    expect(hostsToRun(always, known(both, same))).to.deep.equal([['a']]);
    expect(hostsToRun(layers, known(both, same, 24))).to.deep.equal([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(hostsToRun(layers, known(both, same, -1))[0]).to.deep.equal(['a', 'b']);
  });
});

describe('what is kept of a host', () => {
  const after = { state: 't', paths: ['/etc/b'], at: '2026-11-29T07:00:00.000Z' };
  const keysOf = (record: ProvisionedHost) => Object.keys(record.layers);

  it('are the layers that ran, and those before that still count', () => {
    const before = { ...good('s', 'lamp', 'php', 'app'), paths: ['/etc/a'] };
    const record = recordOf(
      before,
      [
        { key: 'lamp', changed: 0 },
        { key: 'php', digest: 'new', changed: 0 },
        { key: 'app', changed: 0 },
      ],
      after,
    );
    expect(record).to.deep.equal({
      state: 't',
      paths: ['/etc/a', '/etc/b'],
      layers: { ...before.layers, php: { digest: 'new', at: after.at } },
    });
  });

  it('is nothing of layers behind one that changed something and that did not run', () => {
    const ends = [
      { key: 'lamp', changed: 0 },
      { key: 'php', digest: 'new', changed: 2 },
      { key: 'app', changed: 0 },
    ];
    expect(keysOf(recordOf(good('s', 'lamp', 'php', 'app'), ends, after))).to.deep.equal(['lamp', 'php']);
  });

  it('is nothing of what was known of a host that had changed, nor of a layer that ran in part', () => {
    const ends = [
      { key: 'lamp', changed: 1 },
      { key: 'app', digest: 'd', changed: 0 },
    ];
    expect(keysOf(recordOf(undefined, ends, after))).to.deep.equal(['app']);
    expect(keysOf(recordOf(good('s', 'lamp', 'app'), ends, after))).to.deep.equal(['app']);
  });
});
