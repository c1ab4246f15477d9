import { expect } from 'chai';
import { changesOf } from '../../../runner/src/commands/historyChanges.js';
import { deployment, type Deployment } from '../../support/deployment.js';

const CONFIG = `
application: shop
images: { web: { repository: shop/web } }
environments: { staging: { targets: { web: { kind: fleet, group: web, image: web } } } }
`;

describe('the list of what was done beside deployments', () => {
  let place: Deployment;
  beforeEach(async () => {
    place = await deployment({ 'automation-stack.yml': CONFIG });
  });
  afterEach(() => place.remove());

  const step = {
    target: 'web',
    version: '0.2.0',
    madeAt: '2026-01-01T00:00:00.000Z',
    ranIn: '0.3.0',
    who: 'ada',
  };

  it('has contract steps too, with whose they are and why one failed', async () => {
    const { ledger } = await place.context.state();
    const failed = await ledger.contracts.start('staging', step);
    await ledger.contracts.update('staging', { ...failed, status: 'failed', reason: 'exit code 3' });
    await ledger.changes.start('staging', { kind: 'restart', targets: ['web'], who: 'bob' });
    const { data, text } = await changesOf(place.context, 20);
    const { changes } = data as {
      changes: { kind: string; who: string; status: string; summary?: string }[];
    };
    const contract = changes.find(({ kind }) => kind === 'contract');
    expect(changes.map(({ kind }) => kind)).to.have.members(['contract', 'restart']);
    expect(contract).to.include({
      who: 'ada',
      status: 'failed',
      summary: 'what releases before 0.2.0 need, in 0.3.0: exit code 3',
    });
    expect(text).to.match(/staging +\S+ \S+ +contract +web +failed/);
  });

  it('has no more than were asked for, whatever they are', async () => {
    const { ledger } = await place.context.state();
    for (let count = 0; count < 3; count += 1) {
      await ledger.contracts.start('staging', step);
      await ledger.changes.start('staging', { kind: 'restart', who: 'bob' });
    }
    const { data } = await changesOf(place.context, 2);
    expect((data as { changes: unknown[] }).changes).to.have.lengthOf(2);
  });
});
