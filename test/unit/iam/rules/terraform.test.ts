import { expect } from 'chai';
import { plannedResources } from '../../../../runner/src/iam/rules/planned.js';
import { policyOf } from '../../../../runner/src/iam/rules/policyDocument.js';
import type { Planned } from '../../../../runner/src/iam/rules/terraform/resource.js';
import { terraformGrants, type Access } from '../../../../runner/src/iam/rules/terraform/grants.js';
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

  describe('and roles', () => {
    const trust = (service: string) => JSON.stringify({ Principal: { Service: service } });
    const managed = (type: string, values: object, unknown: readonly string[] = []): Planned => ({
      ...{ type, mode: 'managed', mayChange: true, unknown },
      values: values as Planned['values'],
    });
    const of = (...resources: readonly Planned[]) => terraformGrants(place, resources, 'change');
    const on = (action: string, ...resources: readonly Planned[]) =>
      of(...resources).grants.flatMap((one) => (one.actions.includes(action) ? one.resources : []));
    const role = managed(
      'aws_iam_role',
      { name_prefix: 'shop-flow-', path: '/shop/', assume_role_policy: trust('vpc-flow-logs.amazonaws.com') },
      ['name'],
    );
    const arn = 'arn:aws:iam::111111111111:role/shop/shop-flow-*';

    it('names one that AWS completes by its prefix, with its path', () => {
      expect(on('iam:CreateRole', role)).to.deep.equal([arn]);
      expect(on('iam:PutRolePolicy', role, managed('aws_iam_role_policy', {}, ['role']))).to.deep.equal([
        arn,
      ]);
    });

    it('hands on those of the plan that trust the service, and none where nothing is handed', () => {
      expect(on('iam:PassRole', role, managed('aws_flow_log', {}, ['iam_role_arn']))).to.deep.equal([arn]);
      expect(on('iam:PassRole', role, managed('aws_ecs_service', {}, ['iam_role']))).to.deep.equal([]);
      expect(on('iam:PassRole', managed('aws_instance', {}))).to.deep.equal([]);
    });

    it('hands none to a service of ECS whose tasks have a network of their own', () => {
      const balancing = managed('aws_iam_role', {
        ...{ name: 'shop', assume_role_policy: '{"Principal":{"Service":"ecs.amazonaws.com"}}' },
      });
      const of = (values: object) =>
        on('iam:PassRole', balancing, managed('aws_ecs_service', values, ['iam_role']));
      expect(of({})).to.deep.equal(['arn:aws:iam::111111111111:role/shop']);
      expect(of({ network_configuration: [{ subnets: ['subnet-1'] }] })).to.deep.equal([]);
    });

    it('leaves that of a profile that is not in the plan to people, and opens it to nobody', () => {
      const instance = managed('aws_instance', { iam_instance_profile: 'shared' });
      expect(on('iam:PassRole', instance)).to.deep.equal([]);
      expect(of(instance).untold.join()).to.contain('shared');
      const profile = managed('aws_iam_instance_profile', { name: 'shared', role: 'host' });
      expect(on('iam:PassRole', instance, profile)).to.include('arn:aws:iam::111111111111:role/host');
    });

    it('lets the named policy be attached, and no other', () => {
      const attachment = managed('aws_iam_role_policy_attachment', {
        ...{ role: 'host', policy_arn: 'arn:aws:iam::aws:policy/service-role/It' },
      });
      const grant = of(attachment).grants.find(({ actions }) => actions.includes('iam:AttachRolePolicy'));
      expect(grant?.condition).to.deep.equal({
        ArnEquals: { 'iam:PolicyARN': ['arn:aws:iam::aws:policy/service-role/It'] },
      });
    });

    it('asks for what only an attribute brings where it is set', () => {
      const secrets = (values: object) =>
        on('secretsmanager:CreateSecret', managed('aws_db_instance', values));
      expect(secrets({ manage_master_user_password: true })).to.deep.equal([
        'arn:aws:secretsmanager:eu-west-1:111111111111:secret:rds!*',
      ]);
      expect(secrets({ manage_master_user_password: false })).to.deep.equal([]);
    });

    it('writes the slash of a parameter once', () => {
      expect(on('ssm:PutParameter', managed('aws_ssm_parameter', { name: '/shop/image' }))).to.include(
        'arn:aws:ssm:eu-west-1:111111111111:parameter/shop/image',
      );
    });
  });

  it('says which types it does not know', () => {
    expect(terraformGrants(place, plannedResources(PLAN, scope), 'look').unknown).to.deep.equal([
      'acme_thing',
    ]);
  });
});
