import { expect } from 'chai';
import { StackError } from '../../../runner/src/base/errors.js';
import type { StackEvent } from '../../../runner/src/events/events.js';
import { deliveredIn } from '../../../runner/src/infrastructure/delivered.js';
import type { PlanJson } from '../../../runner/src/infrastructure/rules/planSummary.js';
import { Ledger } from '../../../runner/src/state/ledger.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { draft, FakeClock } from '../../support/stateRecords.js';

const TARGETS = {
  web: {
    ...{ kind: 'ecs-service', status: 'healthy' as const },
    facts: { strategy: 'switch', live: 'green', rule: 'arn:rule', cluster: 'main', service: 'shop-green' },
  },
};
const planOf = (type: string, actions = ['update']): PlanJson => ({
  resource_changes: [{ address: `${type}.main`, type, mode: 'managed', change: { actions } }],
});
const RULE = planOf('aws_lb_listener_rule');

/** A context with a ledger in memory, which tells how often it was opened. */
function opened() {
  const store = new MemoryStore();
  const ledger = new Ledger(store, new FakeClock());
  const events: StackEvent[] = [];
  let asked = 0;
  const state = () => {
    asked += 1;
    return Promise.resolve({ ledger });
  };
  const context = { state, events: { emit: (event: StackEvent) => void events.push(event) } };
  return {
    ledger,
    events,
    asked: () => asked,
    read: (plan: PlanJson, from: object = {}) =>
      deliveredIn({ ...context, ...from } as never, { name: 'staging' }, plan),
  };
}

describe('what the ledger says that the delivery owns', () => {
  it('is what the last healthy deployment has put where', async () => {
    const { ledger, read } = opened();
    const begun = await ledger.startDeployment(draft('1.4.0'));
    await ledger.finishDeployment({ ...begun, status: 'healthy', targets: TARGETS });
    const failed = await ledger.startDeployment(draft('1.5.0'));
    await ledger.finishDeployment({ ...failed, status: 'failed' });
    expect(await read(RULE)).to.deep.equal([
      {
        ...{ target: 'web', version: '1.4.0', cluster: 'main', service: 'shop-green' },
        ...{ live: 'green', rules: ['arn:rule'] },
      },
    ]);
  });

  it('is nothing before the first deployment', async () => {
    expect(await opened().read(RULE)).to.deep.equal([]);
  });

  it('is not asked where a plan has nothing that a delivery can own', async () => {
    const { read, asked } = opened();
    expect(await read(planOf('aws_vpc'))).to.deep.equal([]);
    expect(await read(planOf('aws_lb_listener_rule', ['no-op']))).to.deep.equal([]);
    expect(asked()).to.equal(0);
    await read({ resource_drift: RULE.resource_changes ?? [] });
    expect(asked()).to.equal(1);
  });

  it('is told to be unknown where the ledger cannot be read, and the plan is made all the same', async () => {
    const { read, events } = opened();
    const state = () => Promise.reject(new StackError('STATE_UNREADABLE', 'the bucket is not there'));
    expect(await read(RULE, { state })).to.deep.equal([]);
    expect(events.map(({ type }) => type)).to.deep.equal(['notice']);
    expect(JSON.stringify(events)).to.contain('the bucket is not there');
  });
});
