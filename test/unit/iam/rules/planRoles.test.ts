import { expect } from 'chai';
import { terraformGrants, type Access } from '../../../../runner/src/iam/rules/terraform/grants.js';
import { planRoles } from '../../../../runner/src/iam/rules/terraform/roles.js';
import type { Planned } from '../../../../runner/src/iam/rules/terraform/resource.js';

const place = { region: 'eu-west-1', account: '111111111111' };
const iam = (rest: string) => `arn:aws:iam::111111111111:${rest}`;
const one = (type: string, values: object = {}, more: Partial<Planned> = {}): Planned => ({
  ...{ type, mode: 'managed', mayChange: true },
  values: values as Planned['values'],
  ...more,
});
const role = (values: object, more?: Partial<Planned>) => one('aws_iam_role', values, more);
const trust = (service: string) => JSON.stringify({ Principal: { Service: service } });
const roles = (...resources: readonly Planned[]) => planRoles(place, resources);
const granted = (resources: readonly Planned[], access: Access = 'change') =>
  terraformGrants(place, resources, access);
/** The resources, and the conditions, that an action is allowed on. */
const on = (action: string, ...resources: readonly Planned[]) =>
  granted(resources).grants.filter(({ actions }) => actions.includes(action));
const arns = (action: string, ...resources: readonly Planned[]) =>
  on(action, ...resources).flatMap((grant) => grant.resources);

describe('the roles of a plan', () => {
  it('are named with the path that the plan gives them, an ARN as it is', () => {
    const found = roles(role({ name: 'a', path: '/x/' }), role({ name: 'b' }));
    expect(found.named('a')).to.equal(iam('role/x/a'));
    expect(found.named('b')).to.equal(iam('role/b'));
    expect(found.named('c')).to.equal(iam('role/c'));
    expect(found.named('arn:aws:iam::1:role/y/d')).to.equal('arn:aws:iam::1:role/y/d');
  });

  it('are later named where the plan makes them without a name', () => {
    const data = role({}, { mode: 'data' });
    expect(roles(role({ name_prefix: 'p-' }), role({ name: 'a' }), data).later).to.deep.equal([
      iam('role/p-*'),
    ]);
    expect(roles(role({})).later).to.deep.equal([iam('role/*')]);
  });

  it('may be handed to the service that they trust, or that nothing tells of', () => {
    const found = roles(
      role({ name: 'a', assume_role_policy: trust('x.amazonaws.com') }),
      role({ name: 'b', assume_role_policy: trust('y.amazonaws.com') }),
      role({ name: 'c' }),
      one('aws_iam_user', { name: 'd' }),
    );
    expect(found.trusting('x.amazonaws.com')).to.deep.equal([iam('role/a'), iam('role/c')]);
  });

  it('are those of an instance profile', () => {
    const ec2 = role({ name: 'r', path: '/p/', assume_role_policy: trust('ec2.amazonaws.com') });
    const found = roles(
      ec2,
      one('aws_iam_instance_profile', { name: 'one', role: 'r' }),
      one('aws_iam_instance_profile', { name: 'two', role_name: 's' }),
      one('aws_iam_instance_profile', { name: 'three' }),
      role({ name: 'other', assume_role_policy: trust('x.amazonaws.com') }),
    );
    expect(found.ofProfile('one')).to.deep.equal([iam('role/p/r')]);
    expect(found.ofProfile('two')).to.deep.equal([iam('role/s')]);
    expect(found.ofProfile('three')).to.deep.equal([iam('role/p/r')]);
    expect(found.ofProfile('other')).to.equal(undefined);
  });

  it('are carried by the launch templates', () => {
    const found = roles(
      one('aws_launch_template', { iam_instance_profile: [{ name: 'one', arn: null }] }),
      one('aws_launch_template', {
        iam_instance_profile: [{ name: null, arn: iam('instance-profile/x/two') }],
      }),
      one('aws_launch_template', { iam_instance_profile: [{ name: null, arn: null }] }),
      one('aws_launch_template'),
      one('aws_instance', { iam_instance_profile: 'no' }),
    );
    expect(found.templates.map(({ profile }) => profile)).to.deep.equal(['one', 'two', undefined]);
  });

  it('have policies, those that the plan makes', () => {
    const found = roles(
      one('aws_iam_policy', { name: 'a', path: '/x/' }),
      one('aws_iam_policy', { name_prefix: 'b-' }),
      one('aws_iam_policy', { name: 'seen' }, { mode: 'data' }),
      role({ name: 'r' }),
    );
    expect(found.policies).to.deep.equal([iam('policy/x/a'), iam('policy/b-*')]);
  });
});

describe('what IAM has to allow for the resources of a plan', () => {
  it('lists what it does not know once, in order', () =>
    expect(granted([one('z_x'), one('a_x'), one('z_x')]).unknown).to.deep.equal(['a_x', 'z_x']));

  it('gives nothing for types that ask nothing', () =>
    expect(granted([one('terraform_data')]).grants).to.deep.equal([]));

  it('reads the tags of what it manages, not of what it only reads', () => {
    const read = (mode: Planned['mode']) =>
      granted(
        [one('aws_ssm_parameter', { name: 'b' }, { mode, mayChange: mode === 'managed' })],
        'look',
      ).grants.flatMap(({ actions }) => actions);
    expect(read('managed')).to.include('ssm:ListTagsForResource');
    expect(read('data')).not.to.include('ssm:ListTagsForResource');
  });

  it('takes a name for a pattern where AWS completes it', () => {
    expect(arns('iam:CreatePolicy', one('aws_iam_policy', { name_prefix: 'p-' }))).to.deep.equal([
      iam('policy/p-*'),
    ]);
    expect(arns('iam:CreatePolicy', one('aws_iam_policy', { name: 'n', name_prefix: 'p-' }))).to.deep.equal([
      iam('policy/n'),
    ]);
    expect(arns('iam:CreatePolicy', one('aws_iam_policy', { name_prefix: 5 }))).to.deep.equal([
      iam('policy/*'),
    ]);
    expect(arns('iam:CreatePolicy', one('aws_iam_policy', { name: 5 }))).to.deep.equal([iam('policy/*')]);
  });

  const attach = (values: object) =>
    one('aws_iam_role_policy_attachments_exclusive', { role_name: 'r', ...values });
  const attached = (...resources: readonly Planned[]) =>
    on('iam:AttachRolePolicy', ...resources)[0]?.condition?.['ArnEquals']?.['iam:PolicyARN'];

  it('lets those policies be attached that are named, else those of the plan, else none', () => {
    const policy = one('aws_iam_policy', { name: 'p' });
    expect(attached(attach({ policy_arns: ['arn:a', 5, 'arn:b'] }), policy)).to.deep.equal([
      'arn:a',
      'arn:b',
    ]);
    expect(attached(attach({}), policy)).to.deep.equal([iam('policy/p')]);
    expect(attached(attach({}))).to.deep.equal(['arn:aws:iam::0:policy/none']);
  });

  it('is about the role that is named, else those that are later named, else every one', () => {
    const inline = (values: object) => one('aws_iam_role_policy', values);
    expect(arns('iam:PutRolePolicy', inline({ role: 'a' }), role({ name: 'a', path: '/x/' }))).to.deep.equal([
      iam('role/x/a'),
    ]);
    expect(arns('iam:PutRolePolicy', inline({}), role({ name_prefix: 'p-' }))).to.deep.equal([
      iam('role/p-*'),
    ]);
    expect(arns('iam:PutRolePolicy', inline({}), role({ name: 'a' }))).to.deep.equal([iam('role/*')]);
  });

  it('lets a service make its own role the first time', () => {
    const [grant] = on('iam:CreateServiceLinkedRole', one('aws_ecs_cluster', { name: 'c' }));
    expect(grant).to.deep.equal({
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [iam('role/aws-service-role/ecs.amazonaws.com/*')],
      condition: { StringEquals: { 'iam:AWSServiceName': ['ecs.amazonaws.com'] } },
    });
    expect(on('iam:CreateServiceLinkedRole', one('aws_iam_role', { name: 'c' }))).to.deep.equal([]);
    expect(on('iam:CreateServiceLinkedRole', one('aws_ecs_cluster', {}, { mayChange: false }))).to.deep.equal(
      [],
    );
  });
});

describe('the roles that a plan hands on', () => {
  const ec2 = role({ name: 'host', assume_role_policy: trust('ec2.amazonaws.com') });
  const other = role({ name: 'other', assume_role_policy: trust('x.amazonaws.com') });
  const profile = one('aws_iam_instance_profile', { name: 'hosts', role: 'host' });
  const instance = (values: object, unknown: readonly string[] = []) =>
    one('aws_instance', values, { unknown });
  const passed = (...resources: readonly Planned[]) =>
    arns('iam:PassRole', ...resources.filter(({ type }) => type !== 'none'));

  it('go to their service alone', () => {
    const task = one('aws_ecs_task_definition', { family: 'f', task_role_arn: 'a', execution_role_arn: 'b' });
    expect(on('iam:PassRole', task)).to.deep.equal([
      {
        actions: ['iam:PassRole'],
        resources: [iam('role/b'), iam('role/a')],
        condition: { StringEquals: { 'iam:PassedToService': ['ecs-tasks.amazonaws.com'] } },
      },
    ]);
  });

  it('are none where an attribute is empty, or is no text', () => {
    for (const task_role_arn of ['', 5, null])
      expect(passed(one('aws_ecs_task_definition', { task_role_arn }), ec2)).to.deep.equal([]);
  });

  it('are those that trust the service where one of its attributes is not yet told', () => {
    const tasks = role({ name: 'tasks', assume_role_policy: trust('ecs-tasks.amazonaws.com') });
    const task = one('aws_ecs_task_definition', {}, { unknown: ['task_role_arn'] });
    expect(passed(task, tasks, ec2)).to.deep.equal([iam('role/tasks')]);
    expect(passed(one('aws_ecs_task_definition', {}, { unknown: ['arn'] }), tasks)).to.deep.equal([]);
  });

  // What makes the profile hands its own role to EC2 too: it is left out of these plans but for its name.
  const seen = { ...profile, mayChange: false };

  it('are that of the profile of an instance', () => {
    expect(passed(instance({ iam_instance_profile: 'hosts' }), seen, other)).to.deep.equal([
      iam('role/host'),
    ]);
    expect(granted([instance({ iam_instance_profile: 'hosts' }), seen]).untold).to.deep.equal([]);
  });

  it('are none where no profile is set', () => {
    expect(passed(instance({ iam_instance_profile: '' }), ec2)).to.deep.equal([]);
    expect(passed(instance({}), ec2, seen)).to.deep.equal([]);
  });

  it('are those that trust the service where the plan makes the profile', () => {
    expect(passed(instance({}, ['iam_instance_profile']), ec2, other, seen)).to.deep.equal([
      iam('role/host'),
    ]);
    expect(passed(instance({}, ['iam_instance_profile']), ec2, other)).to.deep.equal([]);
    expect(passed(instance({}, ['id']), ec2, other, seen)).to.deep.equal([]);
  });

  it('are those of the launch templates where one is used', () => {
    const template = one('aws_launch_template', { iam_instance_profile: [{ name: 'hosts' }] });
    const group = (values: object) => one('aws_autoscaling_group', values);
    expect(passed(group({ launch_template: [{ id: 'x' }] }), template, seen, other)).to.deep.equal([
      iam('role/host'),
    ]);
    expect(passed(group({ mixed_instances_policy: [{}] }), template, seen, other)).to.deep.equal([
      iam('role/host'),
    ]);
    expect(passed(group({ launch_template: [], mixed_instances_policy: [] }), template, seen)).to.deep.equal(
      [],
    );
    expect(passed(group({}), template, seen)).to.deep.equal([]);
  });

  it('are those that trust the service where a template’s profile is not yet told', () => {
    const template = one('aws_launch_template', { iam_instance_profile: [{ name: null }] });
    expect(
      passed(one('aws_autoscaling_group', { launch_template: [{}] }), template, ec2, other),
    ).to.deep.equal([iam('role/host')]);
  });

  it('are told to people where a profile is not in the plan, in order and once', () => {
    const { untold, grants } = granted([
      instance({ iam_instance_profile: 'z' }),
      instance({ iam_instance_profile: 'a' }),
      instance({ iam_instance_profile: 'z' }),
    ]);
    expect(untold.map((text) => /profile (\w+)/.exec(text)?.[1])).to.deep.equal(['a', 'z']);
    expect(grants.flatMap(({ actions }) => actions)).not.to.include('iam:PassRole');
  });

  it('are none of what is only looked at, or destroyed', () => {
    const task = one('aws_ecs_task_definition', { task_role_arn: 'a' });
    for (const access of ['look', 'destroy'] as const)
      expect(granted([task], access).grants.flatMap(({ actions }) => actions)).not.to.include('iam:PassRole');
  });
});

describe('what only an attribute brings', () => {
  const asks = (values: object, unknown: readonly string[] = [], more: readonly Planned[] = []) =>
    arns('kms:CreateGrant', one('aws_ebs_volume', values, { unknown }), ...more).length > 0;
  it('is asked for where it is set', () => {
    expect(asks({ kms_key_id: 'k' })).to.equal(true);
    expect(asks({ kms_key_id: ['k'] })).to.equal(true);
    expect(asks({ kms_key_id: '' })).to.equal(false);
    expect(asks({ kms_key_id: [] })).to.equal(false);
    expect(asks({})).to.equal(false);
  });
  it('is asked for where the plan makes what it will name', () => {
    const key = one('aws_kms_key');
    expect(asks({}, ['kms_key_id'], [key])).to.equal(true);
    expect(asks({}, ['kms_key_id'], [one('aws_iam_role')])).to.equal(false);
    expect(asks({}, ['id'], [key])).to.equal(false);
  });
});
