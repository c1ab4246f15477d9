import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeRepositoriesCommand, ECRClient, BatchDeleteImageCommand } from '@aws-sdk/client-ecr';
import { expect } from 'chai';
import type { ReleaseRecord } from '../../../runner/src/domain/records.js';
import { buildAll } from '../../../runner/src/release/build.js';
import { buildEnvironment } from '../../../runner/src/release/treeInputs.js';
import { ensureRelease, findRelease } from '../../../runner/src/release/findRelease.js';
import {
  commit,
  imageFixture,
  progress,
  type ImageFixture,
  type ImageFixtureOptions,
} from '../../support/imageFixture.js';
import { rejection } from '../../support/rejection.js';
import { FakeClock } from '../../support/stateRecords.js';
import { stageOf } from '../../support/stage.js';

const files = { 'app/Dockerfile': 'FROM BASE\nCOPY . /app\n', 'app/a': 'one' };
/** Nothing answers there: a run that works all the same has asked nobody. */
const OFFLINE = {
  DOCKER_HOST: 'unix:///nonexistent.sock',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
};

describe('pushing a release', function () {
  this.timeout(60_000);
  const made: ImageFixture[] = [];
  const servers: Server[] = [];
  const fixture = async (options: ImageFixtureOptions = { files }) => {
    const fresh = await imageFixture(options);
    made.push(fresh);
    return fresh;
  };
  const push = async (shop: ImageFixture, force = false): Promise<ReleaseRecord> =>
    ensureRelease(shop.context, {
      environment: await buildEnvironment(shop.context),
      stage: stageOf('push', shop.context),
      force,
    });
  const tags = async (shop: ImageFixture, image = 'web'): Promise<string[]> => {
    const answer = await fetch(`http://${shop.registry}/v2/${shop.application}/${image}/tags/list`);
    return ((await answer.json()) as { tags: string[] }).tags;
  };
  const ecr = (shop: ImageFixture) =>
    new ECRClient({
      endpoint: `http://${shop.registry}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret-key' },
    });
  afterEach(async () => {
    for (const each of made.splice(0)) await each.clean();
    for (const server of servers.splice(0)) server.close();
  });

  it('makes the repository, pushes, tags, and records the digest that the registry serves', async () => {
    const shop = await fixture();
    const head = await shop.git('rev-parse', 'HEAD');
    const release = await push(shop);
    expect(release).to.deep.include({
      version: `0.1.0-1.g${head.slice(0, 8)}`,
      commit: head,
      branch: 'develop',
      dirty: false,
    });
    const image = release.images['web'];
    expect(image?.tags).to.deep.equal([release.version, head, `develop-${head.slice(0, 8)}`]);
    expect(await tags(shop)).to.have.members(image?.tags as string[]);
    const served = await fetch(
      `http://${shop.registry}/v2/${shop.application}/web/manifests/${release.version}`,
      {
        headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
      },
    );
    expect(served.headers.get('docker-content-digest')).to.equal(image?.digest);
    expect(image?.sizeBytes).to.be.greaterThan(100_000);
    const names = { repositoryNames: [`${shop.application}/web`] };
    const [repository] = (await ecr(shop).send(new DescribeRepositoriesCommand(names))).repositories ?? [];
    expect(repository?.imageTagMutability).to.equal('IMMUTABLE');
    expect(repository?.imageScanningConfiguration?.scanOnPush).to.equal(true);
    const { ledger } = await shop.context.state();
    expect(await ledger.release(release.version)).to.deep.equal(release);
  });

  it('tells the progress of each layer in bytes', async () => {
    const content = Buffer.alloc(3_000_000, Math.random().toString()).toString('base64');
    const shop = await fixture({ files: { ...files, 'app/big': content } });
    await push(shop);
    const layers = shop.events.flatMap((event) =>
      event.type === 'stage.progress' && event.subject?.startsWith('web ') === true ? [event] : [],
    );
    expect(new Set(layers.map((layer) => layer.subject)).size).to.be.greaterThan(1);
    const moving = layers.filter((layer) => layer.unit === 'B');
    expect(moving).not.to.have.length(0);
    for (const { done, total } of moving) expect(done).to.be.at.most(total ?? Infinity);
    expect(layers.at(-1)?.status).to.equal('ok');
  });

  it('leaves no name of the registry in the engine', async () => {
    const shop = await fixture();
    await push(shop);
    expect(await shop.docker('images', '--format', '{{.Repository}}:{{.Tag}}')).not.to.contain(
      `${shop.registry}/${shop.application}`,
    );
  });

  it('asks neither Docker nor AWS where a release has this content', async () => {
    const shop = await fixture();
    const first = await push(shop);
    const offline = await shop.again(OFFLINE);
    expect(await push(offline)).to.deep.equal(first);
    const [built] = await buildAll(offline.context, [], stageOf('build', offline.context));
    expect(built?.outcome).to.equal('pushed');
  });

  it('finds the release of a merge, which changes the commit and not the content', async () => {
    const shop = await fixture();
    const first = await push(shop);
    await shop.git('checkout', '--quiet', '-b', 'main');
    await commit(shop, "Merge branch 'develop'");
    const merged = await shop.again(OFFLINE);
    expect((await findRelease(merged.context))?.version).to.equal(first.version);
    expect((await buildEnvironment(merged.context)).name).to.equal('staging');
  });

  it('makes a release of a dirty tree, and another without a build once it is committed', async () => {
    const shop = await fixture();
    shop.write({ 'app/a': 'two' });
    const dirtyShop = await shop.again();
    const dirty = await push(dirtyShop);
    expect(dirty.version).to.match(/\.dirty-[0-9a-f]{8}$/);
    expect(dirty.dirty).to.equal(true);
    expect(dirty.images['web']?.tags).to.deep.equal([dirty.version]);
    await commit(shop, 'feat: two');
    const cleanShop = await shop.again({ DOCKER_HOST: OFFLINE.DOCKER_HOST });
    const clean = await push(cleanShop);
    expect(clean.dirty).to.equal(false);
    expect(clean.images['web']?.digest).to.equal(dirty.images['web']?.digest);
    expect(await tags(shop)).to.include.members([dirty.version, clean.version, clean.commit]);
  });

  it('pushes the image that changed and only tags the other', async () => {
    const shop = await fixture({
      files: { ...files, 'other/Dockerfile': 'FROM BASE\n' },
      more: (application) => `other: { context: other, repository: ${application}/other }`,
    });
    const first = await push(shop);
    shop.write({ 'app/a': 'two' });
    await commit(shop, 'fix: two');
    const again = await shop.again();
    const second = await push(again);
    expect(second.images['other']?.digest).to.equal(first.images['other']?.digest);
    expect(second.images['web']?.digest).not.to.equal(first.images['web']?.digest);
    expect(await tags(shop, 'other')).to.include.members([first.version, second.version]);
    const told = again.events.flatMap((event) =>
      event.type === 'stage.progress' && event.subject === 'other' ? [event.message] : [],
    );
    expect(told).to.have.length(1);
    expect(told[0]).to.contain('already pushed');
  });

  it('gives a forced rebuild with other bytes a version of its own', async () => {
    const shop = await fixture({
      files: { 'app/Dockerfile': 'FROM BASE\nRUN head -c 16 /dev/urandom > /random\n' },
    });
    const first = await push(shop);
    const second = await push(await shop.again(), true);
    expect(second.version).to.equal(`${first.version}.r2`);
    expect(await tags(shop)).to.include.members([first.version, second.version]);
    expect(second.images['web']?.tags).to.deep.equal([second.version]);
  });

  it('goes on where a run was killed after the push, before the record', async () => {
    const shop = await fixture();
    const first = await push(shop);
    rmSync(join(shop.directory, '.automation-stack'), { recursive: true });
    const second = await push(await shop.again());
    expect(second.version).to.equal(first.version);
    expect(second.images['web']?.digest).to.equal(first.images['web']?.digest);
  });

  it('refuses to put other bytes under a version that the registry holds', async () => {
    const shop = await fixture({
      image: 'build-args: { COLOUR: "${env:COLOUR}" }',
      env: { COLOUR: 'red' },
      files: { 'app/Dockerfile': 'FROM BASE\nARG COLOUR\nRUN echo $COLOUR > /colour\n' },
    });
    const { version } = await push(shop);
    rmSync(join(shop.directory, '.automation-stack'), { recursive: true });
    const again = await shop.again({ COLOUR: 'blue' });
    const clock = new FakeClock(0);
    const failure = await rejection(
      push({ ...again, context: { ...again.context, clock } }),
      'TAG_IMMUTABLE',
    );
    expect(failure.message).to.contain(version);
    expect(failure.next).to.contain('release');
    expect(clock.now().getTime()).to.equal(30_000);
  });

  it('takes the release of a run that has pushed the version first, as soon as it is recorded', async () => {
    const shop = await fixture({
      files: { 'app/Dockerfile': 'FROM BASE\nRUN head -c 16 /dev/urandom > /random\n' },
      env: { DOCKER_BUILDKIT: '0' },
    });
    const [faster, slower] = [await shop.again(), await shop.again()];
    const [pushed, record] = [signal(), signal()];
    const state = await faster.context.state();
    // Stands still between the push and everything that the ledger learns of it.
    const putBuild: typeof state.ledger.putBuild = async (...build) => {
      pushed.give();
      await record.given;
      return state.ledger.putBuild(...build);
    };
    const ledger = Object.assign(Object.create(state.ledger) as typeof state.ledger, { putBuild });
    const first = push({
      ...faster,
      context: { ...faster.context, state: async () => ({ ...state, ledger }) },
    });
    await pushed.given;
    // Without the image that the engine still holds the slower run builds other bytes.
    await shop.docker('rmi', '--force', await shop.docker('images', '--quiet', `${shop.application}/web`));
    slower.context.events.subscribe({
      handle: (event) => {
        if (JSON.stringify(event).includes('waiting for the record of its release')) record.give();
      },
    });
    expect(await push(slower)).to.deep.equal(await first);
  });

  it('takes a release that is recorded but cannot be found by commit and inputs yet', async () => {
    const shop = await fixture();
    const first = await push(shop);
    for (const index of ['commits', 'inputs'])
      rmSync(join(shop.directory, '.automation-stack', shop.application, 'releases', index), {
        recursive: true,
      });
    const again = await shop.again(OFFLINE);
    expect(await findRelease(again.context)).to.equal(undefined);
    expect((await push(again)).version).to.equal(first.version);
  });

  it('names an image again whose name a run beside it has taken away from the engine', async () => {
    const shop = await fixture();
    const engine = await shop.context.docker();
    const taken: string[] = [];
    const robbed: typeof engine = {
      ...engine,
      push: async (image, report) => {
        if (taken.length === 0) {
          taken.push(image.reference);
          await engine.untag(image.reference);
        }
        return engine.push(image, report);
      },
    };
    const { version } = await push({ ...shop, context: { ...shop.context, docker: async () => robbed } });
    expect(taken[0]).to.contain(version);
    expect(await tags(shop)).to.include(version);
  });

  it('builds again what is gone from the registry', async () => {
    const shop = await fixture();
    const first = await push(shop);
    const imageIds = [{ imageDigest: first.images['web']?.digest }];
    await ecr(shop).send(
      new BatchDeleteImageCommand({ repositoryName: `${shop.application}/web`, imageIds }),
    );
    await commit(shop, 'chore: nothing');
    shop.write({ 'automation-stack.yml': await changedConfig(shop) });
    const again = await shop.again();
    const second = await push(again, false);
    expect(await tags(shop)).to.include(second.version);
    expect(JSON.stringify(again.events)).to.contain('is no longer in the registry');
  });

  it('ends two racing runs of one commit with one release', async () => {
    const shop = await fixture({
      files: { 'app/Dockerfile': 'FROM BASE\nRUN head -c 16 /dev/urandom > /random\n' },
    });
    const [one, two] = await Promise.all([push(await shop.again()), push(await shop.again())]);
    expect(one.version).to.equal(two.version);
    expect(one.images['web']?.digest).to.equal(two.images['web']?.digest);
  });

  it('keeps the registry’s token out of every event', async () => {
    const shop = await fixture();
    await push(shop);
    expect(shop.context.secrets.size).to.be.greaterThan(0);
    const text = JSON.stringify(shop.events);
    expect(shop.context.secrets.text(text)).to.equal(text);
  });

  it('says who may not push where the registry denies it', async () => {
    const registry = await fakeRegistry(servers, (method, path) =>
      method === 'POST' && path.includes('/blobs/uploads') ? 403 : undefined,
    );
    const shop = await fixture({ files, env: { AUTOMATION_STACK_REGISTRY: registry } });
    const failure = await rejection(push(shop), 'REGISTRY_REFUSED');
    expect(failure.message).to.contain(
      `${registry} does not allow these credentials to push to ${shop.application}/web`,
    );
    expect(failure.next).to.contain('ecr:PutImage');
    expect(await (await shop.context.state()).ledger.releases()).to.deep.equal([]);
  });

  it('says that the registry cannot be reached', async () => {
    const shop = await fixture({ files, env: { AUTOMATION_STACK_REGISTRY: '127.0.0.1:9' } });
    const failure = await rejection(push(shop), 'REGISTRY_REFUSED');
    expect(failure.message).to.equal('the Docker engine cannot reach 127.0.0.1:9');
  });

  it('says so where AWS cannot be reached, before anything is pushed', async () => {
    const shop = await fixture({ files, env: { AWS_ENDPOINT_URL: OFFLINE.AWS_ENDPOINT_URL } });
    await rejection(push(shop), 'AWS_UNREACHABLE');
    expect(progress(shop.events).some((message) => message.startsWith('pushing'))).to.equal(false);
  });
});

/** Something that one waits for and another gives. */
function signal(): { readonly given: Promise<void>; give(): void } {
  let give!: () => void;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give };
}

/** Same image, another one beside it: content that has no release yet, with one image that was pushed. */
async function changedConfig(shop: ImageFixture): Promise<string> {
  shop.write({ 'other/Dockerfile': `FROM ${shop.base}\n` });
  const { configuration } = await import('../../support/imageFixture.js');
  return configuration(
    shop.application,
    '',
    `other: { context: other, repository: ${shop.application}/other }`,
  );
}

/** Speaks just enough of the registry's API to refuse. */
async function fakeRegistry(
  servers: Server[],
  refuse: (method: string, path: string) => number | undefined,
): Promise<string> {
  const server = createServer((request, response) => {
    const status = refuse(request.method ?? '', request.url ?? '');
    request.resume();
    if (request.url === '/v2/') response.end('{}');
    else if (status === undefined)
      response.writeHead(404).end('{"errors":[{"code":"BLOB_UNKNOWN","message":"unknown"}]}');
    else
      response.writeHead(status).end('{"errors":[{"code":"DENIED","message":"requested access is denied"}]}');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
