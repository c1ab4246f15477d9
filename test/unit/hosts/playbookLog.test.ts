import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { StackError } from '../../../runner/src/base/errors.js';
import { GroupReporter } from '../../../runner/src/hosts/groupReporter.js';
import { openPlaybookLog, withLog } from '../../../runner/src/hosts/playbookLog.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = `application: shop
environments:
  staging: { aws: { region: eu-west-1 }, provision: { playbooks: [site.yml] } }
`;

describe('the log of a provisioning', () => {
  let one: Deployment;
  const folder = () => join(one.directory, '.automation-stack/runs');
  const opened = async (given = one) =>
    openPlaybookLog(given.context, await given.context.environment('staging'));
  beforeEach(async () => {
    one = await deployment({ 'automation-stack.yml': CONFIG }, { AUTOMATION_STACK_RUN: undefined });
  });
  afterEach(() => one.remove());

  it('lies beside the records of runs, readable by its owner, without secrets', async () => {
    one.context.secrets.register('open-sesame-42');
    const log = await opened();
    log?.add('the password is open-sesame-42');
    await log?.close();
    expect(log?.path).to.match(/\.automation-stack\/runs\/\d{8}T\d{6}\.provision-staging\.log$/);
    expect(readFileSync(log!.path, 'utf8')).to.match(/^\d\d:\d\d:\d\d the password is \*\*\*\n$/);
    expect(statSync(log!.path).mode & 0o777).to.equal(0o600);
  });

  it('has the name of the run that several processes share', async () => {
    const log = await opened(await one.again({ AUTOMATION_STACK_RUN: 'shop-42' }));
    await log?.close();
    expect(log?.path).to.match(/\/shop-42\.provision-staging\.log$/);
  });

  it('makes room for itself, and leaves records alone', async () => {
    mkdirSync(folder(), { recursive: true });
    for (let day = 10; day < 40; day += 1)
      writeFileSync(join(folder(), `202001${day}T000000.provision-staging.log`), '');
    writeFileSync(join(folder(), '20200101T000000-abcdef.json'), '{}');
    await (await opened())?.close();
    const names = readdirSync(folder());
    expect(names.filter((name) => name.endsWith('.log'))).to.have.length(20);
    expect(names).to.include('20200101T000000-abcdef.json');
    expect(names).not.to.include('20200110T000000.provision-staging.log');
  });

  it('keeps nobody from the work where it cannot be written', async () => {
    writeFileSync(join(one.directory, '.automation-stack'), 'a file');
    expect(await opened()).to.equal(undefined);
  });

  it('is named in the failure of a playbook', async () => {
    const log = await opened();
    await log?.close();
    const failure = new StackError('PLAYBOOK_FAILED', 'a: failed', {
      where: 'x',
      evidence: ['e'],
      next: 'n',
    });
    const named = withLog(failure, log) as StackError;
    expect(named).to.include({ code: 'PLAYBOOK_FAILED', message: 'a: failed', where: 'x', next: 'n' });
    expect(named.evidence).to.deep.equal(['e', `full log: ${log!.path}`]);
    const other = new StackError('SSH_UNREACHABLE', 'x');
    expect(withLog(other, log)).to.equal(other);
  });

  it('has every task, while people see a line for each host and group', async () => {
    const log = await opened();
    const layer = { name: 'lamp', playbook: 'lamp.yml' };
    const reporter = new GroupReporter(stageOf('provision', one.context), layer, log);
    const host = { event: 'host', path: '', group: 'apache', seconds: 1 } as const;
    reporter.tell({ event: 'play', name: 'LAMP', hosts: 2, pattern: 'web' });
    reporter.tell({ event: 'task', name: 'Install', path: '', group: 'apache' });
    reporter.tell({ ...host, host: 'a', status: 'changed', task: 'Install' });
    reporter.tell({
      ...host,
      host: 'b',
      status: 'failed',
      task: 'Install',
      msg: 'no space\nleft',
      output: ['df'],
    });
    reporter.tell({ event: 'stats', hosts: {} });
    await log?.close();
    const told = one.events.flatMap((event) =>
      event.type === 'stage.progress'
        ? [`${event.subject ?? ''}|${event.message}|${event.status ?? ''}`]
        : [],
    );
    expect(told).to.deep.equal([
      '|lamp.yml (web): LAMP, 2 hosts|',
      'b|Install: no space|failed',
      'a|apache: 0 ok, 1 changed in 1.0s|running',
    ]);
    const text = readFileSync(log!.path, 'utf8').replace(/^\d\d:\d\d:\d\d /gm, '');
    expect(text).to.equal(
      'PLAY lamp.yml (web): LAMP\napache: Install\na: changed: Install (1.0s)\nb: failed: Install (1.0s)\n    no space\n    left\n    df\n',
    );
  });
});
