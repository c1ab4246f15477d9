import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { AccountCli } from '../../support/account/accountCli.js';

const CONFIG = `application: shop
branches: { develop: staging }
images: { web: { repository: shop/web } }
environments:
  staging: { aws: { region: eu-west-1 } }
  production: { aws: { region: eu-west-1 } }
`;
const OWN = { application: 'shop', environment: 'staging' };
const FOREIGN = { application: 'shop', environment: 'production' };
const PUBLIC = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)} me@host\n`;

describe('what a deployment has in AWS', function () {
  this.timeout(20_000);
  let cli: AccountCli;
  before(async () => (cli = await AccountCli.start(CONFIG)));
  beforeEach(() => cli.reset());
  after(() => cli.stop());
  const staging = (...words: string[]) => cli.run(...words, '--env', 'staging');
  const path = (name: string) => join(cli.directory, name);

  describe('key pairs', () => {
    const key = (name: string, tags: Record<string, string> = OWN) =>
      cli.account.ec2.keys.push({ name, tags, id: `key-${name}`, material: '' });
    beforeEach(() => rmSync(path('ops.pem'), { force: true }));

    it('are listed by the tags of the deployment', async () => {
      key('ops');
      key('live', FOREIGN);
      key('nobody', {});
      const { stdout } = await staging('keys', 'list');
      expect(stdout).to.contain('ops').and.not.contain('live').and.not.contain('nobody');
    });

    it('are made of a public key, with the tags of the deployment', async () => {
      writeFileSync(path('id.pub'), PUBLIC);
      const { exitCode, stderr } = await staging('keys', 'create', 'ops', '--public-key', 'id.pub');
      expect(exitCode, stderr).to.equal(0);
      const [made] = cli.account.ec2.keys;
      expect(made?.tags).to.deep.equal(OWN);
      expect(made?.material).to.equal(PUBLIC);
    });

    it('are never made of a private key', async () => {
      writeFileSync(path('id'), '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n');
      const { exitCode, stderr } = await staging('keys', 'create', 'ops', '--public-key', 'id');
      expect(exitCode).to.equal(2);
      expect(stderr).to.contain('no public key');
      expect(cli.account.changes()).to.deep.equal([]);
    });

    it('are made by AWS, the private half in a file of its owner alone, and shown nowhere', async () => {
      const { exitCode, stdout, stderr } = await staging(
        'keys',
        'create',
        'ops',
        '--out',
        'ops.pem',
        '--verbose',
      );
      expect(exitCode, stderr).to.equal(0);
      expect(readFileSync(path('ops.pem'), 'utf8')).to.equal('-----BEGIN KEY-----abc\n');
      expect(statSync(path('ops.pem')).mode & 0o777).to.equal(0o600);
      expect(stdout + stderr).not.to.contain('BEGIN KEY');
      const again = await staging('keys', 'create', 'other', '--out', 'ops.pem');
      expect(again.exitCode).to.equal(2);
      expect(again.stderr).to.contain('FILE_EXISTS');
      expect(cli.account.ec2.keys.map(({ name }) => name)).to.deep.equal(['ops']);
    });

    it('leave no file where AWS refuses them', async () => {
      cli.account.ec2.refused.set('CreateKeyPair', 'KeyPairLimitExceeded');
      expect((await staging('keys', 'create', 'ops', '--out', 'ops.pem')).exitCode).to.equal(1);
      expect(existsSync(path('ops.pem'))).to.equal(false);
    });

    it('are refused where the name is taken, and where it is not said what of', async () => {
      key('ops', FOREIGN);
      const taken = await staging('keys', 'create', 'ops', '--out', 'ops.pem');
      expect(taken.exitCode).to.equal(2);
      expect(taken.stderr).to.contain('RESOURCE_EXISTS');
      expect((await staging('keys', 'create', 'ops')).exitCode).to.equal(2);
      expect(cli.account.changes()).to.deep.equal([]);
    });

    it('are deleted once that is said, and only those of the deployment', async () => {
      key('ops');
      key('live', FOREIGN);
      key('nobody', {});
      expect((await staging('keys', 'delete', 'ops')).stderr).to.contain('APPROVAL_REQUIRED');
      expect((await staging('keys', 'delete', 'ops', '--dry-run')).stdout).to.contain(
        'Would delete the key pair ops',
      );
      expect((await staging('keys', 'delete', 'live', '--yes')).stderr).to.contain('shop/production');
      expect((await staging('keys', 'delete', 'nobody', '--yes')).stderr).to.contain('do not say whose');
      expect(cli.account.changes()).to.deep.equal([]);
      expect((await staging('keys', 'delete', 'ops', '--yes')).exitCode).to.equal(0);
      expect(cli.account.ec2.keys.map(({ name }) => name)).to.deep.equal(['live', 'nobody']);
      expect((await staging('history', '--changes')).stdout).to.contain('delete ops');
    });
  });

  describe('alarms', () => {
    const alarm = (name: string, tags: Record<string, string> = OWN, state = 'OK') =>
      cli.account.alarms.push({ name, tags, state, metric: 'CPUUtilization' });

    it('are listed by tags and by state, with what they watch', async () => {
      alarm('busy', OWN, 'ALARM');
      alarm('calm');
      alarm('live', FOREIGN, 'ALARM');
      const { stdout } = await staging('alarms', 'list', '--state', 'ALARM');
      expect(stdout).to.contain('busy').and.contain('AWS/EC2 CPUUtilization > 80 for 10m');
      expect(stdout).not.to.contain('calm').and.not.to.contain('live');
      expect((await cli.run('alarms', 'list', '--all-environments')).stdout).to.contain('live');
    });

    it('are made on an instance of the deployment', async () => {
      const one = cli.account.ec2.add({ name: 'api-1' });
      const words = ['alarms', 'create', 'busy', '--instance', 'api-1', '--above', '80', '--for', '15m'];
      const dry = await staging(...words, '--dry-run');
      expect(dry.stdout).to.contain(`AWS/EC2/CPUUtilization of ${one.id} above 80 for 15m`);
      expect(cli.account.alarms).to.deep.equal([]);
      const { exitCode, stderr } = await staging(...words);
      expect(exitCode, stderr).to.equal(0);
      expect(cli.account.alarms[0]?.tags).to.deep.equal(OWN);
    });

    it('are not made on an instance of another deployment, nor over an alarm that is there', async () => {
      cli.account.ec2.add({ name: 'api-1', tags: FOREIGN });
      const words = ['alarms', 'create', 'busy', '--above', '80'];
      expect((await staging(...words, '--instance', 'api-1')).stderr).to.contain('RESOURCE_FOREIGN');
      alarm('busy', FOREIGN);
      expect((await staging(...words)).stderr).to.contain('RESOURCE_EXISTS');
      expect(cli.account.changes()).to.deep.equal([]);
    });

    it('are deleted once that is said, and only those of the deployment', async () => {
      alarm('busy');
      alarm('live', FOREIGN);
      expect((await staging('alarms', 'delete', 'busy', 'live', '--yes')).stderr).to.contain(
        'shop/production',
      );
      expect((await staging('alarms', 'delete', 'busy')).stderr).to.contain('busy of staging');
      expect(cli.account.changes()).to.deep.equal([]);
      expect((await staging('alarms', 'delete', 'busy', '--yes')).exitCode).to.equal(0);
      expect(cli.account.alarms.map(({ name }) => name)).to.deep.equal(['live']);
    });
  });

  describe('groups', () => {
    it('are shown with the health of their targets, and with who may come in', async () => {
      cli.account.targetGroups.push({
        name: 'web',
        tags: OWN,
        health: { 'i-1': 'healthy', 'i-2': 'unhealthy' },
      });
      cli.account.targetGroups.push({ name: 'live', tags: FOREIGN, health: {} });
      cli.account.ec2.securityGroups.push({ id: 'sg-1', name: 'ssh', tags: OWN, open: '0.0.0.0/0' });
      cli.account.ec2.securityGroups.push({ id: 'sg-2', name: 'other', tags: FOREIGN, open: '10.0.0.0/8' });
      const { stdout } = await staging('groups');
      expect(stdout).to.contain('1 of 2 healthy').and.contain('i-2 unhealthy');
      expect(stdout).to.contain('tcp 22 from 0.0.0.0/0').and.not.contain('live').and.not.contain('other');
      const target = await staging('groups', '--kind', 'target');
      expect(target.stdout).not.to.contain('sg-1');
    });

    it('are none where none has the tags', async () =>
      expect((await staging('groups')).stdout).to.equal('staging has no such group.\n'));
  });

  describe('images', () => {
    it('are those of the account with the tags, and those in the repositories of the application', async () => {
      cli.account.ec2.images.push({ id: 'ami-1', name: 'base', tags: OWN });
      cli.account.ec2.images.push({ id: 'ami-2', name: 'other', tags: FOREIGN });
      cli.account.ec2.add({ name: 'api-1' });
      cli.account.images.push({ digest: 'sha256:aaaaaaaaaaaaaaaaaaaa', tags: ['1.0.0'] });
      cli.account.images.push({ digest: 'sha256:bbbbbbbbbbbbbbbbbbbb', tags: ['1.1.0'] });
      const { stdout, exitCode, stderr } = await staging('images');
      expect(exitCode, stderr).to.equal(0);
      expect(stdout)
        .to.match(/ami-1.*base.*api-1/)
        .and.not.contain('ami-2');
      expect(stdout).to.match(/shop\/web +1\.1\.0[^]*shop\/web +1\.0\.0/);
      const newest = await staging('images', '--kind', 'registry', '--limit', '1');
      expect(newest.stdout).to.contain('1.1.0').and.not.contain('1.0.0').and.not.contain('ami-1');
    });
  });
});
