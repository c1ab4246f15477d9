import { expect } from 'chai';
import { toErrorRecord, StackError, type ErrorCode } from '../../../../runner/src/base/errors.js';
import {
  summaryOfEnvironments,
  worstExitCode,
  type EnvironmentEnd,
} from '../../../../runner/src/pipeline/rules/severalEnvironments.js';

const end = (environment: string, code?: ErrorCode): EnvironmentEnd => {
  if (code === undefined) return { environment, exitCode: 0 };
  const error = toErrorRecord(new StackError(code, `${code} there`, { next: `mend ${environment}` }));
  return { environment, exitCode: error.exitCode, error };
};

describe('the end of several environments', () => {
  it('is the worst of them: interrupted, failed, locked, drift, well', () => {
    const codes = (...ends: readonly EnvironmentEnd[]) => worstExitCode(ends);
    expect(codes(end('a'), end('b', 'DRIFT_FOUND'))).to.equal(5);
    expect(codes(end('a', 'DRIFT_FOUND'), end('b', 'LOCKED'))).to.equal(4);
    expect(codes(end('a', 'LOCKED'), end('b', 'TERRAFORM_FAILED'))).to.equal(1);
    expect(codes(end('a', 'TERRAFORM_FAILED'), end('b', 'INTERRUPTED'))).to.equal(130);
    expect(codes(end('a'), end('b'))).to.equal(0);
    expect(codes()).to.equal(0);
    expect(codes({ environment: 'a', exitCode: 99 })).to.equal(99);
  });

  it('has all that the only failure has', () => {
    const where = 'main.tf:3';
    const failed = (details: object) => {
      const error = toErrorRecord(new StackError('TERRAFORM_FAILED', 'x', details));
      return summaryOfEnvironments([{ environment: 'a', exitCode: error.exitCode, error }]);
    };
    const whole = failed({ where, evidence: ['line'], next: 'n' });
    expect(whole).to.include({ where, next: 'n' });
    expect(whole?.evidence).to.deep.equal(['line']);
    expect(failed({})).to.deep.include({ where: undefined, evidence: [], next: undefined });
  });

  it('says where to look first where no failure says what to do', () => {
    const failed = (environment: string) => {
      const error = toErrorRecord(new StackError('TERRAFORM_FAILED', 'x'));
      return { environment, exitCode: error.exitCode, error };
    };
    expect(summaryOfEnvironments([failed('a'), failed('b')])?.next).to.equal('Look at a first.');
  });

  it('is told in its own words where one ended badly, and names all where several did', () => {
    expect(summaryOfEnvironments([end('a')])).to.equal(undefined);
    expect(summaryOfEnvironments([end('a'), end('b', 'LOCKED')])).to.include({
      code: 'LOCKED',
      message: 'LOCKED there',
      next: 'mend b',
    });
    const two = summaryOfEnvironments([end('a', 'DRIFT_FOUND'), end('b', 'TERRAFORM_FAILED'), end('c')]);
    expect(two).to.include({ code: 'TERRAFORM_FAILED', next: 'mend b' });
    expect(two?.message).to.equal('2 of 3 environments failed: a, b');
    expect(two?.evidence).to.deep.equal(['a: DRIFT_FOUND there', 'b: TERRAFORM_FAILED there']);
  });

  it('leaves out what does not count', () => {
    const isFailure = ({ exitCode }: EnvironmentEnd) => exitCode !== 5;
    expect(summaryOfEnvironments([end('a', 'DRIFT_FOUND')], isFailure)).to.equal(undefined);
  });
});
