import { expect } from 'chai';
import { plannedResources } from '../../../../runner/src/core/iam/planned.js';
import { policyOf } from '../../../../runner/src/core/iam/policy.js';
import { terraformGrants, type Access } from '../../../../runner/src/core/iam/terraform/grants.js';
import { grammarFaults } from '../../../support/iamGrammar.js';

const place = { region: 'eu-west-1', account: '111111111111' };
const change = (address: string, actions: string[], after: object, unknown: object = {}) => {
  const [type = '', name = ''] = address.split('.').slice(-2);
  return {
    ...{ address, mode: 'managed', type, name },
    change: { actions, before: actions[0] === 'create' ? null : after, after, after_unknown: unknown },
  };
};
/** A service in a module, on a cluster and a network of the root; as the AWS provider plans them. */
const PLAN = {
  resource_changes: [
    change('aws_ecs_cluster.main', ['no-op'], { name: 'shop' }),
    change('module.app.aws_ecs_service.web', ['update'], {
      name: 'web',
      cluster: 'arn:aws:ecs:eu-west-1:111111111111:cluster/shop',
    }),
    change(
      'module.app.aws_ecs_task_definition.web',
      ['delete', 'create'],
      {
        family: 'web',
        execution_role_arn: 'arn:aws:iam::111111111111:role/shop-execution',
        task_role_arn: null,
      },
      { arn: true },
    ),
    change('module.app.aws_lb_target_group.blue', ['create'], { name: 'blue' }, { arn: true }),
    change('module.app.acme_thing.one', ['create'], {}),
  ],
  prior_state: {
    values: {
      root_module: {
        resources: [{ address: 'data.aws_ami.base', mode: 'data', type: 'aws_ami', values: {} }],
        child_modules: [
          {
            resources: [
              {
                address: 'module.db.data.aws_db_instance.main',
                mode: 'data',
                type: 'aws_db_instance',
                values: {},
              },
            ],
          },
        ],
      },
    },
  },
};
const scope = { name: 'app', addresses: ['module.app'] };
const policy = (access: Access = 'change') =>
  policyOf(terraformGrants(place, plannedResources(PLAN, scope), access).grants);
const resourcesOf = (action: string, access?: Access) =>
  policy(access).Statement.flatMap(({ Action, Resource }) => (Action.includes(action) ? Resource : []));

describe('a policy that is read off a plan', () => {
  it('names what the scope may change, and only looks at what that depends on', () => {
    expect(resourcesOf('ecs:UpdateService')).to.deep.equal([
      'arn:aws:ecs:eu-west-1:111111111111:service/shop/web',
    ]);
    expect(resourcesOf('elasticloadbalancing:DeleteTargetGroup')).to.deep.equal([
      'arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/blue/*',
    ]);
    expect(resourcesOf('ecs:DescribeClusters')).to.deep.equal([
      'arn:aws:ecs:eu-west-1:111111111111:cluster/shop',
    ]);
    expect(resourcesOf('ecs:DeleteCluster')).to.deep.equal([]);
    expect(grammarFaults(policy())).to.deep.equal([]);
  });

  it('hands the roles that the plan knows to the service they are for', () => {
    const pass = policy().Statement.filter(({ Action }) => Action.includes('iam:PassRole'));
    expect(
      pass.find(({ Condition }) => JSON.stringify(Condition).includes('ecs-tasks'))?.Resource,
    ).to.deep.equal(['arn:aws:iam::111111111111:role/shop-execution']);
  });

  it('reads data sources of the modules that it visits, and of no other', () => {
    expect(resourcesOf('ec2:DescribeImages')).to.deep.equal(['*']);
    expect(resourcesOf('rds:DescribeDBInstances')).to.deep.equal([]);
  });

  it('changes nothing where it is to plan, and creates nothing where it is to destroy', () => {
    expect(resourcesOf('ecs:UpdateService', 'look')).to.deep.equal([]);
    expect(resourcesOf('ecs:CreateService', 'destroy')).to.deep.equal([]);
    expect(resourcesOf('ecs:DeleteService', 'destroy')).to.have.length(1);
  });

  it('says which types it does not know', () => {
    expect(terraformGrants(place, plannedResources(PLAN, scope), 'look').unknown).to.deep.equal([
      'acme_thing',
    ]);
  });
});
