import { expect } from 'chai';
import { deliveredBy, ownedText } from '../../../../runner/src/infrastructure/rules/deliveryOwned.js';
import { requireAllowed } from '../../../../runner/src/infrastructure/rules/dataLoss.js';
import { driftOf, driftText } from '../../../../runner/src/infrastructure/rules/driftFindings.js';
import { summarisePlan, type PlanJson } from '../../../../runner/src/infrastructure/rules/planSummary.js';
import { planText } from '../../../../runner/src/infrastructure/rules/planText.js';
import type { DeploymentRecord, TargetRecord } from '../../../../runner/src/domain/records.js';
import { rejection } from '../../../support/rejection.js';

type Change = NonNullable<PlanJson['resource_changes']>[number];

const LISTENER = 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/main/1a/2b';
const RULE = `${LISTENER}/3c`;
const GROUP = 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup';
const [BLUE, GREEN] = [`${GROUP}/blue/1`, `${GROUP}/green/1`];
const CLUSTER = 'arn:aws:ecs:eu-west-1:111111111111:cluster/main';

/** The ledger after a deploy of 1.4.0, which made green the live colour. */
const record = (facts: Readonly<Record<string, string>>, more: Partial<TargetRecord> = {}) =>
  ({
    version: '1.4.0',
    targets: { web: { kind: 'ecs-service', status: 'healthy', facts, ...more } },
  }) as unknown as DeploymentRecord;
const SWITCHED = {
  ...{ strategy: 'switch', live: 'green', rule: RULE, cluster: 'main', service: 'shop-green' },
  'target-group': GREEN,
};
const delivered = deliveredBy(record(SWITCHED), false);

const change = (
  address: string,
  actions: readonly string[],
  before: unknown,
  after: unknown,
  type = address.split('.')[0] as string,
): Change => ({ address, mode: 'managed', type, change: { actions, before, after } });
const rule = (group: string, more: object = {}) => ({
  ...{ arn: RULE, id: RULE, priority: 10 },
  action: [{ type: 'forward', target_group_arn: group, forward: [] }],
  ...more,
});
const weighted = (blue: number, green: number) => ({
  ...rule(''),
  action: [
    {
      ...{ type: 'forward', target_group_arn: null },
      forward: [
        {
          target_group: [
            { arn: BLUE, weight: blue },
            { arn: GREEN, weight: green },
          ],
        },
      ],
    },
  ],
});
const service = (name: string, more: object) => ({
  ...{ name, cluster: CLUSTER, id: `arn:aws:ecs:eu-west-1:111111111111:service/main/${name}` },
  ...{ desired_count: 2, task_definition: 'shop:1', enable_execute_command: false },
  ...more,
});
const noop = (address: string, now: unknown) => change(address, ['no-op'], now, now);
/** A rule that a delivery has moved and that Terraform leaves alone. */
const LEFT: PlanJson = {
  resource_drift: [change('aws_lb_listener_rule.delivery', ['update'], rule(BLUE), rule(GREEN))],
  resource_changes: [noop('aws_lb_listener_rule.delivery', rule(GREEN))],
};
/** One that Terraform would move back. */
const BACK: PlanJson = {
  resource_drift: LEFT.resource_drift ?? [],
  resource_changes: [change('aws_lb_listener_rule.delivery', ['update'], rule(GREEN), rule(BLUE))],
};

describe('what the delivery owns', () => {
  it('is told of a plan by the ledger: the rule, the live colour and its version', () => {
    const summary = summarisePlan(LEFT, [], delivered);
    expect(summary.owned).to.deep.equal([
      {
        address: 'aws_lb_listener_rule.delivery',
        ...{ what: 'rule', id: RULE, target: 'web', live: 'green', version: '1.4.0' },
        paths: ['action[0].target_group_arn'],
      },
    ]);
    expect(summary).to.include({ hasChanges: false, headline: 'no changes; 1 unchanged' });
    expect(summary.drifted).to.deep.equal([]);
    expect(planText(summary)).to.equal(
      [
        'no changes; 1 unchanged',
        '',
        'Left where the delivery has put it',
        `    aws_lb_listener_rule.delivery: delivery owns rule ${RULE}: green = 1.4.0`,
      ].join('\n'),
    );
  });

  it('is no drift, whether Terraform would leave it alone or not', () => {
    for (const plan of [LEFT, BACK]) {
      const drift = driftOf(plan, undefined, delivered);
      expect(drift).to.include({ drifted: 0 });
      expect(drift.leftAlone).to.deep.equal([]);
      expect(drift.owned?.map(ownedText)).to.deep.equal([`delivery owns rule ${RULE}: green = 1.4.0`]);
      expect(driftText('staging', drift)).to.contain('Owned by the delivery (no drift)');
    }
    // Without the ledger it is what it looks like.
    expect(driftOf(BACK).drifted).to.equal(1);
  });

  it('is not shown as a plain change where an apply would move it back, and that has to be meant', async () => {
    const { resources, losses, counts } = summarisePlan(BACK, [], delivered);
    expect(counts.change).to.equal(1);
    expect(planText(summarisePlan(BACK, [], delivered))).to.contain(
      `  ~ aws_lb_listener_rule.delivery  (delivery owns rule ${RULE}: green = 1.4.0; an apply would change it back)`,
    );
    const request = { environment: 'staging', command: 'node runner apply --env staging' };
    const error = await rejection(
      Promise.resolve().then(() => requireAllowed(resources, losses, [], request)),
      'DATA_LOSS_REFUSED',
    );
    expect(error.message).to.equal(
      'what serves staging would be changed back: aws_lb_listener_rule.delivery',
    );
    expect(error.next).to.contain('ignore_changes');
    requireAllowed(resources, losses, ['aws_lb_listener_rule.delivery'], request);
  });

  it('is only a part of a resource: another change of it stays a change and a drift', () => {
    const plan = {
      resource_changes: [
        change('aws_lb_listener_rule.delivery', ['update'], rule(GREEN), rule(BLUE, { priority: 20 })),
      ],
    };
    const drift = driftOf(plan, undefined, delivered);
    expect(drift.changes.map(({ changes }) => changes.map(({ path }) => path))).to.deep.equal([['priority']]);
    const [shown] = summarisePlan(plan, [], delivered).resources;
    expect(shown?.changes.map(({ path }) => path)).to.have.members([
      'priority',
      'action[0].target_group_arn',
    ]);
  });

  it('are revision and count of the services of both colours, and of no other', () => {
    const moved = { desired_count: 0, task_definition: 'shop:7' };
    const of = (name: string, more: object = {}) =>
      change(`aws_ecs_service.${name}`, ['update'], service(name, {}), service(name, { ...moved, ...more }));
    const plan = {
      resource_drift: [
        of('shop-blue'),
        of('shop-green'),
        of('other'),
        // Somebody let people in.
        of('shop-blue', { enable_execute_command: true }),
      ].map((item, index) => ({ ...item, address: `${item.address}[${index}]` })),
    };
    const summary = summarisePlan(plan, [], delivered);
    expect(summary.owned?.map(({ address, id }) => [address, id])).to.deep.equal([
      ['aws_ecs_service.shop-blue[0]', 'main/shop-blue'],
      ['aws_ecs_service.shop-green[1]', 'main/shop-green'],
    ]);
    expect(summary.drifted).to.deep.equal(['aws_ecs_service.other[2]', 'aws_ecs_service.shop-blue[3]']);
  });

  it('is not a service of the same name in another cluster', () => {
    const other = { cluster: CLUSTER.replace('/main', '/team') };
    const plan = {
      resource_drift: [
        change(
          'aws_ecs_service.a',
          ['update'],
          service('shop-green', other),
          service('shop-green', { ...other, desired_count: 9 }),
        ),
      ],
    };
    expect(summarisePlan(plan, [], delivered).owned).to.equal(undefined);
  });

  it('of a rolling service is its revision, without a colour; its group is Terraform’s', () => {
    const rolling = deliveredBy(
      record({ cluster: CLUSTER, service: 'shop', taskDefinition: 'shop:7' }),
      false,
    );
    const plan = (more: object) => ({
      resource_changes: [
        change('aws_ecs_service.this', ['update'], service('shop', { task_definition: 'shop:7' }), {
          ...service('shop', {}),
          ...more,
        }),
      ],
    });
    const [owned] = summarisePlan(plan({}), [], rolling).owned ?? [];
    expect(ownedText(owned as never)).to.equal('delivery owns service main/shop: 1.4.0');
    const { owned: same } = summarisePlan(
      plan({ task_definition: 'shop:7', load_balancer: [{ target_group_arn: BLUE }] }),
      [],
      rolling,
    );
    expect(same).to.equal(undefined);
  });

  it('of a service without colours may be counted by Terraform; of the idle colour it may not', () => {
    const plan = (name: string) => ({
      resource_changes: [
        change('aws_ecs_service.this', ['update'], service(name, { desired_count: 5 }), service(name, {})),
      ],
    });
    const rolling = deliveredBy(record({ cluster: 'main', service: 'shop' }), false);
    expect(summarisePlan(plan('shop'), [], rolling)).to.deep.include({ losses: [] });
    expect(summarisePlan(plan('shop-blue'), [], delivered).losses).to.have.lengthOf(1);
  });

  it('of a switch is also the service of the other colour, whatever it is called', () => {
    const named = deliveredBy(
      record({ ...SWITCHED, service: 'shop-new', 'other-service': 'shop-old' }),
      false,
    );
    const counted = (desired_count: number) => service('shop-old', { desired_count });
    const plan = { resource_drift: [change('aws_ecs_service.old', ['update'], counted(2), counted(0))] };
    expect(summarisePlan(plan, [], named).owned?.map(ownedText)).to.deep.equal([
      'delivery owns service main/shop-old: green = 1.4.0',
    ]);
  });

  it('of a deployment that ECS makes is also how it is made', () => {
    const native = deliveredBy(
      record({
        strategy: 'canary',
        rule: RULE,
        'test-rule': `${LISTENER}/4d`,
        cluster: 'main',
        service: 'shop',
      }),
      false,
    );
    const now = service('shop', {
      deployment_maximum_percent: 150,
      load_balancer: [{ target_group_arn: GREEN }],
    });
    const plan = {
      resource_drift: [
        change(
          'aws_lb_listener_rule.test',
          ['update'],
          { ...rule(BLUE), arn: `${LISTENER}/4d` },
          { ...rule(GREEN), arn: `${LISTENER}/4d` },
        ),
      ],
      resource_changes: [
        change('aws_ecs_service.this', ['update'], now, {
          ...service('shop', {}),
          ...{ deployment_maximum_percent: 200, load_balancer: [{ target_group_arn: BLUE }] },
        }),
      ],
    };
    const summary = summarisePlan(plan, [], native);
    expect(summary.owned?.map(({ what, paths }) => [what, paths])).to.deep.equal([
      ['service', ['deployment_maximum_percent', 'load_balancer[0].target_group_arn']],
      ['rule', ['action[0].target_group_arn']],
    ]);
    expect(driftOf(plan, undefined, native).drifted).to.equal(0);
  });

  it('of scaling is the minimum, which goes from colour to colour', () => {
    const scaling = (min_capacity: number) => ({
      resource_id: 'service/main/shop-blue',
      min_capacity,
      max_capacity: 9,
    });
    const plan = {
      resource_drift: [change('aws_appautoscaling_target.this', ['update'], scaling(2), scaling(0))],
    };
    expect(summarisePlan(plan, [], delivered).owned?.map(ownedText)).to.deep.equal([
      'delivery owns the scaling of main/shop-blue: green = 1.4.0',
    ]);
  });

  it('says where a rule sends requests that the ledger knows to go elsewhere, and counts that as changed', () => {
    for (const [now, where] of [
      [rule(BLUE), BLUE],
      [weighted(1, 0), BLUE],
      [weighted(50, 50), 'several groups'],
    ] as const) {
      const plan = {
        resource_drift: [change('aws_lb_listener_rule.delivery', ['update'], rule(GREEN), now)],
      };
      const summary = summarisePlan(plan, [], delivered);
      expect(summary.owned?.map(ownedText)).to.deep.equal([
        `delivery owns rule ${RULE}: green = 1.4.0, but it sends requests to ${where}`,
      ]);
      expect(summary.drifted).to.deep.equal(['aws_lb_listener_rule.delivery']);
      // While a deployment moves them, nobody can say where they are to go.
      const moving = summarisePlan(plan, [], deliveredBy(record(SWITCHED), true));
      expect(moving.owned?.map(({ elsewhere }) => elsewhere)).to.deep.equal([undefined]);
    }
    const agreed = {
      resource_drift: [change('a.b', ['update'], rule(BLUE), weighted(0, 100), 'aws_lb_listener_rule')],
    };
    expect(summarisePlan(agreed, [], delivered).owned?.[0]).not.to.have.property('elsewhere');
  });

  it('is nothing of other kinds of targets, nor of a record that does not say where', () => {
    expect(deliveredBy(record(SWITCHED, { kind: 'fleet' }), false)).to.deep.equal([]);
    expect(deliveredBy(record({ taskDefinition: 'shop:7' }), false)).to.deep.equal([]);
  });
});
