import { expect } from 'chai';
import type { Context } from '../../../runner/src/context/context.js';
import type { ReleaseRecord } from '../../../runner/src/domain/records.js';
import { copyImages } from '../../../runner/src/release/copyImages.js';
import { shareOneRegistry, registryOfImages } from '../../../runner/src/release/registryOfImages.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { fakeAws, sdkError, type FakeAws } from '../../support/fakeAws.js';
import { FakeRegistry } from '../../support/fakeRegistry.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = (production = '', aws = '{ region: us-east-1 }') => `application: shop
images:
  web: { repository: shop/web }
  worker: { repository: shop/worker }
environments:
  staging:
    aws: { region: eu-west-1 }
    targets: { web: { kind: ecs-service, cluster: c, service: s, image: web } }
  production:
    extends: staging
    aws: ${aws}
    targets: { web: { service: p } }
    promotion: { from: staging${production} }
`;

describe('bringing images to another account or region', function () {
  this.timeout(20_000);
  let staging: FakeRegistry;
  let production: FakeRegistry;
  let aws: Record<string, FakeAws>;
  let tags: string[];
  let place: Deployment;
  let context: Context;

  /** An account's ECR: its API over the same images that its registry serves. */
  const ecrOf = (registry: FakeRegistry): FakeAws => {
    const repositories = new Set(registry === staging ? ['shop/web', 'shop/worker'] : []);
    const needed = (name: string) => {
      if (!repositories.has(name)) throw sdkError('RepositoryNotFoundException');
    };
    const served = (repository: string, digest: string) => registry.manifests.get(`${repository}@${digest}`);
    const byTag = new Map<string, string>();
    return fakeAws({
      'ecr:GetAuthorizationToken': () => ({
        authorizationData: [
          {
            authorizationToken: Buffer.from(`AWS:${registry.password}`).toString('base64'),
            proxyEndpoint: `http://${registry.host}`,
          },
        ],
      }),
      'ecr:BatchGetImage': ({ repositoryName, imageIds }) => {
        needed(repositoryName as string);
        const [{ imageDigest, imageTag }] = imageIds as [{ imageDigest?: string; imageTag?: string }];
        const digest = imageDigest ?? byTag.get(`${String(repositoryName)}:${imageTag}`) ?? '';
        const found = served(repositoryName as string, digest);
        return found === undefined
          ? { failures: [{ failureCode: 'ImageNotFound' }] }
          : { images: [{ imageManifest: found.bytes.toString(), imageManifestMediaType: found.type }] };
      },
      'ecr:DescribeRepositories': ({ repositoryNames }) => needed((repositoryNames as string[])[0] as string),
      'ecr:CreateRepository': ({ repositoryName }) => void repositories.add(repositoryName as string),
      'ecr:PutImage': ({ repositoryName, imageTag, imageManifest }) => {
        const found = [...registry.manifests].find(([, { bytes }]) => bytes.toString() === imageManifest);
        byTag.set(`${String(repositoryName)}:${String(imageTag)}`, found?.[0].split('@')[1] ?? '');
        tags.push(imageTag as string);
      },
    });
  };
  const open = async (config = CONFIG()) => {
    place = await deployment({ 'automation-stack.yml': config }, { AUTOMATION_STACK_REGISTRY: undefined });
    context = { ...place.context, aws: async ({ name }) => aws[name] as FakeAws };
  };
  const release = (digest: string): ReleaseRecord => {
    const image = { repository: 'shop/web', digest, tags: ['1.2.0', 'commit-abc'], inputs: 'sha256:1' };
    const images = { web: image, worker: { ...image, repository: 'shop/worker' } };
    return { version: '1.2.0', images } as unknown as ReleaseRecord;
  };
  const bring = async (digest: string) =>
    copyImages(context, {
      environment: await context.environment('production'),
      release: release(digest),
      stage: stageOf('promote:production', context),
    });

  beforeEach(async () => {
    [staging, production] = await Promise.all([FakeRegistry.start(), FakeRegistry.start()]);
    staging.auth = production.auth = 'basic';
    production.password = 'password-of-production';
    tags = [];
    aws = { staging: ecrOf(staging), production: ecrOf(production) };
    await open();
  });
  afterEach(async () => {
    await Promise.all([staging.stop(), production.stop()]);
    place.remove();
  });

  it('copies nothing for a fleet that pulls from a registry of its own', async () => {
    place.remove();
    const fleet = '{ kind: fleet, group: web, image: web, registry: registry.example.org/team }';
    await open(
      CONFIG()
        .replace('{ kind: ecs-service, cluster: c, service: s, image: web }', fleet)
        .replace('{ service: p }', '{ batch: 1 }'),
    );
    const { digest } = staging.putImage('shop/web', ['one']);
    await bring(digest);
    expect(production.manifests.size).to.equal(0);
    expect(tags).to.deep.equal([]);
  });

  it('copies what the targets run, into a repository that it makes, under the tags of the release', async () => {
    const { digest } = staging.putImage('shop/web', ['one', 'two']);
    await bring(digest);
    expect([...production.manifests.keys()]).to.deep.equal([`shop/web@${digest}`]);
    expect(tags).to.deep.equal(['1.2.0', 'commit-abc']);
    expect(place.events).to.deep.include({
      time: place.events.find(({ type }) => type === 'stage.fact')?.time,
      type: 'stage.fact',
      stage: 'promote:production',
      name: 'image web',
      value: `${production.host}/shop/web@${digest}`,
    });
    expect(place.events.filter(({ type }) => type === 'stage.progress')).to.have.length.greaterThan(4);
  });

  it('asks one thing, and nothing of where it came from, where it is there', async () => {
    const { digest } = staging.putImage('shop/web', ['one']);
    await bring(digest);
    for (const one of Object.values(aws)) one.asked.length = 0;
    await bring(digest);
    expect(aws['production']?.asked.map(({ action }) => action)).to.deep.equal(['ecr:BatchGetImage']);
    expect(aws['staging']?.asked).to.deep.equal([]);
  });

  it('finishes what was killed before the tags', async () => {
    const { digest } = staging.putImage('shop/web', ['one']);
    await bring(digest);
    aws['production'] = ecrOf(production);
    await aws['production'].call({} as never, { input: { repositoryName: 'shop/web' } } as never, {
      action: 'ecr:CreateRepository',
    });
    tags = [];
    aws['staging'] = fakeAws({});
    await bring(digest);
    expect(tags).to.deep.equal(['1.2.0', 'commit-abc']);
  });

  it('says that neither registry has it', async () => {
    const error = await rejection(bring(`sha256:${'0'.repeat(64)}`), 'REGISTRY_REFUSED');
    expect(error.evidence).to.deep.equal([`not in ${staging.host}`, `not in ${production.host}`]);
  });

  it('copies nothing where both have one registry, and asks nothing', async () => {
    for (const aws1 of ['{ region: eu-west-1 }', '{}']) {
      place.remove();
      await open(CONFIG('', aws1));
      await bring('sha256:any');
    }
    expect(Object.values(aws).flatMap(({ asked }) => asked)).to.deep.equal([]);
  });

  it('uses them in place where that is configured', async () => {
    place.remove();
    await open(CONFIG(', images: in-place'));
    await bring('sha256:any');
    expect(Object.values(aws).flatMap(({ asked }) => asked)).to.deep.equal([]);
    const home = await registryOfImages(context, await context.environment('production'));
    expect(home.name).to.equal('staging');
  });

  it('tells registries apart by account and region; by who they let in where no account is named', async () => {
    const role = (account: string) => `{ account: null, role: "arn:aws:iam::${account}:role/delivery" }`;
    const cases = [
      ['{ region: eu-west-1, account: "111111111111" }', '111111111111', true],
      [role('222222222222'), '111111111111', false],
      [role('111111111111'), '111111111111', true],
    ] as const;
    for (const [production1, staging1, same] of cases) {
      place.remove();
      const config = CONFIG('', production1).replace(
        'aws: { region: eu-west-1 }',
        `aws: { region: eu-west-1, account: "${staging1}" }`,
      );
      await open(config);
      const [one, other] = await Promise.all([
        context.environment('production'),
        context.environment('staging'),
      ]);
      expect(await shareOneRegistry(context, one, other), production1).to.equal(same);
    }
  });
});
