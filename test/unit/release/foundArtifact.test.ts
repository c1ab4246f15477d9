import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { ReleaseArtifact, ReleaseRecord } from '../../../runner/src/domain/records.js';
import { buildAll } from '../../../runner/src/release/build.js';
import { ensureRelease } from '../../../runner/src/release/findRelease.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';
import { S3Server } from '../../support/s3Server.js';
import { stageOf } from '../../support/stage.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('an artifact that others upload', function () {
  this.timeout(20_000);
  let s3: S3Server;
  const made: Deployment[] = [];
  before(async () => (s3 = await S3Server.start()));
  after(() => s3.stop());
  afterEach(() => {
    for (const one of made.splice(0)) one.remove();
    s3.objects.clear();
    s3.asked.length = 0;
  });

  async function project(lines = 'prefix: builds/app'): Promise<Deployment> {
    const one = await deployment(
      {
        'automation-stack.yml': `application: shop
artifacts: { app: { bucket: builds, ${lines} } }
environments: { staging: { aws: { region: eu-west-1 } } }
`,
        '.gitignore': '.automation-stack/\n',
      },
      s3.env,
    );
    made.push(one);
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
        cwd: one.directory,
      });
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('commit', '-q', '-m', 'feat: begin');
    return one;
  }
  const release = async ({ context }: Deployment): Promise<ReleaseRecord> =>
    ensureRelease(context, {
      environment: await context.environment('staging'),
      stage: stageOf('push', context),
      force: false,
    });
  const artifactOf = (one: ReleaseRecord): ReleaseArtifact => one.artifacts?.['app'] as ReleaseArtifact;

  it('is the newest below its prefix, pinned with its version, checksum and metadata', async () => {
    s3.put('builds/builds/app/9.tar', 'nine');
    s3.put('builds/builds/app/10.tar', 'ten', { sha256: sha256('ten'), version: '10', commit: 'c0ffee' });
    s3.put('builds/builds/application/11.tar', 'of another');
    s3.put('builds/builds/app/empty/', '');
    const artifact = artifactOf(await release(await project()));
    expect(artifact).to.deep.include({
      ...{ bucket: 'builds', key: 'builds/app/10.tar', digest: `sha256:${sha256('ten')}`, sizeBytes: 3 },
      ...{ objectVersion: 'v1', metadata: { sha256: sha256('ten'), version: '10', commit: 'c0ffee' } },
    });
    expect(s3.asked.filter((one) => one.startsWith('PUT'))).to.deep.equal([]);
  });

  it('makes another release once a newer one is there, and none while it is the same', async () => {
    s3.put('builds/builds/app/1.tar', 'one');
    const one = await project();
    const first = await release(one);
    s3.asked.length = 0;
    const again = await one.again();
    expect((await release(again)).version).to.equal(first.version);
    // Its bytes were read once.
    expect(s3.asked.some((each) => each === 'GET builds/builds/app/1.tar')).to.equal(false);
    s3.put('builds/builds/app/1.tar', 'two');
    const next = artifactOf(await release(await one.again()));
    expect(next).to.include({
      key: 'builds/app/1.tar',
      objectVersion: 'v2',
      digest: `sha256:${sha256('two')}`,
    });
  });

  it('may be named by its whole key', async () => {
    s3.put('builds/builds/app/1.tar', 'one');
    s3.put('builds/builds/app/2.tar', 'two');
    expect(artifactOf(await release(await project('prefix: builds/app/1.tar'))).key).to.equal(
      'builds/app/1.tar',
    );
  });

  it('is refused where its bytes are not what its metadata says, where nobody uploaded one, or it is of others', async () => {
    const one = await project();
    const none = await rejection(release(one), 'BUILD_FAILED');
    expect(none.message).to.equal('artifact app: nobody has uploaded any');
    s3.put('builds/builds/app/1.tar', 'one', { sha256: sha256('other') });
    const wrong = await rejection(release(await one.again()), 'ARTIFACT_CHANGED');
    expect(wrong.message).to.include(`its metadata says sha256:${sha256('other')}`);
    s3.put('builds/builds/app/2.tar', 'two', { application: 'blog' });
    const foreign = await rejection(release(await one.again()), 'BUILD_FAILED');
    expect(foreign.message).to.equal('artifact app: the newest one says that it is of blog');
  });

  it('is read by `build` too, which makes nothing', async () => {
    s3.put('builds/builds/app/1.tar', 'one');
    const one = await project();
    const [built] = await buildAll(one.context, [], stageOf('build', one.context));
    expect(built).to.include({ name: 'app', outcome: 'built', digest: `sha256:${sha256('one')}` });
  });
});
