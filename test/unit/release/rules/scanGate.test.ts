import { expect } from 'chai';
import type { ScanFinding, Severity, Threshold } from '../../../../runner/src/domain/imageScan.js';
import {
  countWords,
  coversRule,
  findingWords,
  judgeScan,
  recordedScan,
  type ScanException,
} from '../../../../runner/src/release/rules/scanGate.js';

const NOW = new Date('2026-11-29T23:59:00Z');
const finding = (id: string, severity: Severity = 'critical'): ScanFinding => ({ id, severity });
const exception = (id: string, until: string): ScanException => ({ id, until, why: 'not reachable' });
const judge = (
  findings: readonly ScanFinding[],
  rule: { failOn?: Threshold; unsupported?: 'fail' | 'pass'; ignore?: readonly ScanException[] } = {},
  status: 'complete' | 'unsupported' = 'complete',
) => judgeScan({ status, findings }, { failOn: 'critical', unsupported: 'fail', ignore: [], ...rule }, NOW);

describe('gate of a scan', () => {
  it('fails on findings of its severity and worse', () => {
    const findings = [finding('a', 'high'), finding('b', 'medium'), finding('c', 'unknown')];
    const failing = (failOn: Threshold) => judge(findings, { failOn }).failing.map(({ id }) => id);
    expect(failing('critical')).to.deep.equal([]);
    expect(failing('high')).to.deep.equal(['a']);
    expect(failing('low')).to.deep.equal(['a', 'b']);
    expect(failing('any')).to.deep.equal(['a', 'b', 'c']);
    expect(failing('never')).to.deep.equal([]);
  });

  it('accepts a finding to the end of the last day of its exception', () => {
    const verdict = judge([finding('a')], { ignore: [exception('a', '2026-11-29')] });
    expect(verdict.passes).to.equal(true);
    expect(verdict.accepted.map(({ id }) => id)).to.deep.equal(['a']);
  });

  it('fails once an exception has run out, and says which', () => {
    const verdict = judge([finding('a'), finding('b')], {
      ignore: [exception('a', '2026-11-28'), exception('b', '2027-01-01')],
    });
    expect(verdict.passes).to.equal(false);
    expect(verdict.failing.map(({ id }) => id)).to.deep.equal(['a']);
    expect(verdict.expired.map(({ id }) => id)).to.deep.equal(['a']);
  });

  it('takes a renewed exception for what it is, beside the one that ran out', () => {
    const ignore = [exception('a', '2026-11-28'), exception('a', '2027-01-01')];
    expect(judge([finding('a')], { ignore })).to.deep.include({ passes: true, expired: [] });
  });

  it('passes with an expired exception for what is no longer found, and tells that it is unused', () => {
    const verdict = judge([], { ignore: [exception('a', '2020-01-01')] });
    expect([verdict.passes, verdict.unused.length, verdict.expired.length]).to.deep.equal([true, 1, 0]);
  });

  it('does not take an image that was not scanned for a clean one', () => {
    expect(judge([], {}, 'unsupported').passes).to.equal(false);
    expect(judge([], { unsupported: 'pass' }, 'unsupported').passes).to.equal(true);
  });
});

describe('record of a scan', () => {
  const about = { by: 'ecr', digest: 'sha256:1', at: NOW.toISOString() };
  const report = {
    status: 'complete' as const,
    findings: [finding('b', 'low'), finding('a'), finding('a'), finding('c', 'high')],
  };

  it('counts each finding once and keeps those of the gate, the worst first', () => {
    const scan = recordedScan(report, { ...about, from: 'high' });
    expect(scan.counts).to.deep.equal({ critical: 1, high: 1, low: 1 });
    expect(scan.findings.map(({ id }) => id)).to.deep.equal(['a', 'c']);
    expect(countWords(scan)).to.equal('1 critical, 1 high, 1 low');
  });

  it('of a gate that only reports can still be held against one that asks for the worst', () => {
    const scan = recordedScan(report, { ...about, from: 'never' });
    expect(scan.findings.map(({ id }) => id)).to.deep.equal(['a']);
    expect(coversRule(scan, { failOn: 'critical' })).to.equal(true);
    expect(coversRule(scan, { failOn: 'high' })).to.equal(false);
  });

  it('covers what asks for less, not what asks for more', () => {
    const covers = (from: Threshold, failOn: Threshold) => coversRule({ from }, { failOn });
    expect(covers('any', 'low')).to.equal(true);
    expect(covers('low', 'any')).to.equal(false);
    expect(covers('critical', 'never')).to.equal(true);
  });

  it('says what a finding is in', () => {
    expect(
      findingWords({ ...finding('CVE-1'), package: 'openssl', version: '3.0.1', fixed: '3.0.2' }),
    ).to.equal('CVE-1 critical in openssl 3.0.1, fixed in 3.0.2');
  });
});
