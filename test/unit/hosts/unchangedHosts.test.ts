import { expect } from 'chai';
import type { Context, NamedEnvironment } from '../../../runner/src/context/context.js';
import type { Host } from '../../../runner/src/domain/host.js';
import type { PlannedLayer } from '../../../runner/src/hosts/plannedLayers.js';
import { layersOf } from '../../../runner/src/hosts/rules/layers.js';
import { UnchangedHosts, type UnchangedInput } from '../../../runner/src/hosts/unchangedHosts.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { FakeClock } from '../../support/stateRecords.js';

const hosts: readonly Host[] = ['a', 'b'].map((name) => ({
  name,
  address: name,
  port: 22,
  user: 'admin',
  groups: ['web'],
}));
const sources = { digest: 'f', unforeseen: undefined, looksAtOthers: false, usesFacts: false };
const allLayers = layersOf(['lamp.yml', 'app.yml']);
const planned = (more: Partial<typeof sources> = {}): readonly PlannedLayer[] =>
  allLayers.map((layer) => ({ layer, hosts, sources: { ...sources, ...more } }));

describe('hosts on which nothing has changed', () => {
  let store: MemoryStore;
  let clock: FakeClock;
  /** What hosts answer; undefined where they do not. */
  let states: Record<string, string | undefined>;
  let asked: string[];

  const look = (more: Partial<UnchangedInput> = {}, tell: (message: string) => void = () => undefined) => {
    const context = {
      clock,
      store: () => Promise.resolve(store),
      secrets: new SecretRegistry(),
      signal: new AbortController().signal,
      events: { emit: ({ message }: { message: string }) => tell(message) },
      ssh: () =>
        Promise.resolve({
          each: <T>(all: readonly Host[], work: (host: Host) => Promise<T>) => Promise.all(all.map(work)),
          execAsRoot: ({ name }: Host, _argv: unknown, { input }: { input: string }) => {
            asked.push(`${name} ${input.replaceAll('\0', ' ')}`.trim());
            const state = states[name];
            return Promise.resolve(
              state === undefined
                ? { exitCode: 1, stdout: '', stderr: 'sudo: a password is required' }
                : { exitCode: 0, stdout: `state ${state.repeat(64)}\n`, stderr: '' },
            );
          },
        }),
    } as unknown as Context;
    return UnchangedHosts.look(context, {
      environment: { name: 'staging', config: {} } as unknown as NamedEnvironment,
      layers: planned(),
      allLayers,
      hosts,
      allHosts: hosts,
      variables: {},
      tools: ['2.19.0'],
      believedMs: 3_600_000,
      isFull: false,
      isTagged: false,
      ...more,
    });
  };
  const end = (changed: Record<string, number>, ...paths: string[]) => ({
    changed: new Map(Object.entries(changed)),
    paths,
  });
  /** A good run of both layers on both hosts. */
  const run = async () => {
    const known = await look();
    expect(known.toRun).to.deep.equal([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    await known.begin();
    const done = end({ 'lamp.yml': 1, 'app.yml': 0 }, '/srv/x');
    await known.finish(
      new Map([
        ['a', done],
        ['b', done],
      ]),
    );
  };

  beforeEach(() => {
    store = new MemoryStore();
    clock = new FakeClock();
    states = { a: '1', b: '1' };
    asked = [];
  });

  it('are not asked where nothing is known of them, and not run on after a good run', async () => {
    await run();
    expect(asked).to.deep.equal(['a /srv/x', 'b /srv/x']);
    const known = await look();
    expect(known.toRun).to.deep.equal([[], []]);
    expect(known.since(0, ['a', 'b'])).to.equal(clock.now().getTime());
  });

  it('are run on where they, their files, their variables or the tools have changed, and with --full', async () => {
    await run();
    const both = ['a', 'b'];
    states['a'] = '2';
    expect((await look()).toRun).to.deep.equal([['a'], ['a']]);
    states['a'] = undefined;
    expect((await look()).toRun).to.deep.equal([['a'], ['a']]);
    states['a'] = '1';
    for (const more of [
      { layers: planned({ digest: 'g' }) },
      { variables: { a: 1 } },
      { tools: ['2.20.0'] },
      { isFull: true },
      { isTagged: true },
      { believedMs: 0 },
    ])
      expect((await look(more)).toRun, JSON.stringify(more)).to.deep.equal([both, both]);
  });

  it('are run on after a run that was cut off', async () => {
    await run();
    const known = await look({ isFull: true });
    await known.begin();
    expect((await look()).toRun).to.deep.equal([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('are still believed where only some tasks ran that changed nothing, and not where they did', async () => {
    await run();
    const tagged = async (changed: number) => {
      const known = await look({ isTagged: true });
      await known.begin();
      const done = end({ 'lamp.yml': changed, 'app.yml': 0 });
      await known.finish(
        new Map([
          ['a', done],
          ['b', done],
        ]),
      );
      return (await look()).toRun;
    };
    expect(await tagged(0)).to.deep.equal([[], []]);
    expect(await tagged(1)).to.deep.equal([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('are provisioned all the same where nothing can be kept, with a word', async () => {
    const told: string[] = [];
    const known = await look({}, (message) => told.push(message));
    store.full = true;
    await known.begin();
    await known.finish(new Map([['a', end({ 'lamp.yml': 0 })]]));
    expect(told.join('\n')).to.include('so the next run does everything');
  });
});
