import { expect } from 'chai';
import { barrierOf, isOlder, type ContractRecord } from '../../../../runner/src/domain/contract.js';
import type { DeploymentRecord } from '../../../../runner/src/domain/records.js';
import { dueStep, outrun, type ConfiguredStep } from '../../../../runner/src/delivery/rules/contractStep.js';

const at = '2026-11-03T12:00:00.000Z';
const aged = (version: string, createdAt = at) => ({ version, createdAt });

/** Newest first. */
const deployed = (...all: (Partial<DeploymentRecord> & { version: string })[]): DeploymentRecord[] =>
  all.map((one, index) => ({
    sequence: all.length - index,
    environment: 'staging',
    kind: 'deploy',
    status: 'healthy',
    startedAt: at,
    who: 'alice@laptop',
    commit: 'abc',
    contracts: { web: {} },
    ...one,
  }));
const done = (version: string, change: Partial<ContractRecord> = {}): ContractRecord => ({
  number: 1,
  target: 'web',
  version,
  madeAt: at,
  ranIn: version,
  status: 'ok',
  who: 'alice@laptop',
  startedAt: at,
  endedAt: at,
  ...change,
});
const next: ConfiguredStep = { after: 'next-release' };
const decide = (
  deployments: readonly DeploymentRecord[],
  step: ConfiguredStep = next,
  steps: readonly ContractRecord[] = [],
) => dueStep({ target: 'web', step, deployments, steps });

describe('the age of a release', () => {
  it('is told by when it was made', () => {
    expect(isOlder(aged('0.2.0-9.gffff', '2026-01-01'), aged('0.2.0-1.gaaaa', '2026-01-02'))).to.equal(true);
    expect(isOlder(aged('0.2.0-1.gaaaa', '2026-01-02'), aged('0.2.0-9.gffff', '2026-01-01'))).to.equal(false);
  });

  it('is that of its version where a patch of an older one was made later', () => {
    expect(isOlder(aged('1.2.1', '2026-03-01'), aged('1.3.0', '2026-02-01'))).to.equal(true);
    expect(isOlder(aged('1.10.0', '2026-03-01'), aged('1.9.0', '2026-02-01'))).to.equal(false);
  });

  it('says nothing of pre-release parts, which name commits, or of itself', () => {
    expect(isOlder(aged('1.3.0-2.gabc'), aged('1.3.0-1.gdef'))).to.equal(false);
    expect(isOlder(aged('1.3.0'), aged('1.3.0', '2027-01-01'))).to.equal(false);
  });

  it('is held against every contract step, also one that failed or is under way', () => {
    expect(barrierOf(aged('1.2.0'), [done('1.2.0'), done('1.1.0')])).to.equal(undefined);
    for (const status of ['ok', 'failed', 'running'] as const)
      expect(barrierOf(aged('1.2.0'), [done('1.3.0', { status })])).to.have.property('version', '1.3.0');
  });
});

describe('the contract step that is due', () => {
  it('is that of the release before, as nothing one rolls back to needs what it removes', () => {
    expect(decide(deployed({ version: '1.4.0' }, { version: '1.3.0' }, { version: '1.2.0' }))).to.deep.equal({
      kind: 'due',
      version: '1.3.0',
    });
  });

  it('is that of the release itself where it follows the bake', () => {
    const found = decide(deployed({ version: '1.3.0' }, { version: '1.2.0' }), { after: 'bake' });
    expect(found).to.deep.equal({ kind: 'due', version: '1.3.0' });
  });

  it('is none while a release is the first one', () => {
    expect(decide(deployed({ version: '1.3.0' }))).to.have.property('kind', 'nothing');
    expect(decide([])).to.have.property('why', 'nothing was deployed there');
  });

  it('is none where the release before had no step', () => {
    const none = decide(deployed({ version: '1.4.0' }, { version: '1.3.0', contracts: {} }));
    expect(none).to.deep.equal({ kind: 'nothing', why: '1.3.0 was deployed without a contract of web' });
  });

  it('waits for a release that has not proved itself on every host', () => {
    for (const status of ['partial', 'unproven'] as const)
      expect(decide(deployed({ version: '1.4.0', status }, { version: '1.3.0' }))).to.deep.equal({
        kind: 'waits',
        why: `1.4.0 is ${status}`,
      });
  });

  it('waits after a rollback', () => {
    const back = deployed(
      { version: '1.3.0', kind: 'rollback', previous: '1.4.0' },
      { version: '1.4.0' },
      { version: '1.3.0' },
      { version: '1.2.0' },
    );
    expect(decide(back)).to.have.property('kind', 'waits');
  });

  it('is never that of a release that a rollback left behind', () => {
    const around = deployed(
      { version: '1.5.0' },
      { version: '1.3.0', kind: 'rollback', previous: '1.4.0', contracts: {} },
      { version: '1.4.0' },
      { version: '1.3.0' },
    );
    expect(decide(around)).to.deep.equal({ kind: 'due', version: '1.3.0' });
  });

  it('passes by what failed', () => {
    const failed = deployed(
      { version: '1.5.0' },
      { version: '1.4.0', status: 'rolled-back' },
      { version: '1.3.0' },
    );
    expect(decide(failed)).to.deep.equal({ kind: 'due', version: '1.3.0' });
  });

  it('is done once; one that failed is due again', () => {
    const line = deployed({ version: '1.4.0' }, { version: '1.3.0' });
    expect(decide(line, next, [done('1.3.0')])).to.have.property('kind', 'nothing');
    expect(decide(line, next, [done('1.3.0', { target: 'api' })])).to.have.property('kind', 'due');
    expect(decide(line, next, [done('1.3.0', { status: 'failed' })])).to.have.property('kind', 'due');
  });

  it('belongs, by its name, to the first release that had it, and runs once', () => {
    const named = { contracts: { web: { id: 'drop-mail' } } };
    const step: ConfiguredStep = { after: 'next-release', id: 'drop-mail' };
    const line = deployed(
      { version: '1.5.0', ...named },
      { version: '1.4.0', ...named },
      { version: '1.3.0', ...named },
      { version: '1.2.0', contracts: { web: { id: 'drop-name' } } },
    );
    expect(decide(line, step)).to.deep.equal({ kind: 'due', version: '1.3.0' });
    expect(decide(line.slice(0, -1), step)).to.deep.equal({ kind: 'due', version: '1.3.0' });
    expect(decide(line, step, [done('1.3.0', { id: 'drop-mail' })])).to.have.property('kind', 'nothing');
    expect(decide(line.slice(2), step)).to.deep.equal({
      kind: 'waits',
      why: 'drop-mail came with 1.3.0: the next release goes on',
    });
  });
});

describe('a contract step', () => {
  it('outruns another environment that runs an older release', () => {
    const other = { environment: 'reporting', why: 'shares its database', ...aged('1.2.0') };
    expect(outrun(aged('1.3.0'), [other])).to.equal(other);
    expect(outrun(aged('1.2.0'), [other])).to.equal(undefined);
  });
});
