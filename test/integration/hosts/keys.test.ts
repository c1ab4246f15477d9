import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Deployment } from '../../support/deployment.js';
import { ansibleAlone, leave, network, provision } from '../../support/innerNetwork.js';
import { rejection } from '../../support/rejection.js';

const run = promisify(execFile);
const DONE = '1 host provisioned, 1 change';

describe('keys of hosts that nobody knows yet', function () {
  this.timeout(120_000);
  const made: Deployment[] = [];
  const outer = () => ({ address: '127.0.0.1', port: network.place('outer').sshPort });
  const name = () => `[127.0.0.1]:${outer().port}`;
  const deployment = async (inventory: Record<string, unknown>, knownHosts = ''): Promise<Deployment> => {
    const one = await network.deployment(
      { hosts: { app: outer() }, ...inventory },
      { knownHosts, files: { 'learned hosts': '' } },
    );
    made.push(one);
    return one;
  };
  const learned = ({ directory }: Deployment) => readFileSync(join(directory, 'learned hosts'), 'utf8');
  const notices = ({ events }: Deployment) =>
    events.flatMap((event) => (event.type === 'notice' ? [event.message] : [])).join('\n');

  before(() => network.up());
  afterEach(() => leave(made));

  it('are not taken where nobody says so', async () => {
    const stack = await deployment({});
    await rejection(provision(stack), 'SSH_HOST_KEY_UNKNOWN');
    expect(await ansibleAlone(stack)).to.have.nested.property('[0].unreachable', true);
    expect(learned(stack)).to.equal('');
  });

  it('come from the host’s source, and serve both', async () => {
    const stack = await deployment({
      hosts: { app: { ...outer(), 'host-key': `${await network.hostKey('outer')} root@outer` } },
    });
    expect(await provision(stack)).to.equal(DONE);
    expect(learned(stack)).to.equal(`${name()} ${await network.hostKey('outer')} given\n`);
    const wrong = await deployment({
      hosts: { app: { ...outer(), 'host-key': [await network.hostKey('inner')] } },
    });
    await rejection(provision(wrong), 'SSH_HOST_KEY_CHANGED');
  });

  it('are taken at first use where the configuration says so, for both, and not another later', async () => {
    const settings = { 'host-keys': { file: 'learned hosts', 'first-use': 'accept' } };
    const stack = await deployment(settings);
    expect(await provision(stack)).to.equal(DONE);
    expect(notices(stack)).to.match(/^app: trusted its host key SHA256:\S+ at its first use\.$/m);
    expect(learned(stack)).to.match(/ first-use\n$/);
    const again = await stack.again();
    made.push(again);
    expect(await provision(again)).to.match(/^1 host as it should be, nothing to change/);
    expect(notices(again)).to.equal('');
    writeFileSync(
      join(stack.directory, 'learned hosts'),
      `${name()} ${await network.hostKey('inner')} first-use\n`,
    );
    const third = await stack.again();
    made.push(third);
    await rejection(provision(third), 'SSH_HOST_KEY_CHANGED');
  });

  it('tell a replaced instance from a changed key', async () => {
    const before = await network.hostKey('inner');
    const hosts = { app: { ...outer(), 'instance-id': 'i-new' } };
    const stack = await deployment({ hosts }, `${name()} ${before}\n`);
    writeFileSync(
      join(stack.directory, 'learned hosts'),
      `#instance ${name()} i-old 2026-01-01T00:00:00.000Z\n`,
    );
    const error = await rejection(provision(stack), 'SSH_HOST_REPLACED');
    expect(error.message).to.equal(
      'app was replaced by another instance: known before as i-old (started 2026-01-01T00:00:00.000Z), now i-new',
    );
    // What it says to type works, also in a folder with a space.
    const command = /then: (.*)$/s.exec(error.next ?? '')?.[1] ?? '';
    await run('/bin/sh', ['-c', command], { cwd: stack.directory });
    const mended = await stack.again();
    made.push(mended);
    expect(await provision(mended)).to.equal(DONE);
    expect(learned(mended)).to.include(`#instance ${name()} i-new\n`);
  });

  describe('where an authority signs them', () => {
    let folder: string;
    const authority = () => readFileSync(join(folder, 'ca.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
    /** Gives `outer` a certificate for some names. */
    const certify = async (...words: string[]) => {
      writeFileSync(join(folder, 'host.pub'), `${await network.hostKey('outer')}\n`);
      await run('ssh-keygen', [
        '-q',
        '-s',
        join(folder, 'ca'),
        '-I',
        'outer',
        '-h',
        ...words,
        join(folder, 'host.pub'),
      ]);
      const cert = readFileSync(join(folder, 'host-cert.pub'), 'utf8');
      await within(['tee', '/etc/ssh/cert.pub'], cert);
      await within(['tee', '/etc/ssh/sshd_config.d/cert.conf'], 'HostCertificate /etc/ssh/cert.pub\n');
      await readAgain();
    };
    /** Ends when the daemon answers with its new configuration: after a mere reload it may be gone for a moment yet. */
    const readAgain = async () => {
      // So many starts one after the other are no fault here.
      await network.inside('outer', 'systemctl', 'reset-failed', 'ssh');
      await network.inside('outer', 'systemctl', 'restart', 'ssh');
    };
    const within = (argv: string[], input: string) =>
      new Promise<void>((resolve, reject) => {
        const container = `${network.settings.name}-host-test-outer`;
        const child = spawn('docker', ['exec', '--interactive', container, ...argv], {
          stdio: ['pipe', 'ignore', 'inherit'],
        });
        child.once('error', reject).once('close', () => resolve());
        child.stdin.end(input);
      });

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'automation-stack-ca-'));
      await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'ca')]);
    });
    after(async () => {
      rmSync(folder, { recursive: true, force: true });
      await network.inside('outer', 'rm', '-f', '/etc/ssh/sshd_config.d/cert.conf', '/etc/ssh/cert.pub');
      await readAgain();
    });

    it('are known by its signature, to both', async () => {
      await certify('-n', '127.0.0.1');
      const stack = await deployment({}, `@cert-authority ${name()} ${authority()}\n`);
      expect(await provision(stack)).to.equal(DONE);
    });

    it('are known behind a jump host too', async () => {
      const known = (await network.knownHosts(['outer'])) + `@cert-authority localhost ${authority()}\n`;
      await certify('-n', 'localhost');
      const stack = await deployment(
        { hosts: { app: { address: 'localhost' } }, jump: `deploy@127.0.0.1:${outer().port}` },
        known,
      );
      expect(await provision(stack)).to.equal(DONE);
    });

    for (const [what, words] of [
      ['other names', ['-n', 'elsewhere.example']],
      ['a time that is over', ['-n', '127.0.0.1', '-V', '20200101:20200102']],
    ] as const) {
      it(`are not known by a certificate for ${what}`, async () => {
        await certify(...words);
        const settings = { 'host-keys': { file: 'learned hosts', 'first-use': 'accept' } };
        const stack = await deployment(settings, `@cert-authority ${name()} ${authority()}\n`);
        const error = await rejection(provision(stack), 'SSH_HOST_KEY_UNKNOWN');
        expect(error.message).to.include('has no host certificate signed by the authority');
        expect(await ansibleAlone(stack)).to.have.nested.property('[0].unreachable', true);
      });
    }

    it('are not known by the signature of another authority', async () => {
      await certify('-n', '127.0.0.1');
      const stack = await deployment({}, `@cert-authority ${name()} ${await network.hostKey('inner')}\n`);
      await rejection(provision(stack), 'SSH_HOST_KEY_UNKNOWN');
    });
  });
});
