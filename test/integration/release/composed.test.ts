import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ReleaseRecord } from '../../../runner/src/domain/records.js';
import { buildAll } from '../../../runner/src/release/build.js';
import { buildEnvironment } from '../../../runner/src/release/treeInputs.js';
import { ensureRelease } from '../../../runner/src/release/findRelease.js';
import {
  commit,
  imageFixture,
  output,
  progress,
  type ImageFixture,
  type ImageFixtureOptions,
} from '../../support/imageFixture.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

interface ServedManifest {
  readonly mediaType: string;
  readonly annotations?: Record<string, string>;
  readonly config: { readonly mediaType: string; readonly digest: string };
  readonly layers: readonly { readonly mediaType: string; readonly digest: string }[];
  readonly manifests: readonly {
    readonly digest: string;
    readonly mediaType: string;
    readonly platform: Record<string, string>;
  }[];
}

/** The beginning of a program of arm64, as far as a kernel reads it to see that it is none of its own. */
const ARM64_PROGRAM = Buffer.concat([
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]),
  Buffer.alloc(8),
  Buffer.from([2, 0, 0xb7, 0, 1, 0, 0, 0]),
  Buffer.alloc(40),
]);

describe('pushing what an engine cannot push in one', function () {
  this.timeout(60_000);
  const made: ImageFixture[] = [];
  const fixture = async (options: ImageFixtureOptions) => {
    const fresh = await imageFixture(options);
    made.push(fresh);
    return fresh;
  };
  const push = async (shop: ImageFixture): Promise<ReleaseRecord> =>
    ensureRelease(shop.context, {
      environment: await buildEnvironment(shop.context),
      stage: stageOf('push', shop.context),
    });
  const ACCEPT = [
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.v2+json',
  ].join(', ');
  const served = async (shop: ImageFixture, reference: string): Promise<ServedManifest> => {
    const url = `http://${shop.registry}/v2/${shop.application}/web/manifests/${reference}`;
    const answer = await fetch(url, { headers: { accept: ACCEPT } });
    expect(answer.status, url).to.equal(200);
    return (await answer.json()) as ServedManifest;
  };
  const configOf = async (shop: ImageFixture, { config }: ServedManifest) => {
    const answer = await fetch(`http://${shop.registry}/v2/${shop.application}/web/blobs/${config.digest}`);
    return (await answer.json()) as { architecture: string };
  };
  afterEach(async () => {
    for (const each of made.splice(0)) await each.clean();
  });

  const scratch = { 'app/Dockerfile': 'FROM scratch\nCOPY . /app\n', 'app/a': 'one' };

  it('puts an index of all platforms under the tags of the release, and records its digest', async () => {
    const shop = await fixture({ files: scratch, image: 'platforms: [linux/amd64, linux/arm64]' });
    const release = await push(shop);
    const digest = release.images['web']?.digest as string;
    const index = await served(shop, digest);
    expect(index.mediaType).to.equal('application/vnd.oci.image.index.v1+json');
    expect(index.manifests.map(({ platform }) => platform)).to.deep.equal([
      { architecture: 'amd64', os: 'linux' },
      { architecture: 'arm64', os: 'linux' },
    ]);
    for (const { digest: part, platform } of index.manifests) {
      const config = await configOf(shop, await served(shop, part));
      expect(config.architecture).to.equal(platform['architecture']);
    }
    for (const tag of release.images['web']?.tags ?? []) expect(await served(shop, tag)).to.deep.equal(index);
  });

  it('does it again after a run that was killed before the release was recorded', async () => {
    const shop = await fixture({ files: scratch, image: 'platforms: [linux/amd64, linux/arm64]' });
    const first = await push(shop);
    rmSync(join(shop.directory, '.automation-stack'), { recursive: true });
    const second = await push(await shop.again());
    expect(second.images['web']).to.deep.equal(first.images['web']);
  });

  it('says which programs the engine cannot run, and how it learns to', async () => {
    const files = {
      'app/Dockerfile': 'FROM scratch\nCOPY program /program\nRUN ["/program"]\n',
      'app/program': '',
    };
    const shop = await fixture({ files, image: 'platforms: [linux/arm64]' });
    writeFileSync(`${shop.directory}/app/program`, ARM64_PROGRAM);
    chmodSync(`${shop.directory}/app/program`, 0o755);
    const error = await rejection(buildAll(shop.context, [], stageOf('build', shop.context)), 'BUILD_FAILED');
    expect(error.message).to.contain('cannot run programs of linux/arm64');
    expect(error.next).to.contain('--install arm64');
  });

  it('is refused by the classic builder', async () => {
    const shop = await fixture({
      files: scratch,
      image: 'platforms: [linux/amd64, linux/arm64]',
      env: { DOCKER_BUILDKIT: '0' },
    });
    const error = await rejection(buildAll(shop.context, [], stageOf('build', shop.context)), 'BUILD_FAILED');
    expect(error.message).to.contain('no BuildKit');
  });

  it('writes annotations into a manifest of the same layers, which an engine pulls', async () => {
    const shop = await fixture({
      files: scratch,
      image: 'annotations: { com.example.b: "2", com.example.a: "1" }',
    });
    const release = await push(shop);
    const digest = release.images['web']?.digest as string;
    const manifest = await served(shop, release.version);
    expect(manifest.annotations).to.deep.equal({ 'com.example.a': '1', 'com.example.b': '2' });
    expect(manifest.config.mediaType).to.equal('application/vnd.oci.image.config.v1+json');
    const plain = await served(shop, `${release.version}-plain`);
    expect(manifest.layers.map((layer) => layer.digest)).to.deep.equal(
      plain.layers.map((layer) => layer.digest),
    );
    expect(release.images['web']?.sizeBytes).to.be.greaterThan(0);
    const reference = `${shop.registry}/${shop.application}/web@${digest}`;
    await shop.docker('pull', '--quiet', reference);
    await shop.docker('rmi', reference);
  });

  it('takes steps from the image of the last release, on a machine that has not built before', async () => {
    const files = { 'app/Dockerfile': 'FROM BASE\nRUN echo step > /step\nCOPY a /a\n', 'app/a': 'one' };
    const shop = await fixture({ files, image: 'cache: { to: inline }' });
    const release = await push(shop);
    const reference = `${shop.registry}/${shop.application}/web@${release.images['web']?.digest}`;
    // What a later build reads of it.
    const config = await configOf(shop, await served(shop, release.version));
    expect(config).to.have.property('moby.buildkit.cache.v0');
    // What this engine knows of the build is gone.
    for (const name of (await shop.docker('images', '--format', '{{.Repository}}:{{.Tag}}')).split('\n'))
      if (name.startsWith(`${shop.application}/`)) await shop.docker('rmi', name);
    shop.write({ 'app/a': 'two' });
    await commit(shop, 'feat: two');
    const again = await shop.again();
    await push(again);
    expect(progress(again.events).join('\n')).to.contain(`importing cache manifest from ${reference}`);
    expect(output(again.events).join('\n')).not.to.match(/failed to configure/);
  });
});
