import { expect } from 'chai';
import { imageNamer } from '../../../../runner/src/delivery/diff/imageNames.js';
import { diffService } from '../../../../runner/src/delivery/targets/ecs/diffService.js';
import { nextRevision } from '../../../../runner/src/delivery/targets/ecs/nextRevision.js';
import { ecsServiceSchema } from '../../../../runner/src/delivery/targets/ecs/schema.js';
import { differenceWords } from '../../../../runner/src/domain/difference.js';
import { environmentDiffText } from '../../../../runner/src/views/environmentDiff.js';
import { ecsWorld } from '../../../support/ecsWorld.js';
import { FakeFleet } from '../../../support/fakeFleet.js';
import { release } from '../../../support/stateRecords.js';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

describe('what a deploy would change in an ECS service', () => {
  it('is nothing where the release runs, the image where it does not, and changes nothing', async () => {
    const {
      target,
      current,
      release: next,
      ecs,
    } = ecsWorld('worker', { config: { environment: { A: '1' } } });
    expect((await target.diff(current)).differences.map(differenceWords)).to.deep.equal([
      'web: environment A added (1)',
    ]);
    const image = (letter: string) => `registry.example/shop/web@${digest(letter)}`;
    expect((await target.diff(next)).differences).to.deep.equal([
      { what: 'image', of: 'web', from: image('a'), to: image('b') },
      { what: 'environment', name: 'A', of: 'web', to: '1' },
    ]);
    expect(new Set(ecs.calls)).to.deep.equal(new Set(['DescribeServices', 'DescribeTaskDefinition']));
  });

  it('has what Terraform changed, marked', async () => {
    const { target, current, ecs } = ecsWorld('worker');
    const [first] = ecs.definitions.values();
    await ecs.register({ ...first, memory: '1024' } as Parameters<typeof ecs.register>[0]);
    const memory = { what: 'memory', to: '1024' };
    expect(await target.diff(current)).to.deep.equal({ differences: [memory], fromTerraform: [memory] });
  });

  it('has the strategy, where the service itself has another one', async () => {
    const { target, current, ecs } = ecsWorld('worker');
    ecs.service = { deploymentConfiguration: { strategy: 'BLUE_GREEN' } };
    expect((await target.diff(current)).differences).to.deep.equal([
      { what: 'strategy', from: 'blue-green', to: 'rolling' },
    ]);
  });

  it('is told once where two targets are two containers of it', () => {
    const member = (name: string) => ({
      name,
      config: ecsServiceSchema.parse({
        ...{ kind: 'ecs-service', cluster: 'main', service: 'shop', image: name, container: name },
      }),
    });
    const members = [member('web'), member('proxy')];
    const container = (name: string) => ({ name, image: `registry.example/${name}@${digest('a')}` });
    const running = {
      definition: {
        family: 'shop',
        memory: '512',
        containerDefinitions: ['web', 'proxy', 'agent'].map(container),
      },
      tags: [],
    };
    const image = (name: string) => ({ repository: name, digest: digest('b'), tags: [], inputs: '' });
    const ahead = nextRevision(
      () => 'registry.example',
      members,
      { cluster: 'main', service: 'shop', environment: 'staging' },
      release('1.0.0', { images: { web: image('web'), proxy: image('proxy') } }),
      {
        service: {},
        ...running,
        definition: { ...running.definition, memory: '1024' },
        taken: [{ what: 'memory', from: '512', to: '1024' }],
        kept: [],
      },
    );
    const told = (name: string) =>
      diffService(running, ahead, name, members).differences.map(({ what, of }) =>
        [what, of ?? ''].join(' '),
      );
    expect(told('web')).to.deep.equal(['image web', 'memory ']);
    expect(told('proxy')).to.deep.equal(['image proxy']);
  });
});

describe('an image that a tag names', () => {
  const config = ecsServiceSchema.parse({
    kind: 'ecs-service',
    cluster: 'main',
    service: 'shop',
    image: 'web',
  });
  const of = (running: string, adopted: boolean) => {
    const definition = { family: 'shop', containerDefinitions: [{ name: 'web', image: running }] };
    const image = { repository: 'shop/web', digest: digest('a'), tags: ['1.4.2', 'latest'], inputs: '' };
    return nextRevision(
      () => 'registry.example',
      [{ name: 'web', config }],
      { cluster: 'main', service: 'shop', environment: 'staging' },
      release('1.4.2', { images: { web: image }, ...(adopted ? { adopted } : {}) }),
      { service: {}, definition, tags: [], taken: [], kept: [] },
    ).next;
  };

  it('is left as it is where it was found running, and only there', () => {
    expect(of('registry.example/shop/web:1.4.2', true).changed).to.equal(false);
    expect(of('registry.example/shop/web', true).changed).to.equal(false);
    for (const [running, adopted] of [
      ['registry.example/shop/web:1.4.2', false],
      ['registry.example/shop/web:1.4.3', true],
      ['other.example/shop/web:1.4.2', true],
      [`registry.example/shop/web@${digest('b')}`, true],
    ] as const) {
      const { changed, input } = of(running, adopted);
      expect(changed, running).to.equal(true);
      expect(input.containerDefinitions?.[0]?.image).to.equal(`registry.example/shop/web@${digest('a')}`);
    }
  });
});

describe('what a deploy would change on the hosts of a fleet', () => {
  it('is the version of each, nothing where it runs, and unknown where a host does not answer', async () => {
    const fleet = new FakeFleet(3);
    const target = fleet.target();
    await target.deploy(fleet.release('1.0.0'), fleet.rollout());
    expect(await target.diff(fleet.release('1.0.0'))).to.deep.equal({ differences: [] });
    const host = fleet.hosts.get('web-2');
    if (host !== undefined) host.reachable = false;
    const { differences, unknown } = await target.diff(fleet.release('1.1.0'));
    expect(differences.map(differenceWords)).to.deep.equal([
      'web-1: version 1.0.0 → 1.1.0',
      'web-3: version 1.0.0 → 1.1.0',
    ]);
    expect(unknown).to.have.length(1);
    expect(unknown?.[0]).to.match(/^web-2: /);
  });

  it('is only settings where the version is the same', async () => {
    const fleet = new FakeFleet(1);
    await fleet.target().deploy(fleet.release('1.0.0'), fleet.rollout());
    const { differences } = await fleet.target({ environment: { A: '1' } }).diff(fleet.release('1.0.0'));
    expect(differences.map(({ what, of }) => [what, of])).to.deep.equal([['settings', 'web-1']]);
  });
});

describe('a difference of images', () => {
  const namer = () =>
    imageNamer(
      {
        release: async (version: string) => release(version),
        releases: async () => [release('0.9.0')],
      },
      '1.0.0',
      release('1.1.0', { images: { web: { repository: 'shop/web', digest: '', tags: [], inputs: '' } } }),
    );
  const image = (digestOf: string) => ({ what: 'image', from: `r/shop/web@${digestOf}`, to: 'r/shop/web@' });

  it('is told by version: of what runs, of an older release, of what is not built yet', async () => {
    const withName = await namer();
    expect(differenceWords(withName(image('sha256:digest-of-1.0.0')))).to.equal(
      'image 1.0.0 (sha256:digest-of-1.) → 1.1.0 (not built yet)',
    );
    expect(withName(image('sha256:digest-of-0.9.0'))).to.have.deep.property('from', {
      image: 'r/shop/web',
      digest: 'sha256:digest-of-0.9.0',
      version: '0.9.0',
    });
  });

  it('is told by digest, or as it is, where no release has it', async () => {
    const withName = await namer();
    expect(differenceWords(withName(image('sha256:other')))).to.contain('image r/shop/web@sha256:other →');
    expect(differenceWords(withName({ what: 'image', from: 'nginx:1', to: 'nginx:2' }))).to.equal(
      'image nginx:1 → nginx:2',
    );
    expect(withName({ what: 'cpu', from: '1@2', to: '2' })).to.deep.equal({
      what: 'cpu',
      from: '1@2',
      to: '2',
    });
  });
});

describe('the text of a diff', () => {
  const base = { environment: 'staging', current: '1.0.0', version: '1.1.0', built: true };

  it('says so where nothing would change', () => {
    const text = environmentDiffText({
      ...base,
      different: false,
      targets: [{ name: 'web', kind: 'ecs-service', differences: [] }],
    });
    expect(text).to.equal('A deploy of 1.1.0 to staging would change nothing.');
  });

  it('has a line a difference, with where it comes from, and what is kept or unknown', () => {
    const memory = { what: 'memory', from: '512', to: '1024' };
    const text = environmentDiffText({
      ...base,
      current: null,
      built: false,
      different: true,
      targets: [
        {
          name: 'web',
          kind: 'ecs-service',
          differences: [{ what: 'environment', name: 'A', of: 'web', to: '' }, memory],
          fromTerraform: [memory],
          kept: [{ what: 'cpu', from: '512', to: '256' }],
          beside: ['web migrates before it is updated: ./manage migrate'],
        },
        { name: 'hosts', kind: 'fleet', differences: [], unknown: ['web-2: no route'] },
      ],
    });
    expect(text.split('\n')).to.deep.equal([
      'A deploy of 1.1.0 (not built yet) to staging (now nothing in this ledger) would change:',
      '  web (ecs-service)',
      "    environment A added ('')",
      '    memory 512 → 1024, from Terraform',
      '    not taken along from Terraform: cpu 512 → 256; what runs was changed otherwise, and is kept',
      '    web migrates before it is updated: ./manage migrate',
      '  hosts (fleet)',
      '    unknown: web-2: no route',
    ]);
  });
});
