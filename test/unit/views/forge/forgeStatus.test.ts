import { expect } from 'chai';
import type { ErrorRecord } from '../../../../runner/src/base/errors.js';
import { runStatus, statusContext } from '../../../../runner/src/views/forge/forgeStatus.js';
import { runOf } from '../../../support/recordedRun.js';
import { interruptedRun, rolledBackRun, successfulRun } from '../../../support/sampleRuns.js';

const ended = runOf(successfulRun);
const failed = (code: ErrorRecord['code'], message = 'why') => ({
  ...ended,
  status: 'failed' as const,
  failures: [{ error: { code, category: 'service' as const, message, exitCode: 1 }, lastLines: [] }],
});
const state = (run: typeof ended) => runStatus(run, 140).state;

describe('the status of a commit', () => {
  it('says how a run ended, what went where, and how long it took', () => {
    expect(runStatus(ended, 140)).to.deep.equal({
      state: 'success',
      description: 'Succeeded in 1m38s: 1.4.0 → staging',
    });
    expect(runStatus(runOf(rolledBackRun), 140).state).to.equal('failure');
    expect(runStatus(runOf(rolledBackRun), 140).description).to.match(/^Rolled back: /);
    expect(runStatus({ ...ended, status: 'partial' }, 140)).to.include({ state: 'success' });
    expect(runStatus({ ...ended, status: 'skipped' }, 140).description).to.equal('Nothing to do');
  });

  it('tells what the commit did wrong from what people, locks and agents did', () => {
    expect(state(failed('TEST_FAILED'))).to.equal('failure');
    expect(state(failed('TERRAFORM_FAILED'))).to.equal('failure');
    for (const code of ['LOCKED', 'AGENT_LOST', 'JENKINS_FAILED'] as const)
      expect(state(failed(code))).to.equal('error');
    for (const code of ['APPROVAL_REFUSED', 'APPROVAL_EXPIRED', 'INTERRUPTED'] as const)
      expect(state(failed(code))).to.equal('cancelled');
    expect(state(runOf(interruptedRun))).to.equal('cancelled');
    expect(state({ ...ended, status: 'cut-off' })).to.equal('error');
  });

  it('waits for a person once nothing else holds it up', () => {
    const stages = [
      { id: 'push', status: 'ok' },
      {
        id: 'approve:production',
        kind: 'approve',
        status: 'waiting',
        title: 'Approve production',
        needs: ['push'],
      },
    ].map((stage) => ({ ...ended.stages[0]!, ...stage })) as typeof ended.stages;
    const running = { ...ended, status: 'running' as const, stages };
    expect(runStatus(running, 140)).to.deep.equal({
      state: 'running',
      description: 'Waits: Approve production',
    });
    const before = stages.with(0, { ...stages[0]!, status: 'running' });
    expect(runStatus({ ...running, stages: before }, 140).description).to.equal('Running');
  });

  it('is never longer than it may be, on one line', () => {
    const { description } = runStatus(failed('TEST_FAILED', `🙂${'x\n'.repeat(200)}`), 140);
    expect([...description]).to.have.length(140);
    expect(description)
      .to.match(/^Failed: 🙂x x/)
      .and.to.match(/…$/);
  });

  it('is one for each application and environment, and another for a command by itself', () => {
    expect(statusContext('shop', 'staging', 'run')).to.equal('automation-stack/shop/staging');
    expect(statusContext('shop', undefined, 'run')).to.equal('automation-stack/shop/build');
    expect(statusContext('shop', 'staging', 'plan')).to.equal('automation-stack/shop/staging/plan');
    expect(statusContext('shop', undefined, 'test')).to.equal('automation-stack/shop/test');
  });
});
