import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { fetchArtifact } from '../../../runner/src/delivery/targets/artifacts/fetchArtifact.js';
import type { ReleaseArtifact, ReleaseRecord } from '../../../runner/src/domain/records.js';
import { buildAll } from '../../../runner/src/release/build.js';
import { ensureRelease } from '../../../runner/src/release/findRelease.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';
import { S3Server } from '../../support/s3Server.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = (lines: string) => `application: shop
artifacts: { app: { context: app, bucket: shop-artifacts, ${lines} } }
environments: { staging: { aws: { region: eu-west-1 } } }
`;
const sha256 = (text: string | Buffer) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

describe('artifacts of a release', function () {
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

  /** A project in a repository of its own. */
  async function project(lines: string, files: Readonly<Record<string, string>> = {}): Promise<Deployment> {
    const one = await deployment(
      {
        'automation-stack.yml': CONFIG(lines),
        '.gitignore': 'dist/\n.automation-stack/\n',
        'app/server.py': 'print(1)\n',
        ...files,
      },
      s3.env,
    );
    made.push(one);
    git(one.directory, 'init', '-q', '-b', 'main');
    commit(one.directory, 'feat: begin');
    return one;
  }
  const release = async ({ context }: Deployment, force = false): Promise<ReleaseRecord> =>
    ensureRelease(context, {
      environment: await context.environment('staging'),
      stage: stageOf('push', context),
      force,
    });
  const artifactOf = (one: ReleaseRecord): ReleaseArtifact => one.artifacts?.['app'] as ReleaseArtifact;

  it('are uploaded as they are where no command makes them, and pinned', async () => {
    const one = await project('path: server.py');
    const record = await release(one);
    const artifact = artifactOf(record);
    const key = `artifacts/shop/app/${sha256('print(1)\n').slice(7)}/server.py`;
    expect(artifact).to.deep.include({
      ...{ bucket: 'shop-artifacts', key, digest: sha256('print(1)\n'), sizeBytes: 9, objectVersion: 'v1' },
    });
    const [stored] = s3.objects.get(`shop-artifacts/${key}`) ?? [];
    expect(stored?.metadata).to.deep.include({
      ...{ application: 'shop', artifact: 'app', version: record.version, commit: record.commit },
      sha256: artifact.digest.slice(7),
    });
    expect(record.images).to.deep.equal({});
    expect(record.dirty).to.equal(false);
  });

  it('are found again by their content, and neither made nor uploaded a second time', async () => {
    const one = await project('command: [cp, server.py, dist/app.py], path: dist/app.py', {
      'app/dist/.keep': '',
    });
    const record = await release(one);
    s3.asked.length = 0;
    const again = await one.again();
    expect((await release(again)).version).to.equal(record.version);
    expect(s3.asked).to.deep.equal([]);
    // Another commit with the same content of the artifact, and with another one.
    one.write({ 'README.md': 'words\n' });
    commit(one.directory, 'docs: words');
    expect((await release(await one.again())).version).to.equal(record.version);
    one.write({ 'app/server.py': 'print(2)\n' });
    commit(one.directory, 'fix: two');
    const next = await release(await one.again());
    expect(artifactOf(next).digest).to.equal(sha256('print(2)\n'));
    expect(next.version).not.to.equal(record.version);
  });

  it('are made by their command, whose output is told', async () => {
    const one = await project('command: [sh, make.sh], path: dist/app.tar', {
      'app/make.sh': 'echo packing; mkdir -p dist; cat server.py > dist/app.tar\n',
    });
    const [built] = await buildAll(one.context, [], stageOf('build', one.context));
    expect(built).to.deep.include({ name: 'app', outcome: 'built', digest: sha256('print(1)\n') });
    expect(one.events.some((event) => event.type === 'stage.output' && event.line === 'packing')).to.equal(
      true,
    );
    expect(s3.asked).to.deep.equal([]);
    await release(await one.again());
    const again = await one.again();
    const [known] = await buildAll(again.context, ['app'], stageOf('build', again.context));
    expect(known).to.deep.include({ outcome: 'pushed', digest: sha256('print(1)\n') });
  });

  it('fail with the last lines of the command, or where it makes no file', async () => {
    const one = await project('command: [sh, make.sh], path: dist/app.tar', {
      'app/make.sh': 'echo no space left; exit 3\n',
    });
    const failed = await rejection(release(one), 'BUILD_FAILED');
    expect(failed.message).to.equal('artifact app: sh ended with exit code 3');
    expect(failed.evidence).to.deep.equal(['no space left']);
    const other = await project('command: [sh, make.sh], path: dist/app.tar', { 'app/make.sh': 'true\n' });
    expect((await rejection(release(other), 'BUILD_FAILED')).message).to.include('there is no such file');
    expect(s3.objects.size).to.equal(0);
  });

  it('make a release dirty where their files are not committed', async () => {
    const one = await project('path: made.py');
    writeFileSync(join(one.directory, 'app/made.py'), 'print(3)\n');
    expect((await release(one)).dirty).to.equal(true);
  });

  it('refuse an object that somebody else has put in their place', async () => {
    const one = await project('path: server.py');
    const digest = sha256('print(1)\n');
    s3.put(`shop-artifacts/artifacts/shop/app/${digest.slice(7)}/server.py`, 'print(x)\n');
    const failed = await rejection(release(one), 'ARTIFACT_CHANGED');
    expect(failed.message).to.equal('another object stands in the place of artifact app');
  });

  it('are uploaded in parts where they are large', async () => {
    const big = Buffer.alloc(17 * 1024 * 1024, 'a line of a large file\n');
    const one = await project('path: big.bin', { 'app/big.bin': big.toString() });
    const artifact = artifactOf(await release(one));
    expect(artifact).to.deep.include({ digest: sha256(big), sizeBytes: big.length });
    const parts = s3.asked.filter((asked) => asked.startsWith('PUT'));
    expect(parts).to.have.length(3);
    const fetched = await digestOfFetched(one, artifact);
    expect(fetched).to.equal(sha256(big));
  });

  describe('before a deploy', () => {
    it('are fetched in the version of the release, though another one stands there now', async () => {
      const one = await project('path: server.py');
      const artifact = artifactOf(await release(one));
      s3.put(`shop-artifacts/${artifact.key}`, 'print(9)\n');
      expect(await digestOfFetched(one, artifact)).to.equal(artifact.digest);
    });

    it('are refused where the bucket keeps no versions and they were replaced, or are gone', async () => {
      const one = await project('path: server.py');
      const { objectVersion: _, ...artifact } = artifactOf(await release(one));
      const name = `shop-artifacts/${artifact.key}`;
      for (const [body, words] of [
        ['print(9)\n', 'its checksum is'],
        ['print(10)\n', 'it has 10 bytes, not 9'],
      ] as const) {
        s3.put(name, body);
        const failed = await rejection(digestOfFetched(one, artifact), 'ARTIFACT_CHANGED');
        expect(failed.message).to.include(words);
      }
      s3.objects.delete(name);
      expect((await rejection(digestOfFetched(one, artifact), 'ARTIFACT_CHANGED')).message).to.include(
        'it is no longer there',
      );
    });

    it('arrive whole though the connection breaks', async () => {
      const one = await project('path: server.py');
      const artifact = artifactOf(await release(one));
      s3.cutOff = 2;
      expect(await digestOfFetched(one, artifact)).to.equal(artifact.digest);
      expect(s3.cutOff).to.equal(0);
    });
  });

  /** The digest of what is fetched; its file is gone afterwards. */
  async function digestOfFetched({ context }: Deployment, artifact: ReleaseArtifact): Promise<string> {
    const aws = await context.aws(await context.environment('staging'));
    const fetched = await fetchArtifact(context, aws, artifact, context.signal);
    const digest = sha256(readFileSync(fetched.file));
    await fetched.remove();
    expect(existsSync(fetched.file)).to.equal(false);
    return digest;
  }
});

const git = (directory: string, ...args: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], { cwd: directory });
const commit = (directory: string, message: string) => {
  git(directory, 'add', '-A');
  git(directory, 'commit', '-q', '-m', message);
};
