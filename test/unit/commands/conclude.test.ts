import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { EventBody, StackEvent, StageStatus } from '../../../runner/src/events/events.js';
import { joinRun } from '../../../runner/src/views/runModel.js';
import type { Run, RunRecord } from '../../../runner/src/events/run.js';
import { cli } from '../../support/cli.js';
import { partOf } from '../../support/recordedRun.js';
import { SlackFixture } from '../../support/slackFixture.js';

const CONFIG = `
application: shop
images: { web: { repository: shop/web } }
branches: { main: production }
environments:
  staging: { targets: { web: { kind: fleet, group: web, image: web } } }
  production: { extends: staging, promotion: { from: staging, approval: required } }
`;
const STAGES = ['build:web', 'push', 'deploy:staging', 'approve:production', 'promote:production'];

/** The end of a run whose stages ran in processes of their own, as Jenkins' do. */
describe('conclude', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'conclude-'));
    writeFileSync(join(directory, 'automation-stack.yml'), CONFIG);
    mkdirSync(join(directory, '.automation-stack/runs'), { recursive: true });
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const file = () => join(directory, '.automation-stack/runs/build-7.json');

  /** What the runner itself says where a signal ended it. */
  const why = (status: StageStatus) => {
    const message = 'interrupted by SIGTERM; staging is back on 1.0.0';
    const interruption = { signal: 'SIGTERM', outcome: 'staging is back on 1.0.0' };
    const error = {
      code: 'INTERRUPTED',
      category: 'interrupted',
      message,
      interruption,
      exitCode: 130,
    } as const;
    return status === 'interrupted' ? { reason: message, error } : {};
  };

  /** What earlier processes told: each stage with how it ended. */
  const told = (stages: Readonly<Record<string, StageStatus | 'running'>>) => {
    const summaries = STAGES.map((id) => ({ id, title: id, needs: [] }));
    const parts = Object.entries(stages).map(([stage, status], index) => {
      const time = new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString();
      const bodies: EventBody[] = [
        { type: 'run.start', command: 'run', isPart: true, stages: summaries },
        { type: 'stage.start', stage, title: stage },
        ...(status === 'running'
          ? []
          : ([
              { type: 'stage.end', stage, status, seconds: 1, ...why(status) },
              { type: 'run.end', status, seconds: 1, exitCode: 0, ...why(status) },
            ] as const)),
      ];
      return partOf(
        bodies.map((body) => ({ time, ...body })),
        `agent:${index}:0`,
      );
    });
    writeFileSync(file(), JSON.stringify({ id: 'build-7', parts }));
  };

  const env = { AUTOMATION_STACK_RUN: 'build-7' };
  let more: Readonly<Record<string, string>> = {};
  const printed = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stderr, stdout } = await cli(args, { cwd: directory, env: { ...more, ...env } });
    expect(exitCode, stderr).to.equal(0);
    return stderr + stdout;
  };
  const conclude = async (...args: readonly string[]): Promise<Run> => {
    await printed('conclude', '--branch', 'main', ...args);
    return joinRun(JSON.parse(readFileSync(file(), 'utf8')) as RunRecord, () => true, new Date());
  };

  const stage = (run: Run, id: string) => run.stages.find((item) => item.id === id);

  it('leaves a run as it went where every stage ended well, and says what it has done', async () => {
    told(Object.fromEntries(STAGES.map((id) => [id, 'ok'])));
    const run = await conclude();
    expect(run.status).to.equal('ok');
    expect(run.summary).to.equal('main is in production');
  });

  it('records an approval that was refused with who refused it, and skips what it held back', async () => {
    told({ 'build:web': 'ok', push: 'ok', 'deploy:staging': 'ok' });
    const run = await conclude('--stage', 'approve:production', '--ending', 'refused', '--by', 'alice');
    expect(run.status).to.equal('failed');
    expect(stage(run, 'approve:production')?.error).to.include({
      code: 'APPROVAL_REFUSED',
      category: 'approval',
      message: 'refused by alice',
    });
    expect(stage(run, 'promote:production')).to.include({
      status: 'skipped',
      reason: 'needs approve:production, which failed',
    });
  });

  it('records an approval that never came with how long it was waited for', async () => {
    told({ 'build:web': 'ok', push: 'ok', 'deploy:staging': 'ok' });
    const run = await conclude('--stage', 'approve:production', '--ending', 'expired', '--after', '24h');
    expect(stage(run, 'approve:production')?.reason).to.equal(
      'nobody approved it within 24h (jenkins.approval.timeout)',
    );
  });

  it('ends a stage that could not tell its own end, and the run with it', async () => {
    told({ 'build:web': 'ok', push: 'running' });
    const run = await conclude('--stage', 'push', '--ending', 'interrupted', '--reason', 'aborted by bob');
    expect(stage(run, 'push')).to.include({ status: 'interrupted', reason: 'aborted by bob' });
    expect(run.stages.slice(2).map(({ status }) => status)).to.deep.equal(['skipped', 'skipped', 'skipped']);
    expect(run.status).to.not.equal('running');
  });

  it('records what failed in Jenkins itself', async () => {
    told({ 'build:web': 'ok' });
    const run = await conclude(
      '--stage',
      'push',
      '--ending',
      'failed',
      '--reason',
      'no such credentials: aws',
    );
    expect(stage(run, 'push')?.error).to.include({
      code: 'JENKINS_FAILED',
      message: 'no such credentials: aws',
    });
    expect(run.status).to.equal('failed');
  });

  it('tells a build that a newer one overtook as that, also where the runner only knew the signal', async () => {
    told({ 'build:web': 'ok', push: 'ok', 'deploy:staging': 'interrupted' });
    const run = await conclude('--stage', 'deploy:staging', '--ending', 'superseded', '--by', '8');
    expect(run.status).to.equal('interrupted');
    expect(run.failures.map(({ error: { code, message } }) => ({ code, message }))).to.deep.equal([
      { code: 'SUPERSEDED', message: 'superseded by build 8; staging is back on 1.0.0' },
    ]);
    expect(stage(run, 'deploy:staging')).to.include({
      status: 'interrupted',
      seconds: 1,
      reason: 'superseded by build 8; staging is back on 1.0.0',
    });
    expect(JSON.stringify(run)).not.to.contain('SIGTERM');
  });

  it('tells Slack what ended a stage, which only knew of the signal', async () => {
    const slack = await SlackFixture.start('{ channel: ops }');
    try {
      more = slack.env;
      const settings = 'notifications: { slack: { channel: ops, token: "${env:SLACK_BOT_TOKEN}" } }\n';
      writeFileSync(join(directory, 'automation-stack.yml'), `${CONFIG}${settings}`);
      told({ 'build:web': 'ok', push: 'ok', 'deploy:staging': 'interrupted' });
      await conclude('--stage', 'deploy:staging', '--ending', 'superseded', '--by', '8');
      const [first, ...thread] = await slack.messages();
      expect(first?.text).to.contain('superseded by build 8; staging is back on 1.0.0');
      expect(thread.map(({ text }) => text)).to.deep.equal([
        'superseded by build 8; staging is back on 1.0.0',
      ]);
    } finally {
      more = {};
      await slack.remove();
    }
  });

  it('tells it also of a stage that said nothing', async () => {
    told({ 'build:web': 'ok', push: 'running' });
    const run = await conclude('--stage', 'push', '--ending', 'superseded');
    expect(stage(run, 'push')).to.include({ status: 'interrupted', reason: 'superseded by a newer build' });
  });

  it('names the setting whose time was over, and the stage', async () => {
    told({ 'build:web': 'ok', push: 'ok', 'deploy:staging': 'interrupted' });
    const ending = ['--ending', 'expired', '--key', 'jenkins.timeout', '--after', '2h'];
    const run = await conclude('--stage', 'deploy:staging', ...ending);
    expect(run.failures.map(({ error: { code, message } }) => ({ code, message }))).to.deep.equal([
      {
        code: 'TIMED_OUT',
        message: 'jenkins.timeout (2h) passed in deploy:staging; staging is back on 1.0.0',
      },
    ]);
    expect(run.failures[0]?.error.next).to.contain('raise jenkins.timeout');
  });

  it('counts what Jenkins saw end well, though it was told on an agent that went away', async () => {
    told({ 'build:web': 'ok' });
    const run = await conclude('--done', 'build:web,push', '--done', STAGES.slice(2).join());
    expect(run.stages.map(({ status }) => status)).to.deep.equal(STAGES.map(() => 'ok'));
    expect(run).to.include({ status: 'ok', summary: 'main is in production' });
    expect(stage(run, 'push')?.reason).to.contain('an agent that was lost');
    expect(stage(run, 'build:web')).to.include({ seconds: 1 }).and.not.to.have.property('reason');
    const page = join(directory, 'reports');
    await printed('report', '--run', 'build-7', '--output', page, '--junit', join(page, 'stages.xml'));
    for (const name of ['report.html', 'stages.xml'])
      expect(readFileSync(join(page, name), 'utf8')).not.to.match(/skipped[^=]/i);
  });

  it('counts a stage that was tried again, whatever its first try told', async () => {
    told({ 'build:web': 'ok', push: 'failed' });
    expect(stage(await conclude('--done', 'build:web,push'), 'push')?.status).to.equal('ok');
  });

  it('says how the run ended: nothing is done where a stage failed', async () => {
    told({ 'build:web': 'ok', push: 'failed' });
    const text = await printed('conclude', '--branch', 'main');
    expect(text).not.to.match(/done/);
    expect(text.trim().split('\n').at(-1)).to.match(/failed in .*: Push images failed$/);
  });

  it('names the variable of a credential that is missing, and its id', async () => {
    const bound = CONFIG.replace('shop/web }', 'shop/web, secrets: { npm: "${env:NPM_TOKEN}" } }');
    writeFileSync(join(directory, 'automation-stack.yml'), bound);
    const reason = "Could not find credentials entry with ID 'npm-token'";
    const run = await conclude('--stage', 'build:web', '--ending', 'failed', '--reason', reason);
    expect(stage(run, 'build:web')?.error).to.deep.include({
      code: 'JENKINS_FAILED',
      message: 'the credential npm-token for NPM_TOKEN cannot be bound',
      where: 'jenkins.credentials.NPM_TOKEN',
      evidence: [reason],
    });
  });

  it('reports a branch without stages, and prints no failure', async () => {
    writeFileSync(
      join(directory, 'automation-stack.yml'),
      'application: shop\nenvironments: { staging: {} }\n',
    );
    const text = await printed('conclude', '--branch', 'docs');
    expect(text).to.match(/skipped in .*: nothing was run: no branch rule matches docs/);
    expect(await printed('report', '--run', 'build-7')).to.match(/^Wrote reports\/report.html/);
  });

  it('says nothing twice of a stage that told its own end', async () => {
    told({ 'build:web': 'ok', push: 'ok', 'deploy:staging': 'rolled-back' });
    const run = await conclude('--stage', 'deploy:staging', '--ending', 'interrupted');
    expect(stage(run, 'deploy:staging')?.status).to.equal('rolled-back');
    expect(stage(run, 'approve:production')?.reason).to.equal('needs deploy:staging, which was rolled back');
  });
});

describe('a run of several processes', () => {
  it('goes on while a stage waits for its process, also after the first one', () => {
    const stages = ['build:web', 'push'].map((id) => ({ id, title: id, needs: [] }));
    const events: StackEvent[] = (
      [
        { type: 'run.start', command: 'run', isPart: true, stages },
        { type: 'stage.start', stage: 'build:web', title: 'Build web' },
        { type: 'stage.end', stage: 'build:web', status: 'ok', seconds: 1 },
        { type: 'run.end', status: 'ok', seconds: 1, exitCode: 0 },
      ] as const
    ).map((body) => ({ time: '2026-01-01T00:00:00.000Z', ...body }));
    const run = joinRun({ id: 'build-7', parts: [partOf(events)] }, () => false, new Date());
    expect(run.status).to.equal('running');
  });
});
