import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { expect } from 'chai';
import { buildAll } from '../../../runner/src/release/build.js';
import { ensureRelease } from '../../../runner/src/release/findRelease.js';
import { testImages } from '../../../runner/src/release/test.js';
import { buildEnvironment } from '../../../runner/src/release/treeInputs.js';
import { type BuildxBehaviour, type BuildxStandIn, buildxStandIn } from '../../support/buildxStandIn.js';
import { commit, imageFixture, output, progress, type ImageFixture } from '../../support/imageFixture.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const files = {
  'web.Dockerfile': 'FROM scratch\nARG WORD\nCOPY . /app\n',
  'app/a': 'one',
  'app/skipped': 'no',
  'app/.dockerignore': 'skipped\n',
};
const IMAGE = [
  'dockerfile: web.Dockerfile',
  'sbom: true',
  'provenance: max',
  'build-args: { WORD: a word of the build }',
  'secrets: { npm: "${env:NPM_TOKEN}" }',
].join('\n');

describe('an image that buildx builds', function () {
  this.timeout(60_000);
  const made: ImageFixture[] = [];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'automation-stack-buildx-'));
  });
  afterEach(async () => {
    for (const each of made.splice(0)) await each.clean();
    rmSync(folder, { recursive: true, force: true });
  });
  const fixture = async (
    image = IMAGE,
    behaviour: BuildxBehaviour = {},
  ): Promise<{ shop: ImageFixture; buildx: BuildxStandIn }> => {
    const buildx = buildxStandIn(folder, behaviour);
    const env = { ...buildx.env, NPM_TOKEN: 'a token of the build' };
    const shop = await imageFixture({ files, image, env });
    made.push(shop);
    return { shop, buildx };
  };
  const push = async (shop: ImageFixture) =>
    ensureRelease(shop.context, {
      environment: await buildEnvironment(shop.context),
      stage: stageOf('push', shop.context),
    });
  const build = (shop: ImageFixture) => buildAll(shop.context, [], stageOf('build', shop.context));
  const valueOf = (args: readonly string[], name: string) => args[args.indexOf(name) + 1];

  it('is pushed as an index with its attestations, under the tags of the release', async () => {
    const { shop, buildx } = await fixture();
    const release = await push(shop);
    const { digest, tags = [] } = release.images['web'] ?? {};
    for (const reference of [digest, ...tags]) {
      const url = `http://${shop.registry}/v2/${shop.application}/web/manifests/${reference}`;
      const answer = await fetch(url, { headers: { accept: 'application/vnd.oci.image.index.v1+json' } });
      const index = (await answer.json()) as { manifests: { platform: { architecture: string } }[] };
      const architectures = index.manifests.map(({ platform }) => platform.architecture);
      expect(architectures, reference).to.deep.equal(['amd64', 'unknown']);
    }
    expect(tags).to.include(release.version);
    expect(valueOf(buildx.called()[0]?.args ?? [], '--output')).to.equal(
      `type=image,name=${shop.registry}/${shop.application}/web,push=true,push-by-digest=true,oci-mediatypes=true`,
    );
    expect(output(shop.events)).to.include('made of it');
  });

  it('is built of what was hashed, with values in variables and a login that is gone afterwards', async () => {
    const { shop, buildx } = await fixture();
    await push(shop);
    const [{ args, env, config, files: sent, dockerfile } = {} as never] = buildx.called();
    expect(sent).to.deep.equal({ '.dockerignore': 'skipped\n', a: 'one' });
    expect(dockerfile).to.equal(files['web.Dockerfile']);
    expect(args.join(' ')).not.to.match(/a word of the build|a token of the build/);
    expect(env).to.include({
      WORD: 'a word of the build',
      AUTOMATION_STACK_BUILD_SECRET_0: 'a token of the build',
      BUILDX_CONFIG: join(folder, 'docker/buildx'),
    });
    expect(config.auths).to.have.all.keys('other.example.org', shop.registry);
    const own = readFileSync(join(folder, 'docker/config.json'), 'utf8');
    expect(own).not.to.contain(shop.registry);
    for (const left of [env['DOCKER_CONFIG'] as string, dirname(valueOf(args, '--file') as string)])
      expect(existsSync(left), left).to.equal(false);
    expect(JSON.stringify(shop.events)).not.to.contain('a token of the build');
  });

  it('is known by its inputs: the next release of the same content runs no buildx', async () => {
    const { shop, buildx } = await fixture();
    const first = await push(shop);
    await commit(shop, 'docs: none of the image');
    const second = await push(await shop.again());
    expect(second.images['web']?.digest).to.equal(first.images['web']?.digest);
    expect(buildx.called()).to.have.lengthOf(1);
  });

  it('is another image where its attestations are others', async () => {
    const { shop, buildx } = await fixture();
    await push(shop);
    const text = readFileSync(join(shop.directory, 'automation-stack.yml'), 'utf8');
    shop.write({ 'automation-stack.yml': text.replace('provenance: max', 'provenance: min') });
    await push(await shop.again());
    expect(buildx.called()).to.have.lengthOf(2);
  });

  it('makes the repository of its cache, and writes the cache with the push alone', async () => {
    const { shop, buildx } = await fixture('dockerfile: web.Dockerfile\ncache: { to: "HERE:web" }');
    const place = `${shop.application}/cache`;
    const text = readFileSync(join(shop.directory, 'automation-stack.yml'), 'utf8');
    shop.write({ 'automation-stack.yml': text.replace('HERE', place) });
    const again = await shop.again();
    await build(again);
    await push(again);
    const [built, pushed] = buildx.called();
    expect(valueOf(built?.args ?? [], '--output')).to.equal('type=cacheonly');
    expect(built?.args).not.to.include('--cache-to');
    expect(valueOf(pushed?.args ?? [], '--cache-to')).to.contain(
      `ref=${shop.registry}/${place}:web,mode=max`,
    );
    expect(valueOf(pushed?.args ?? [], '--cache-from')).to.contain(`ref=${shop.registry}/${place}:web`);
    expect(progress(again.events)).to.include(`repository ${place} made for the cache`);
    const aws = await again.context.aws(await buildEnvironment(again.context));
    const describe = new DescribeRepositoriesCommand({ repositoryNames: [place] });
    const { repositories = [] } = await (await aws.ecr()).send(describe);
    // Its tag moves with each push.
    expect(repositories.map((one) => one.imageTagMutability)).to.deep.equal(['MUTABLE']);
  });

  it('is loaded into the engine for a test', async () => {
    const { shop, buildx } = await fixture('dockerfile: web.Dockerfile\nbuilder: big\ntest: ["true"]');
    const again = await shop.again({ STAND_IN_BASE: shop.base });
    expect(await testImages(again.context, [], stageOf('test', again.context))).to.contain('web passed');
    const [{ args } = {} as never] = buildx.called();
    expect(valueOf(args, '--output')).to.match(new RegExp(`^type=docker,name=${shop.application}/web:\\w+$`));
    expect(valueOf(args, '--builder')).to.equal('big');
  });

  it('tells the step that failed, with what it printed', async () => {
    const { shop } = await fixture(IMAGE, { how: 'failing' });
    const error = await rejection(build(shop), 'BUILD_FAILED');
    expect(error.message).to.equal(
      'image web: the build failed at [1/1] RUN make: it ended with exit code 2',
    );
    expect(error.evidence).to.deep.equal(['made of it']);
  });

  it('is refused without buildx', async () => {
    const { shop } = await fixture(IMAGE, { how: 'missing' });
    const error = await rejection(build(shop), 'TOOL_MISSING');
    expect(error.message).to.match(/^image web needs buildx: .*docker has no plugin buildx$/);
    expect(error.where).to.equal('images.web.sbom');
  });

  it('is refused by the builder of the engine, and where there is no such builder', async () => {
    const { shop, buildx } = await fixture(IMAGE, { driver: 'docker' });
    const own = await rejection(push(shop), 'BUILD_FAILED');
    expect(own.message).to.contain('the builder current is that of the engine (driver docker)');
    expect(own.next).to.contain('docker buildx create --name automation-stack --driver docker-container');
    const { shop: other } = await fixture('dockerfile: web.Dockerfile\nbuilder: gone');
    const gone = await rejection(build(other), 'BUILD_FAILED');
    expect(gone.message).to.contain('buildx has no builder gone');
    expect(gone.next).to.contain('docker buildx create --name gone');
    expect(buildx.called()).to.deep.equal([]);
  });

  it('is refused with a build argument that steers the client', async () => {
    const { shop, buildx } = await fixture(
      'dockerfile: web.Dockerfile\nsbom: true\nbuild-args: { PATH: /x }',
    );
    const error = await rejection(build(shop), 'BUILD_FAILED');
    expect(error.where).to.equal('images.web.build-args.PATH');
    expect(buildx.called()).to.deep.equal([]);
  });

  it('leaves nothing where it is interrupted', async () => {
    const { shop, buildx } = await fixture(IMAGE, { how: 'hanging' });
    const running = build(shop).catch((error: unknown) => error);
    while (buildx.called().length === 0) await pause(20);
    shop.interrupt(new Error('enough'));
    expect(await running).to.have.property('message', 'enough');
    const [{ args, env, pid } = {} as never] = buildx.called();
    for (const left of [env['DOCKER_CONFIG'] as string, dirname(valueOf(args, '--file') as string)])
      expect(existsSync(left), left).to.equal(false);
    expect(() => process.kill(pid, 0)).to.throw('ESRCH');
  });
});
