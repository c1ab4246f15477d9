import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect } from 'chai';
import { privateFolder } from '../../../runner/src/adapters/process/privateFolder.js';
import { StackError } from '../../../runner/src/base/errors.js';
import { buildAll } from '../../../runner/src/release/build.js';
import { localName } from '../../../runner/src/release/ensureLocal.js';
import { makeRelease } from '../../../runner/src/release/makeRelease.js';
import type { TreeImage } from '../../../runner/src/release/treeImage.js';
import { workingTreeInputs } from '../../../runner/src/release/treeInputs.js';
import { output, progress, type ImageFixture } from '../../support/imageFixture.js';
import {
  ANSIBLE,
  packerFixture,
  packerThere,
  PLAYBOOK,
  role,
  TOKEN,
  type PackerFixtureOptions,
} from '../../support/packerFixture.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

describe('building images by Packer', function () {
  this.timeout(180_000);
  const made: ImageFixture[] = [];
  const fixture = async (options: PackerFixtureOptions) => {
    const fresh = await packerFixture(options);
    made.push(fresh);
    return fresh;
  };
  before(() => packerThere());
  afterEach(async () => {
    for (const each of made.splice(0)) await each.clean();
  });

  const build = async ({ context }: ImageFixture) => {
    const [built] = await buildAll(context, [], stageOf('build', context));
    if (built === undefined) throw new Error('nothing was built');
    return built;
  };
  const echo = (words: string) => `provisioner "shell" {\n    inline = [${JSON.stringify(words)}]\n  }`;
  /** Containers of builds of this process: each mounts the folder that Packer was given. */
  const containers = async ({ context }: ImageFixture) =>
    (await (await context.docker()).containers()).filter(({ mounts }) =>
      mounts.some((mount) => mount.includes(`-${process.pid}-`)),
    );
  const nameOf = async ({ context }: ImageFixture) =>
    localName(context, (await workingTreeInputs(context)).images['web'] as TreeImage);

  it('makes one by a playbook, knows it again without Packer, and makes another of a changed role', async () => {
    const shop = await fixture({
      image: 'playbook: image/web.yml\ninputs: [roles/motd]',
      provisioners: ANSIBLE,
      files: { 'image/web.yml': PLAYBOOK, 'roles/motd/tasks/main.yml': role('hello') },
    });
    expect((await build(shop)).outcome).to.equal('built');
    expect(await shop.inside('web', 'cat', '/etc/motd')).to.equal('hello');
    expect(progress(shop.events).join('\n')).to.contain('task motd : Write the message');
    const names = await shop.docker(
      'images',
      '--format',
      '{{.Repository}}:{{.Tag}}',
      `${shop.application}/web`,
    );
    expect(names).to.equal(await nameOf(shop));
    expect(await containers(shop)).to.deep.equal([]);

    // Packer and Docker's client are on this PATH no longer.
    const again = await shop.again({ PATH: dirname(process.execPath) + ':/usr/lib/git-core' });
    expect((await build(again)).outcome).to.equal('local');

    shop.write({ 'roles/motd/tasks/main.yml': role('other') });
    const changed = await shop.again();
    expect((await build(changed)).outcome).to.equal('built');
    expect(await changed.inside('web', 'cat', '/etc/motd')).to.equal('other');
  });

  it('pushes it into a release by its digest, under the names of the runner alone', async () => {
    const shop = await fixture({ provisioners: echo('echo made > /etc/made') });
    const { context } = shop;
    const request = { environment: await context.environment('staging'), stage: stageOf('push', context) };
    const release = await makeRelease(context, request);
    expect(release.dirty).to.equal(false);
    const { repository, digest, tags } = release.images['web'] ?? {};
    expect(repository).to.equal(`${shop.application}/web`);
    expect(digest).to.match(/^sha256:[0-9a-f]{64}$/);
    expect(tags).to.include(release.version);
    expect(tags?.join()).not.to.contain('build-');
    const manifest = await fetch(`http://${shop.registry}/v2/${repository}/manifests/${release.version}`, {
      headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
    });
    expect(manifest.headers.get('docker-content-digest')).to.equal(digest);
    expect((await build(await shop.again())).outcome).to.equal('pushed');
  });

  it('gives a secret to the template, and shows it nowhere', async () => {
    const shop = await fixture({
      image: `variables: { php: "8.2" }\nsecrets: { token: '\${secret-env:PACKER_TEST_TOKEN}' }`,
      top: 'variable "php" {\n  type = string\n}\nvariable "token" {\n  type = string\n  sensitive = true\n}',
      provisioners: echo('echo php ${var.php} with ${var.token} > /etc/made; cat /etc/made'),
    });
    await build(shop);
    expect(output(shop.events)).to.include('php 8.2 with ***');
    expect(JSON.stringify(shop.events)).not.to.contain(TOKEN);
    expect(await shop.inside('web', 'cat', '/etc/made')).to.equal(`php 8.2 with ${TOKEN}`);
  });

  it('tells of a task that failed: which, why, and where', async () => {
    const shop = await fixture({
      image: 'playbook: image/web.yml\ninputs: [roles/motd]',
      provisioners: ANSIBLE,
      files: {
        'image/web.yml': PLAYBOOK,
        'roles/motd/tasks/main.yml': role('hello', '/no/such/folder/motd'),
      },
    });
    const failure = await rejection(build(shop), 'BUILD_FAILED');
    expect(failure.message).to.contain('image web: Packer failed at "task motd : Write the message"');
    expect(failure.message).to.contain('/no/such/folder');
    expect(failure.where).to.equal('image/web.pkr.hcl, Provisioning with Ansible...');
    expect(failure.evidence.join('\n')).to.contain('FAILED!');
    expect(failure.next).to.contain('node runner build web');
    expect(await containers(shop)).to.deep.equal([]);
    expect(await (await shop.context.docker()).image(await nameOf(shop))).to.equal(undefined);
  });

  it('tells of a template that is wrong, with its line', async () => {
    const shop = await fixture({ provisioners: 'provisioner "shell" {\n    nothing = [\n  }' });
    const failure = await rejection(build(shop), 'BUILD_FAILED');
    expect(failure.where).to.match(/web\.pkr\.hcl:\d+$/);
    expect(failure.next).to.contain('packer validate');
  });

  it('tells of a template that leaves no image', async () => {
    const shop = await fixture({ provisioners: echo('true'), end: 'discard = true', posts: '' });
    const failure = await rejection(build(shop), 'BUILD_FAILED');
    expect(failure.message).to.equal('image web: the template left no image in the engine');
    expect(failure.next).to.contain('commit = true');
  });

  it('leaves neither container nor image where it is interrupted', async () => {
    const shop = await fixture({ provisioners: echo('echo begun; sleep 120') });
    shop.context.events.subscribe({
      handle: (event) => {
        if (event.type === 'stage.output' && event.line === 'begun')
          shop.interrupt(new StackError('INTERRUPTED', 'SIGINT'));
      },
    });
    await rejection(build(shop), 'INTERRUPTED');
    expect(await containers(shop)).to.deep.equal([]);
    const left = await shop.docker('images', '--quiet', `${shop.application}/web`);
    expect(left).to.equal('');
  });

  it('removes what a build has left that was killed, and says so', async () => {
    const shop = await fixture({ provisioners: echo('true') });
    const own = await privateFolder(process.env, 'disk');
    await own.remove();
    // The highest process id there can be belongs to nobody.
    const name = basename(own.path).replace(/-\d+-\d+-(\w{6})$/, '-4194304-1-$1');
    const folder = join(realpathSync(tmpdir()), name);
    const base = await shop.docker('images', '--quiet', 'automation-stack-local/busybox');
    const mount = `${folder}/tmp1:/packer-files`;
    const abandoned = await shop.docker('run', '-d', '-v', mount, base.split('\n')[0] ?? '', 'sleep', '600');
    try {
      await build(shop);
      expect(progress(shop.events).join('\n')).to.contain('removed 1 container that a killed build has left');
      const ids = (await (await shop.context.docker()).containers()).map(({ id }) => id);
      expect(ids).not.to.include(abandoned);
    } finally {
      await shop.docker('rm', '--force', abandoned).catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('names the tool that is missing, and how to get it', async () => {
    const shop = await fixture({ provisioners: echo('true') });
    const empty = mkdtempSync(join(tmpdir(), 'no-packer-'));
    try {
      const without = await shop.again({ PATH: `${empty}:/usr/lib/git-core` });
      const failure = await rejection(build(without), 'TOOL_MISSING');
      expect(failure.next).to.contain('node runner tools install packer');
    } finally {
      rmSync(empty, { recursive: true });
    }
  });
});
