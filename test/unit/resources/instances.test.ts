import { expect } from 'chai';
import { labelTags } from '../../../runner/src/domain/deliveryTags.js';
import { draft } from '../../support/stateRecords.js';
import { AccountCli } from '../../support/account/accountCli.js';

const CONFIG = `application: shop
branches: { develop: staging }
environments:
  staging: { aws: { region: eu-west-1 } }
  production: { aws: { region: eu-west-1 } }
`;
const of = (application: string, environment: string, more = {}) => ({ application, environment, ...more });

describe('instances of an environment', function () {
  this.timeout(20_000);
  let cli: AccountCli;
  before(async () => (cli = await AccountCli.start(CONFIG)));
  beforeEach(() => {
    cli.reset();
    cli.configure(CONFIG);
  });
  after(() => cli.stop());

  const add = (name: string, over = {}) => cli.account.ec2.add({ name, ...over });
  const states = () => cli.account.ec2.instances.map(({ state, ahead }) => ahead.at(-1) ?? state);

  describe('are listed', () => {
    it('by the tags of the deployment, and by no other', async () => {
      add('api-1');
      add('api-2', { tags: of('shop', 'production') });
      add('other', { tags: of('blog', 'staging') });
      cli.account.ec2.add({ tags: { Name: 'nobody' } });
      const { exitCode, stdout } = await cli.run('instances', 'list', '--env', 'staging');
      expect(exitCode).to.equal(0);
      expect(stdout)
        .to.contain('api-1')
        .and.not.contain('api-2')
        .and.not.contain('other')
        .and.not.contain('nobody');
    });

    it('also where somebody writes the tags with a capital', async () => {
      cli.account.ec2.add({ tags: { Name: 'old', Application: 'shop', Environment: 'staging' } });
      const { stdout } = await cli.run('instances', 'list', '--env', 'staging');
      expect(stdout).to.contain('old');
    });

    it('by state and by tag, terminated ones only where they are asked for', async () => {
      add('web', { tags: of('shop', 'staging', { role: 'web' }) });
      add('idle', { state: 'stopped' });
      add('gone', { state: 'terminated' });
      const list = async (...words: string[]) => {
        const { stdout } = await cli.run('instances', 'list', '--env', 'staging', '--json', ...words);
        return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
      };
      expect(await list()).to.deep.equal(['idle', 'web']);
      expect(await list('--state', 'stopped')).to.deep.equal(['idle']);
      expect(await list('--state', 'terminated')).to.deep.equal(['gone']);
      expect(await list('--tag', 'role=web')).to.deep.equal(['web']);
      expect(await list('--tag', 'role')).to.deep.equal(['web']);
    });

    it('never of every environment by themselves', async () => {
      add('api-1');
      add('api-2', { tags: of('shop', 'production') });
      const none = await cli.run('instances', 'list');
      expect(none.exitCode).to.equal(2);
      expect(none.stderr).to.contain('ENVIRONMENT_REQUIRED').and.contain('--all-environments');
      expect(cli.account.asked).to.deep.equal([]);
      const all = await cli.run('instances', 'list', '--all-environments');
      expect(all.stdout).to.contain('api-1').and.contain('api-2');
    });
  });

  it('are neither listed nor changed in another account than the environment’s', async () => {
    const account = 'aws: { region: eu-west-1, account: "222222222222" }';
    cli.configure(`${CONFIG}  elsewhere: { ${account} }\n`);
    for (const words of [['list'], ['stop', '--all'], ['orphans'], ['delete', 'api-1', '--yes']]) {
      const { exitCode, stderr } = await cli.run('instances', ...words, '--env', 'elsewhere');
      expect(exitCode).to.equal(1);
      expect(stderr).to.contain('AWS_ACCOUNT_MISMATCH');
    }
    expect([...new Set(cli.account.asked)]).to.deep.equal(['STS.GetCallerIdentity']);
  });

  it('are listed of every environment that can be asked, and what cannot is a failure', async () => {
    const account = 'aws: { region: eu-west-1, account: "222222222222" }';
    cli.configure(`${CONFIG}  elsewhere: { ${account} }\n`);
    add('api-1');
    const { exitCode, stdout, stderr } = await cli.run('instances', 'list', '--all-environments');
    expect(exitCode).to.equal(1);
    expect(stdout).to.contain('api-1');
    expect(stderr).to.contain('elsewhere could not be asked').and.contain('AWS_ACCOUNT_MISMATCH');
  });

  describe('are changed', () => {
    it('and waited for, state by state', async () => {
      const one = add('api-1');
      const { exitCode, stderr, stdout } = await cli.run('instances', 'stop', 'api-1', '--env', 'staging');
      expect(exitCode, stderr).to.equal(0);
      expect(stderr + stdout)
        .to.contain(`${one.id} stopping`)
        .and.contain(`${one.id} stopped`);
      expect(one.state).to.equal('stopped');
      const started = await cli.run('instances', 'start', one.id, '--env', 'staging');
      expect(started.exitCode).to.equal(0);
      expect(one.state).to.equal('running');
    });

    it('and it is recorded who did it', async () => {
      add('api-1');
      await cli.run('instances', 'stop', 'api-1', '--env', 'staging');
      const { stdout } = await cli.run('history', '--env', 'staging', '--changes');
      expect(stdout).to.contain('instances').and.contain('stop api-1').and.contain('ok');
    });

    it('not where they are as they shall be', async () => {
      add('api-1', { state: 'stopped' });
      const { exitCode, stdout } = await cli.run('instances', 'stop', 'api-1', '--env', 'staging');
      expect(exitCode).to.equal(0);
      expect(stdout).to.contain('nothing to do');
      expect(cli.account.changes()).to.deep.equal([]);
    });

    it('not by --dry-run, which says what would happen', async () => {
      add('api-1');
      const { exitCode, stdout } = await cli.run(
        'instances',
        'delete',
        'api-1',
        '--env',
        'staging',
        '--dry-run',
      );
      expect(exitCode).to.equal(0);
      expect(stdout).to.contain('Would delete api-1').and.contain('Nothing was changed.');
      expect(cli.account.changes()).to.deep.equal([]);
    });

    it('all or none of several', async () => {
      add('api-1');
      add('api-2', { state: 'pending' });
      const { exitCode, stderr } = await cli.run('instances', 'stop', 'api-1', 'api-2', '--env', 'staging');
      expect(exitCode).to.equal(1);
      expect(stderr).to.contain('api-2').and.contain('is pending');
      expect(cli.account.changes()).to.deep.equal([]);
    });

    it('by a tag, or all of them, where that is said', async () => {
      add('web', { tags: of('shop', 'staging', { role: 'web' }) });
      add('db');
      add('foreign', { tags: of('shop', 'production', { role: 'web' }) });
      expect((await cli.run('instances', 'stop', '--env', 'staging')).exitCode).to.equal(2);
      await cli.run('instances', 'stop', '--tag', 'role=web', '--env', 'staging');
      expect(states()).to.deep.equal(['stopped', 'running', 'running']);
      await cli.run('instances', 'stop', '--all', '--env', 'staging');
      expect(states()).to.deep.equal(['stopped', 'stopped', 'running']);
    });

    it('with a failure that has EC2’s reason where one falls back', async () => {
      add('api-1', { state: 'stopped' });
      cli.account.ec2.startsAs = ['pending', 'stopped'];
      const { exitCode, stderr } = await cli.run('instances', 'start', 'api-1', '--env', 'staging');
      expect(exitCode).to.equal(1);
      expect(stderr)
        .to.contain('INSTANCE_FAILED')
        .and.contain('boot failed')
        .and.contain('instances console');
    });

    it('with a failure where one does not come in time', async () => {
      add('api-1', { state: 'stopped' });
      cli.account.ec2.startsAs = Array.from({ length: 400 }, () => 'pending');
      const { exitCode, stderr } = await cli.run(
        'instances',
        'start',
        'api-1',
        '--env',
        'staging',
        '--timeout',
        '2m',
      );
      expect(exitCode).to.equal(1);
      expect(stderr).to.contain('did not come within 2m');
    });

    it('with the words of EC2 where it has no room', async () => {
      add('api-1', { state: 'stopped' });
      cli.account.ec2.refused.set('StartInstances', 'InsufficientInstanceCapacity');
      const { exitCode, stderr } = await cli.run('instances', 'start', 'api-1', '--env', 'staging');
      expect(exitCode).to.equal(1);
      expect(stderr).to.contain('InsufficientInstanceCapacity');
      const { stdout } = await cli.run('history', '--env', 'staging', '--changes');
      expect(stdout).to.contain('failed');
    });

    it('until both checks of EC2 are ok after a restart', async () => {
      add('api-1', { checks: ['initializing', 'initializing', 'ok'] });
      const { exitCode, stderr, stdout } = await cli.run('instances', 'restart', 'api-1', '--env', 'staging');
      expect(exitCode).to.equal(0);
      expect(stderr + stdout)
        .to.contain('checks: initializing')
        .and.contain('checks: ok');
    });

    it('not while somebody holds the lock', async () => {
      add('api-1');
      await cli.run('lock', 'acquire', '--env', 'staging', '--for', '1h', '--reason', 'incident');
      const { exitCode } = await cli.run('instances', 'stop', 'api-1', '--env', 'staging');
      expect(exitCode).to.equal(4);
      expect(cli.account.changes()).to.deep.equal([]);
    });
  });

  describe('are not touched', () => {
    it('where they are of another deployment, and their owner is named', async () => {
      const one = add('api-1', { tags: of('shop', 'production') });
      for (const word of ['api-1', one.id]) {
        const { exitCode, stderr } = await cli.run('instances', 'delete', word, '--env', 'staging', '--yes');
        expect(exitCode).to.equal(1);
        expect(stderr).to.contain('RESOURCE_FOREIGN').and.contain('shop/production');
      }
      expect(cli.account.changes()).to.deep.equal([]);
    });

    it('where their tags do not say whose they are', async () => {
      const one = cli.account.ec2.add({ tags: {} });
      const { exitCode, stderr } = await cli.run('instances', 'stop', one.id, '--env', 'staging');
      expect(exitCode).to.equal(1);
      expect(stderr).to.contain('application=shop').and.contain('environment=staging');
      expect(cli.account.changes()).to.deep.equal([]);
    });

    it('where nothing is called so, with what it may have meant', async () => {
      add('api-1');
      const { exitCode, stderr } = await cli.run('instances', 'stop', 'api-l', '--env', 'staging');
      expect(exitCode).to.equal(2);
      expect(stderr).to.contain('RESOURCE_UNKNOWN').and.contain('"api-1"');
      expect(
        (await cli.run('instances', 'stop', 'i-0123456789abcdef0', '--env', 'staging')).exitCode,
      ).to.equal(2);
    });

    it('where several have the name', async () => {
      add('web');
      add('web');
      const { exitCode, stderr } = await cli.run('instances', 'stop', 'web', '--env', 'staging');
      expect(exitCode).to.equal(2);
      expect(stderr).to.contain('2 instances are called web');
    });

    it('where they are protected, and each is named', async () => {
      add('api-1', { isGuarded: true });
      add('api-2');
      const { exitCode, stderr } = await cli.run('instances', 'delete', '--all', '--env', 'staging', '--yes');
      expect(exitCode).to.equal(1);
      expect(stderr)
        .to.contain('RESOURCE_PROTECTED')
        .and.contain('api-1')
        .and.contain('termination protection');
      expect(cli.account.changes()).to.deep.equal([]);
      add('api-3', { isStopGuarded: true });
      expect((await cli.run('instances', 'stop', 'api-3', '--env', 'staging')).stderr).to.contain(
        'stop protection',
      );
    });

    it('where an autoscaling group would start another', async () => {
      add('asg', { tags: of('shop', 'staging', { 'aws:autoscaling:groupName': 'shop-web' }) });
      const { exitCode, stderr } = await cli.run('instances', 'stop', 'asg', '--env', 'staging');
      expect(exitCode).to.equal(1);
      expect(stderr).to.contain('autoscaling group shop-web');
      const { exitCode: code } = await cli.run('instances', 'delete', 'asg', '--env', 'staging', '--yes');
      expect(code).to.equal(0);
    });

    it('where nobody is there to say that they shall be deleted', async () => {
      add('api-1');
      const { exitCode, stderr } = await cli.run('instances', 'delete', 'api-1', '--env', 'staging');
      expect(exitCode).to.equal(1);
      expect(stderr)
        .to.contain('APPROVAL_REQUIRED')
        .and.contain('node runner instances delete api-1 --env staging --yes');
      expect(cli.account.changes()).to.deep.equal([]);
    });
  });

  it('are deleted once that is said, also where EC2 forgets them meanwhile', async () => {
    const one = add('api-1');
    const { exitCode } = await cli.run('instances', 'delete', 'api-1', '--env', 'staging', '--yes');
    expect(exitCode).to.equal(0);
    expect(one.state).to.equal('terminated');
    const again = await cli.run('instances', 'delete', one.id, '--env', 'staging', '--yes');
    expect(again.exitCode).to.equal(0);
    expect(again.stdout).to.contain('nothing to do');
  });

  describe('are created', () => {
    it('with the tags of the deployment in the request itself', async () => {
      const words = ['instances', 'create', 'probe', '--template', 'shop-web', '--count', '2'];
      const { exitCode, stderr } = await cli.run(...words, '--tag', 'role=probe', '--env', 'staging');
      expect(exitCode, stderr).to.equal(0);
      const [first, second] = cli.account.ec2.instances;
      expect(first?.tags).to.deep.equal({
        ...{ role: 'probe', application: 'shop', environment: 'staging', Name: 'probe' },
        'automation-stack:application': 'shop',
        'automation-stack:environment': 'staging',
      });
      expect([first?.state, second?.state]).to.deep.equal(['running', 'running']);
      expect(cli.account.changes()).to.deep.equal(['EC2.RunInstances']);
    });

    it('once, where the answer of AWS is lost', async () => {
      cli.account.losing.set('EC2.RunInstances', 2);
      const { exitCode, stderr } = await cli.run(
        'instances',
        'create',
        'probe',
        '--template',
        'x',
        '--env',
        'staging',
      );
      expect(exitCode, stderr).to.equal(0);
      expect(cli.account.changes().filter((one) => one === 'EC2.RunInstances')).to.have.length(3);
      expect(cli.account.ec2.instances).to.have.length(1);
    });

    it('not with somebody else’s tags, nor of nothing', async () => {
      const create = ['instances', 'create', 'probe', '--env', 'staging'];
      expect((await cli.run(...create)).exitCode).to.equal(2);
      const foreign = await cli.run(...create, '--template', 'x', '--tag', 'Application=blog');
      expect(foreign.exitCode).to.equal(2);
      const dry = await cli.run(...create, '--template', 'x', '--dry-run');
      expect(dry.stdout).to.contain('Would create 1 × probe from x').and.contain('environment=staging');
      expect(cli.account.changes()).to.deep.equal([]);
    });
  });

  describe('that a killed run left', () => {
    const made = (slot: number) =>
      cli.account.ec2.add({
        tags: labelTags({
          ...{ application: 'shop', environment: 'staging', target: 'web', version: '1.0.0' },
          ...{ digest: 'sha256:0', definition: 'd', run: '1-9f3c', slot },
        }),
      });

    it('are those that no record has, and why', async () => {
      const [live, left] = [made(0), made(1)];
      add('by-terraform');
      const { ledger } = await cli.state();
      const record = await ledger.startDeployment(draft('1.0.0'));
      await ledger.finishDeployment({
        ...{ ...record, status: 'healthy' },
        targets: { web: { kind: 'instances', status: 'healthy', facts: { live: live.id } } },
      });
      const { stdout, exitCode } = await cli.run('instances', 'orphans', '--env', 'staging');
      expect(exitCode).to.equal(0);
      expect(stdout).to.contain(left.id).and.contain('no record has it; deployment 1 launched it');
      expect(stdout).not.to.contain(live.id).and.not.to.contain('by-terraform');
      await cli.run('instances', 'delete', left.id, '--env', 'staging', '--yes');
      const none = await cli.run('instances', 'orphans', '--env', 'staging');
      expect(none.stdout).to.contain('no orphaned instance');
    });

    it('are none while a deployment that was cut off may need them', async () => {
      made(0);
      const { ledger, journal } = await cli.state();
      await journal.open(await ledger.startDeployment(draft('1.0.0')), {});
      const { stdout } = await cli.run('instances', 'orphans', '--env', 'staging');
      expect(stdout).to.contain('no orphaned instance');
    });

    it('are not told where a record that may name them cannot be read', async () => {
      made(0);
      const { ledger, store } = await cli.state();
      await ledger.startDeployment(draft('1.0.0'));
      const [key] = await store.list('deployments/staging/');
      await store.put(key as string, '{}');
      const { exitCode, stdout, stderr } = await cli.run('instances', 'orphans', '--env', 'staging');
      expect(exitCode).to.equal(1);
      expect(stderr).to.contain('STATE_UNREADABLE');
      expect(stdout).to.equal('');
    });

    it('are none while a run is at work', async () => {
      made(0);
      await cli.run('lock', 'acquire', '--env', 'staging', '--for', '1h');
      const { stdout } = await cli.run('instances', 'orphans', '--env', 'staging');
      expect(stdout).to.contain('no orphaned instance');
    });
  });

  it('show what they wrote to their console', async () => {
    add('api-1', { console: 'booting\nssh: ready\n' });
    const { stdout } = await cli.run('instances', 'console', 'api-1', '--env', 'staging', '--lines', '1');
    expect(stdout).to.equal('ssh: ready\n');
    add('api-2');
    expect((await cli.run('instances', 'console', 'api-2', '--env', 'staging')).stdout).to.contain(
      'nothing on its console yet',
    );
  });

  it('that are stopped let nobody in', async () => {
    add('api-1', { state: 'stopped' });
    const { exitCode, stderr } = await cli.run(
      'instances',
      'ssh',
      'api-1',
      '--env',
      'staging',
      '--',
      'uptime',
    );
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain('instances start');
    const dry = await cli.run('instances', 'ssh', 'api-1', '--env', 'staging', '--dry-run', '--', 'uptime');
    expect(dry.stdout).to.contain('Would log in to api-1').and.contain('uptime');
  });
});
