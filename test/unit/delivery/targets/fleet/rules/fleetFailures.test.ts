import { expect } from 'chai';
import { StackError } from '../../../../../../runner/src/base/errors.js';
import {
  failedByError,
  failedByPlaybook,
  fleetFailure,
  type FailedHost,
} from '../../../../../../runner/src/delivery/targets/fleet/rules/fleetFailures.js';

const failed = (more: object = {}) =>
  failedByPlaybook({
    ...{
      host: 'web-1',
      task: 'start',
      message: ' it ended\n',
      output: ['out'],
      unreachable: false,
      where: '',
    },
    ...more,
  });

describe('a host on which the playbook failed', () => {
  for (const restored of ['healthy', 'unhealthy', 'none'] as const)
    it(`is ${restored} where the module says so, with its log`, () =>
      expect(failed({ report: { restored, log: ['a', 5] } })).to.deep.equal({
        ...{ host: 'web-1', cause: 'unhealthy', reason: 'it ended' },
        ...{ log: ['a', '5'], now: restored },
      }));

  it('may have no log', () => expect(failed({ report: { restored: 'none' } }).log).to.deep.equal([]));

  it('is in an unknown state where the module says nothing of it', () => {
    const told = {
      host: 'web-1',
      cause: 'playbook',
      reason: 'task "start": it ended',
      log: ['out'],
      now: 'unknown',
    };
    expect(failed()).to.deep.equal(told);
    expect(failed({ report: { restored: 'maybe' } })).to.deep.equal(told);
    expect(failed({ task: '' }).reason).to.equal('it ended');
  });

  it('has the cause and the place that Ansible tells', () => {
    expect(failed({ unreachable: true }).cause).to.equal('unreachable');
    expect(failed({ leftOut: true }).cause).to.equal('not-replaced');
    expect(failed({ where: 'site.yml:3' }).where).to.equal('site.yml:3');
  });
});

describe('a host that could not be asked', () => {
  it('is unreachable where SSH says so, and its name is not told twice', () => {
    const error = new StackError('SSH_UNREACHABLE', 'does not answer', {
      subject: 'web-1',
      evidence: ['line'],
    });
    expect(failedByError('web-1', error, 'unknown')).to.deep.equal({
      ...{ host: 'web-1', cause: 'unreachable', reason: 'web-1 does not answer', words: 'does not answer' },
      ...{ log: ['line'], now: 'unknown' },
    });
  });

  it('failed by its playbook else', () =>
    expect(failedByError('web-1', new StackError('DEPLOY_FAILED', 'it broke'), 'other')).to.deep.equal({
      ...{ host: 'web-1', cause: 'playbook', reason: 'it broke', log: [], now: 'other' },
    }));
});

describe('the failure of a fleet', () => {
  const host = (more: Partial<FailedHost> = {}): FailedHost => ({
    ...{ host: 'web-1', cause: 'unhealthy', reason: 'it ended', log: ['last line'], now: 'healthy' },
    ...more,
  });
  const fleet = { name: 'web', environmentName: 'staging' };

  it('is told by the first host, and how many more', () => {
    expect(fleetFailure(fleet, [host()], 3)).to.include({
      message: 'web-1: it ended',
      where: 'web of staging, web-1',
    });
    expect(fleetFailure(fleet, [host(), host({ host: 'web-2' })], 3).message).to.equal(
      'web-1: it ended (and 1 more of 3 hosts)',
    );
    expect(fleetFailure(fleet, [host({ where: 'site.yml:3', words: 'words' })], 3)).to.include({
      message: 'web-1: words',
      where: 'site.yml:3',
    });
  });

  it('has what became of every host for evidence, with its last lines', () =>
    expect(
      fleetFailure(fleet, [host(), host({ host: 'web-2', words: 'words', log: [] })], 3).evidence,
    ).to.deep.equal([
      'web-1: it ended; back on what ran before, healthy',
      'web-1 | last line',
      'web-2: words; back on what ran before, healthy',
    ]));
});
