import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { imageNames } from '../../../runner/src/local/localImages.js';
import { buildAll } from '../../../runner/src/release/build.js';
import {
  commit,
  imageFixture,
  type ImageFixture,
  type ImageFixtureOptions,
} from '../../support/imageFixture.js';
import { testLocalContext } from '../../support/localContext.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const run = promisify(execFile);
const eventually = async (holds: () => boolean) => {
  while (!holds()) await turn();
};

const files = { 'app/Dockerfile': 'FROM BASE\nLABEL own=dockerfile\nCOPY . /app\n', 'app/a': 'one' };

describe('what an image is built with', function () {
  this.timeout(60_000);
  const made: ImageFixture[] = [];
  const fixture = async (options: ImageFixtureOptions) => {
    const fresh = await imageFixture(options);
    made.push(fresh);
    return fresh;
  };
  const build = (shop: ImageFixture) => buildAll(shop.context, [], stageOf('build', shop.context));
  const labelsOf = async (shop: ImageFixture, id = ''): Promise<Record<string, string>> =>
    JSON.parse(await shop.docker('inspect', '--format', '{{json .Config.Labels}}', id)) as Record<
      string,
      string
    >;
  afterEach(async () => {
    for (const each of made.splice(0)) await each.clean();
  });

  for (const builder of ['1', '0'] as const)
    it(`has labels of its commit and of its configuration (DOCKER_BUILDKIT=${builder})`, async () => {
      const shop = await fixture({
        files,
        env: { DOCKER_BUILDKIT: builder, TEAM: 'shop' },
        image: 'labels: { com.example.team: "${env:TEAM}", com.example.size: 3 }',
      });
      const [built] = await build(shop);
      const labels = await labelsOf(shop, built?.id);
      expect(labels).to.include({ own: 'dockerfile', 'com.example.team': 'shop', 'com.example.size': '3' });
      expect(labels['org.opencontainers.image.revision']).to.equal(await shop.git('rev-parse', 'HEAD'));
      expect(labels['org.opencontainers.image.version']).to.match(/^0\.1\.0-1\.g/);
      const seconds = Number(await shop.git('log', '-1', '--format=%ct'));
      expect(Date.parse(labels['org.opencontainers.image.created'] ?? '')).to.equal(seconds * 1000);
    });

  describe('with SSH mounts', () => {
    let folder: string;
    let agent: ChildProcess | undefined;
    let socket: string;
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'automation-stack-ssh-'));
      socket = join(folder, 'agent');
      agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
      await eventually(() => existsSync(socket));
      await run('ssh-keygen', [
        '-q',
        '-t',
        'ed25519',
        '-N',
        '',
        '-C',
        'of the test',
        '-f',
        join(folder, 'key'),
      ]);
      await run('ssh-add', ['-q', join(folder, 'key')], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
    });
    afterEach(() => {
      agent?.kill();
      rmSync(folder, { recursive: true, force: true });
    });
    const withAgent = async (steps: string, env: Record<string, string> = {}) => {
      const base = (await imageNames(testLocalContext()))?.host ?? '';
      return fixture({
        files: { 'app/Dockerfile': `FROM ${base}\n${steps}\n` },
        image: 'ssh: [default]',
        env: { SSH_AUTH_SOCK: socket, ...env },
      });
    };

    it('reaches the keys of the agent from a step, and signs by them', async () => {
      const shop = await withAgent(
        'RUN --mount=type=ssh ssh-add -L > /keys && echo data > /data && ssh-keygen -Y sign -n file -f /keys /data',
      );
      await build(shop);
      expect(await shop.inside('web', 'cat', '/keys')).to.match(/^ssh-ed25519 \S+ of the test$/);
      expect(await shop.inside('web', 'cat', '/data.sig')).to.contain('BEGIN SSH SIGNATURE');
    });

    it('lets no step take keys out of the agent', async () => {
      const shop = await withAgent('RUN --mount=type=ssh ! ssh-add -D');
      await build(shop);
      const { stdout } = await run('ssh-add', ['-L'], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      expect(stdout).to.contain('of the test');
    });

    it('is refused before the build where there is no agent', async () => {
      const shop = await withAgent('RUN true', { SSH_AUTH_SOCK: join(folder, 'gone') });
      const error = await rejection(build(shop), 'BUILD_FAILED');
      expect(error.message).to.contain('there is no agent at');
      expect(error.next).to.contain('ssh-add');
    });

    it('is refused by the classic builder', async () => {
      const shop = await withAgent('RUN true', { DOCKER_BUILDKIT: '0' });
      expect((await rejection(build(shop), 'BUILD_FAILED')).message).to.contain('SSH mounts need');
    });
  });

  it('is not built again because only the commit is another one', async () => {
    const shop = await fixture({ files });
    const [first] = await build(shop);
    await commit(shop, 'docs: nothing of the image');
    const again = await shop.again();
    const [second] = await build(again);
    expect([second?.outcome, second?.id]).to.deep.equal(['local', first?.id]);
  });
});
