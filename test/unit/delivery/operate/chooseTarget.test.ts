import { expect } from 'chai';
import type { Context, NamedEnvironment } from '../../../../runner/src/context/context.js';
import type { Operations } from '../../../../runner/src/context/operations.js';
import type { Target } from '../../../../runner/src/context/target.js';
import { operatedTarget, operatedTargets } from '../../../../runner/src/delivery/operate/chooseTarget.js';
import { versionsByDigest, wantedTasks } from '../../../../runner/src/delivery/operate/releases.js';
import { rejection } from '../../../support/rejection.js';
import { release } from '../../../support/stateRecords.js';

const never = () => Promise.reject(new Error('not asked'));
const looks: Operations = { tasks: never, logs: never };
const service: Operations = { ...looks, scale: never, exec: never };
const fleet: Operations = {
  ...looks,
  exec: never,
  cannot: { scale: { why: 'a fleet has one container a host', next: 'Change the hosts.' } },
};

function environment(targets: Readonly<Record<string, Operations | undefined>>) {
  const config = Object.fromEntries(Object.keys(targets).map((name) => [name, { image: 'web' }]));
  const context = {
    targets: async (_: unknown, names: readonly string[] = []) =>
      Object.entries(targets)
        .filter(([name]) => names.length === 0 || names.includes(name))
        .map(([name, operations]) => ({
          name,
          kind: operations === undefined ? 'static-site' : 'fleet',
          ...(operations === undefined ? {} : { operations: async () => operations }),
        })) as unknown as readonly Target[],
  } as unknown as Context;
  return [context, { name: 'staging', config: { targets: config } } as unknown as NamedEnvironment] as const;
}

describe('the target that something is done with', () => {
  it('is the one that is named, or the only one that can', async () => {
    const place = environment({ web: service, hosts: fleet, site: undefined });
    expect((await operatedTarget(...place, 'hosts', 'exec')).name).to.equal('hosts');
    expect((await operatedTarget(...place, undefined, 'scale')).name).to.equal('web');
  });

  it('has to be named where several can, and they are listed', async () => {
    const error = await rejection(
      operatedTarget(...environment({ web: service, hosts: fleet }), undefined, 'exec'),
      'USAGE',
    );
    expect(error.message).to.equal('staging has several targets: web, hosts');
    expect(error.next).to.equal('Name one: --target web');
  });

  it('says by name what it cannot, and what to do instead', async () => {
    const error = await rejection(
      operatedTarget(...environment({ hosts: fleet }), 'hosts', 'scale'),
      'USAGE',
    );
    expect(error.message).to.equal('hosts cannot be scaled: a fleet has one container a host');
    expect(error.next).to.equal('Change the hosts.');
  });

  it('is none where nothing runs in it, but does not hide the others', async () => {
    const place = environment({ web: service, site: undefined });
    expect((await operatedTargets(...place, [])).map(({ name }) => name)).to.deep.equal(['web']);
    expect((await rejection(operatedTargets(...place, ['site']), 'USAGE')).message).to.contain(
      'site has no tasks',
    );
  });
});

describe('the release of a task', () => {
  const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
  const releases = Object.fromEntries(
    (
      [
        ['1.0.0', 'a'],
        ['1.1.0', 'b'],
      ] as const
    ).map(([version, letter]) => [
      version,
      release(version, {
        images: { web: { repository: 'shop/web', digest: digest(letter), tags: [], inputs: digest(letter) } },
      }),
    ]),
  );

  it('is found by digest among what was deployed, and asked for no further than needed', async () => {
    const asked: string[] = [];
    const ledger = {
      deployments: async () => ['1.1.0', '1.1.0', '1.0.0'].map((version) => ({ version })),
      release: async (version: string) => {
        asked.push(version);
        return releases[version];
      },
    };
    const context = { state: async () => ({ ledger }) } as unknown as Context;
    const found = await versionsByDigest(context, 'staging', new Set([digest('b')]));
    expect([...found]).to.deep.equal([[digest('b'), '1.1.0']]);
    expect(asked).to.deep.equal(['1.1.0']);
    expect([
      ...(await versionsByDigest(context, 'staging', new Set([digest('a'), digest('c')]))),
    ]).to.deep.equal([[digest('a'), '1.0.0']]);
  });

  it('chooses tasks, and so does the revision', () => {
    const task = { id: '1', revision: 'web:7', digest: digest('a'), status: 'running' };
    const of = (version: string | undefined, revision: string | undefined) =>
      wantedTasks(
        { runs: { image: 'web' } },
        version === undefined ? undefined : releases[version],
        revision,
      );
    expect(of(undefined, undefined)).to.equal(undefined);
    expect(of('1.0.0', undefined)?.(task)).to.equal(true);
    expect(of('1.1.0', undefined)?.(task)).to.equal(false);
    expect(of(undefined, '7')?.(task)).to.equal(true);
    expect(of(undefined, 'web:7')?.(task)).to.equal(true);
    expect(of('1.0.0', '8')?.(task)).to.equal(false);
  });
});
