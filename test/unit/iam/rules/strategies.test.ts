import { expect } from 'chai';
import { ecsService } from '../../../../runner/src/delivery/targets/ecs/kind.js';
import {
  ecsServiceSchema,
  type EcsServiceConfig,
} from '../../../../runner/src/delivery/targets/ecs/schema.js';
import { policyOf } from '../../../../runner/src/iam/rules/policyDocument.js';
import { callsOf, grantsOf, type Verb } from '../../../../runner/src/iam/rules/verbs.js';
import { names as policyNames } from '../../../support/iam/policyNames.js';

const ROLE = 'arn:aws:iam::111111111111:role/shop-balancing';
const RULE = 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/main/1a/2b/3c';
const TEST_RULE = 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/main/1a/2b/4d';
const SERVICE = 'arn:aws:ecs:eu-west-1:111111111111:service/main';
const NATIVE = { 'alternate-target-group': 'arn:green', 'production-rule': RULE, role: ROLE };

const targetOf = (strategy: unknown): EcsServiceConfig =>
  ecsServiceSchema.parse({ kind: 'ecs-service', cluster: 'main', service: 'shop', image: 'web', strategy });

/** What the policy of a verb allows for one service of a strategy: actions with the resources they are allowed on. */
async function allowed(
  verb: Verb,
  strategy: unknown,
  settled = (value: string): Promise<string> => Promise.resolve(value),
): Promise<ReadonlyMap<string, readonly string[]>> {
  const target = targetOf(strategy);
  const targets = ecsService.permissions.filter((permission) => permission.of?.(target) ?? true);
  const { services = [], resources = {} } = (await ecsService.names?.(target, settled, (form) => form)) ?? {};
  const policy = policyOf(grantsOf({ ...policyNames, services, resources }, callsOf(verb, { targets })));
  const found = new Map<string, string[]>();
  for (const { Action, Resource } of policy.Statement)
    for (const action of Action) found.set(action, [...(found.get(action) ?? []), ...Resource]);
  return found;
}
const OF_STRATEGIES = /ServiceDeployment|ServiceRevision|ModifyRule/;

describe('the permissions of a strategy', () => {
  it('of a rolling update have nothing of the others', async () => {
    const may = await allowed('deploy', 'rolling');
    expect([...may.keys()].filter((action) => OF_STRATEGIES.test(action))).to.deep.equal([]);
    expect(may.get('ecs:UpdateService')).to.deep.equal([`${SERVICE}/shop`]);
    expect(may.get('iam:PassRole')).not.to.include(ROLE);
  });

  for (const kind of ['blue-green', 'canary', 'linear'])
    it(`${kind} follows the deployments of its service and hands ECS the role that changes rules`, async () => {
      const may = await allowed('deploy', { kind, ...NATIVE });
      const deployments = [
        `${SERVICE}/shop`,
        'arn:aws:ecs:eu-west-1:111111111111:service-deployment/main/shop/*',
      ];
      for (const action of [
        'DescribeServiceDeployments',
        'StopServiceDeployment',
        'ContinueServiceDeployment',
      ])
        expect(may.get(`ecs:${action}`), action).to.have.members(deployments);
      expect(may.get('ecs:ListServiceDeployments')).to.deep.equal([`${SERVICE}/shop`]);
      expect(may.get('ecs:DescribeServiceRevisions')).to.include(
        'arn:aws:ecs:eu-west-1:111111111111:service-revision/main/shop/*',
      );
      expect(may.get('iam:PassRole')).to.include(ROLE);
      expect(may.has('elasticloadbalancing:ModifyRule'), 'ECS changes the rules itself').to.equal(false);
    });

  it('of a switch are both services, and its rules alone', async () => {
    const may = await allowed('deploy', { kind: 'switch', rule: RULE, 'test-rule': TEST_RULE });
    expect(may.get('elasticloadbalancing:ModifyRule')).to.have.members([RULE, TEST_RULE]);
    expect(may.get('ecs:UpdateService')).to.have.members([`${SERVICE}/shop-blue`, `${SERVICE}/shop-green`]);
    expect(may.has('ecs:StopServiceDeployment')).to.equal(false);
    expect(may.get('iam:PassRole')).not.to.include(ROLE);
  });

  it('of a switch whose services have names of their own are these', async () => {
    const may = await allowed('deploy', { kind: 'switch', rule: RULE, services: { blue: 'a', green: 'b' } });
    expect(may.get('ecs:UpdateService')).to.have.members([`${SERVICE}/a`, `${SERVICE}/b`]);
  });

  it('are open where a reference is not known, within the account', async () => {
    const may = await allowed('deploy', { kind: 'switch', rule: '${output:rule}' }, () =>
      Promise.resolve('*'),
    );
    expect(may.get('elasticloadbalancing:ModifyRule')).to.deep.equal([
      'arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/*',
    ]);
  });

  it('change nothing where a service is only looked at', async () => {
    for (const strategy of [
      { kind: 'switch', rule: RULE },
      { kind: 'canary', ...NATIVE },
    ]) {
      const may = await allowed('status', strategy);
      const changing = /:(?:Modify|Stop|Continue|Update|Pass|Register)/;
      expect([...may.keys()].filter((action) => changing.test(action))).to.deep.equal([]);
    }
    expect(
      (await allowed('status', { kind: 'canary', ...NATIVE })).has('ecs:DescribeServiceDeployments'),
    ).to.equal(true);
    expect(
      (await allowed('status', { kind: 'switch', rule: RULE })).has('elasticloadbalancing:DescribeRules'),
    ).to.equal(true);
  });
});
