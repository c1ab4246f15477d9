import { expect } from 'chai';
import type { AwsClients } from '../../../../../runner/src/adapters/aws/clients.js';
import { ecsServiceSchema } from '../../../../../runner/src/delivery/targets/ecs/schema.js';
import type { Rollout } from '../../../../../runner/src/context/target.js';
import { EcsTarget } from '../../../../../runner/src/delivery/targets/ecs/ecsTarget.js';
import {
  byService,
  SharedService,
  type Member,
} from '../../../../../runner/src/delivery/targets/ecs/sharedService.js';
import { FakeEcs } from '../../../../support/fakeEcs.js';
import { FakeTasks } from '../../../../support/fakeTasks.js';
import { rejection } from '../../../../support/rejection.js';
import { release as releaseRecord } from '../../../../support/stateRecords.js';
import { VirtualClock } from '../../../../support/virtualClock.js';
import { stageOf } from '../../../../support/stage.js';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const image = (name: string, letter: string) => `registry.example/shop/${name}@${digest(letter)}`;
const release = (web: string, proxy: string, version = '1.0.0') =>
  releaseRecord(version, {
    images: Object.fromEntries(
      Object.entries({ web, proxy }).map(([name, letter]) => [
        name,
        { repository: `shop/${name}`, digest: digest(letter), tags: [], inputs: letter },
      ]),
    ),
  });
const member = (name: string, settings: object = {}): Member => ({
  name,
  config: ecsServiceSchema.parse({
    kind: 'ecs-service',
    cluster: 'main',
    service: 'shop',
    image: name,
    container: name,
    health: { path: `/${name}`, for: '5s', interval: '1s', timeout: '20s' },
    ...settings,
  }),
});

/** One service of two containers, and a target for each. */
function world(settings: { web?: object; proxy?: object } = {}) {
  const clock = new VirtualClock();
  const ecs = new FakeEcs(clock, {
    family: 'shop',
    networkMode: 'awsvpc',
    containerDefinitions: [
      { name: 'web', image: image('web', 'a'), portMappings: [{ containerPort: 8000 }] },
      { name: 'proxy', image: image('proxy', 'a'), portMappings: [{ containerPort: 80 }] },
    ],
  });
  const tasks = new FakeTasks(clock, (call) => void ecs.calls.push(call));
  const members = [member('web', settings.web), member('proxy', settings.proxy)];
  const scope = { cluster: 'main', service: 'shop', environment: 'staging' };
  const shared = new SharedService({ scope, api: ecs, tasks, clock, members });
  const answers = { ill: '' };
  const probed = new Set<string>();
  const [web, proxy] = members.map(
    ({ name, config }) =>
      new EcsTarget({
        name,
        config,
        shared,
        clock,
        environmentName: 'staging',
        aws: { logs: async () => ({}), call: async () => ({ events: [] }) } as unknown as AwsClients,
        registry: () => 'registry.example',
        probe: async (url) => {
          probed.add(url);
          const ill = answers.ill !== '' && url.endsWith(answers.ill);
          return ill ? { status: 503, words: '503' } : { status: 200, words: '200' };
        },
      }),
  ) as [EcsTarget, EcsTarget];
  const journal: string[] = [];
  const rollout = (name: string): Rollout => ({
    stage: stageOf('deploy:staging'),
    signal: new AbortController().signal,
    journal: async (action) => void journal.push(`${name}: ${action}`),
  });
  const made = (call: string) => ecs.calls.filter((one) => one === call).length;
  return { ecs, tasks, web, proxy, rollout, journal, probed, answers, made };
}

describe('two targets that are containers of one ECS service', () => {
  const orders = {
    'side by side': (web: () => Promise<unknown>, proxy: () => Promise<unknown>) =>
      Promise.all([web(), proxy()]),
    'one after the other': async (web: () => Promise<unknown>, proxy: () => Promise<unknown>) => [
      await web(),
      await proxy(),
    ],
  };
  for (const [how, both] of Object.entries(orders)) {
    it(`move it once, with one revision of both images (${how})`, async () => {
      const { ecs, web, proxy, rollout, journal, probed, made } = world();
      const records = await both(
        () => web.deploy(release('b', 'c'), rollout('web')),
        () => proxy.deploy(release('b', 'c'), rollout('proxy')),
      );
      expect(ecs.registered).to.have.length(1);
      expect(ecs.registered[0]?.containerDefinitions?.map((one) => one.image)).to.deep.equal([
        image('web', 'b'),
        image('proxy', 'c'),
      ]);
      expect(made('UpdateService')).to.equal(1);
      expect(journal).to.deep.equal(['web: register', 'web: update']);
      expect(records).to.have.length(2);
      const [first, second] = records as { status: string; digest: string }[];
      expect(first).to.include({ status: 'healthy', digest: digest('b') });
      expect(second).to.include({ status: 'healthy', digest: digest('c') });
      // Each is probed at its own port and path.
      expect([...probed].map((url) => url.replace(/10\.0\.0\.\d/, 'TASK')))
        .to.include('http://TASK:8000/web')
        .and.to.include('http://TASK:80/proxy');
    });
  }

  it('take a release of which one image alone is new, and leave the other as it is', async () => {
    const { ecs, web, proxy, rollout } = world();
    await Promise.all([
      web.deploy(release('a', 'c'), rollout('web')),
      proxy.deploy(release('a', 'c'), rollout('proxy')),
    ]);
    expect(ecs.registered).to.have.length(1);
    expect(ecs.registered[0]?.containerDefinitions?.map((one) => one.image)).to.deep.equal([
      image('web', 'a'),
      image('proxy', 'c'),
    ]);
  });

  it('change nothing where both run already', async () => {
    const { web, proxy, rollout, made } = world();
    const records = await Promise.all([
      web.deploy(release('a', 'a'), rollout('web')),
      proxy.deploy(release('a', 'a'), rollout('proxy')),
    ]);
    expect(records.map(({ status }) => status)).to.deep.equal(['unchanged', 'unchanged']);
    expect(made('UpdateService')).to.equal(0);
  });

  it('go back together, once, where one of them is ill', async () => {
    const { ecs, web, proxy, rollout, answers, made } = world();
    const before = { web: await web.snapshot(), proxy: await proxy.snapshot() };
    expect(before.web['digest']).to.equal(digest('a'));
    answers.ill = '/proxy';
    const good = web.deploy(release('b', 'c'), rollout('web'));
    const failure = await rejection(proxy.deploy(release('b', 'c'), rollout('proxy')), 'DEPLOY_FAILED');
    expect(failure.message).to.contain('503');
    await good;
    answers.ill = '';
    const back = await Promise.all([
      web.restore(before.web, rollout('web')),
      proxy.restore(before.proxy, rollout('proxy')),
    ]);
    expect(back.map(({ status }) => status)).to.deep.equal(['rolled-back', 'rolled-back']);
    expect(ecs.runs).to.equal('shop:1');
    expect(made('UpdateService')).to.equal(2);
    // And may be deployed to again.
    await Promise.all([
      web.deploy(release('b', 'c'), rollout('web')),
      proxy.deploy(release('b', 'c'), rollout('proxy')),
    ]);
    expect(made('UpdateService')).to.equal(3);
  });

  it('migrate once, with the revision of both', async () => {
    const { tasks, web, proxy, rollout, journal } = world({ web: { migrate: { command: './migrate' } } });
    // The one that comes first does it for all, also for the one that has the migration.
    const [first, second] = await Promise.all([
      proxy.deploy(release('b', 'c'), rollout('proxy')),
      web.deploy(release('b', 'c'), rollout('web')),
    ]);
    expect(tasks.started).to.have.length(1);
    expect(tasks.started[0]?.overrides?.containerOverrides?.[0]?.name).to.equal('web');
    expect(journal.slice(0, 3)).to.deep.equal(['proxy: register', 'proxy: migrate', 'proxy: migrated']);
    expect(first.facts).not.to.have.property('migration');
    expect(second.facts).to.have.property('migration');
  });

  it('refuse, before anything is asked, a release without the image of one of them', async () => {
    const { ecs, web, rollout } = world();
    const only = releaseRecord('1.0.0', { images: { web: release('b', 'b').images['web'] as never } });
    await rejection(web.deploy(only, rollout('web')), 'RELEASE_UNKNOWN');
    expect(ecs.calls).to.deep.equal([]);
  });
});

describe('targets whose names are resolved', () => {
  it('are sorted by service, also where one names ARNs', () => {
    const arn = 'arn:aws:ecs:eu-west-1:111111111111';
    const groups = byService(
      [
        member('web'),
        member('jobs', { service: 'jobs' }),
        member('proxy', { cluster: `${arn}:cluster/main`, service: `${arn}:service/main/shop` }),
      ],
      'staging',
    );
    expect(groups.map((group) => group.map(({ name }) => name))).to.deep.equal([['web', 'proxy'], ['jobs']]);
  });

  it('are refused where two of one service are not two containers of it', async () => {
    const refused = Promise.resolve().then(() =>
      byService([member('web'), member('proxy', { container: 'web' })], 'staging'),
    );
    const failure = await rejection(refused, 'CONFIG_INVALID');
    expect(failure.message).to.match(/^target proxy is the same ECS service as target web/);
  });
});
