import { expect } from 'chai';
import {
  conditionOf,
  resourcesOf,
  type ConditionName,
  type Form,
  type PolicyNames,
} from '../../../../runner/src/iam/rules/resourceNames.js';
import { names } from '../../../support/iam/policyNames.js';

const at = (rest: string) => `arn:aws:${rest.replace('R:A', 'eu-west-1:111111111111')}`;

describe('what a policy names', () => {
  const rows: readonly (readonly [Form, readonly string[], Partial<PolicyNames>?])[] = [
    ['any', ['*']],
    ['assumed-role', []],
    ['assumed-role', ['arn:aws:iam::1:role/x'], { assumed: ['arn:aws:iam::1:role/x'] }],
    ['ecs-service', [at('ecs:R:A:service/main/shop-web')]],
    ['cluster-services', [at('ecs:R:A:service/main/*')]],
    ['ecs-task', [at('ecs:R:A:task/main/*')]],
    ['container-instance', [at('ecs:R:A:container-instance/main/*')]],
    ['task-definition', [at('ecs:R:A:task-definition/shop-web:*')]],
    ['role', [at('iam::111111111111:role/shop-task'), at('iam::111111111111:role/shop-execution')]],
    ['role', ['arn:aws:iam::1:role/a/b'], { roles: ['arn:aws:iam::1:role/a/b'] }],
    ['log-stream', [at('logs:R:A:log-group:/shop/web:log-stream:*')]],
    ['repository', [at('ecr:R:A:repository/shop/web')]],
    ['source-repository', []],
    [
      'source-repository',
      ['arn:aws:ecr:us-east-1:222222222222:repository/shop/web'],
      { source: { region: 'us-east-1', account: '222222222222' } },
    ],
    ['instance', [at('ec2:R:A:instance/*')]],
    ['session-target', [at('ec2:R:A:instance/*'), 'arn:aws:ssm:eu-west-1::document/AWS-StartSSHSession']],
    ['session', [at('ssm:R:A:session/*')]],
    ['target-group', [at('elasticloadbalancing:R:A:targetgroup/legacy/*')]],
    ['parameter', [at('ssm:R:A:parameter/shop/vault')]],
    ['parameter', [at('ssm:R:A:parameter/a/b')], { parameters: ['a/b'] }],
    ['secret', [at('secretsmanager:R:A:secret:slack-??????')]],
    ['secret', ['arn:x'], { secrets: ['arn:x'] }],
    ['user-secret', [at('secretsmanager:R:A:secret:shop/database-??????')]],
    ['state-bucket', ['arn:aws:s3:::acme-delivery']],
    ['state-object', ['arn:aws:s3:::acme-delivery/ci/shop/*']],
    ['state-object', ['arn:aws:s3:::acme-delivery/*'], { state: [{ bucket: 'acme-delivery', prefix: '' }] }],
    ['upstream-bucket', ['arn:aws:s3:::acme-delivery']],
    ['upstream-object', ['arn:aws:s3:::acme-delivery/ci/auth/*']],
    ['ledger-bucket', ['arn:aws:s3:::acme-delivery']],
    ['ledger-object', ['arn:aws:s3:::acme-delivery/ci/_ownership/*']],
    ['backend-bucket', ['arn:aws:s3:::acme-tf']],
    ['backend-state', ['arn:aws:s3:::acme-tf/env:/staging/shop']],
    ['backend-lock', ['arn:aws:s3:::acme-tf/env:/staging/shop.tflock']],
    ['backend-lock', [], { backend: [{ bucket: 'b', key: 'k', lockFile: false }] }],
    ['backend-table', [at('dynamodb:R:A:table/locks')]],
    ['backend-table', [], { backend: [{ bucket: 'b', key: 'k', lockFile: true }] }],
    ['backend-key', [at('kms:R:A:key/k')]],
    ['backend-key', [], { backend: [{ bucket: 'b', key: 'k', lockFile: true }] }],
  ];
  for (const [form, expected, changed] of rows)
    it(`is, for ${form}${changed === undefined ? '' : ` with ${JSON.stringify(changed)}`}, ${expected.join(', ') || 'nothing'}`, () =>
      expect(resourcesOf({ ...names, ...changed }, form)).to.deep.equal(expected));

  it('may be what a kind names by a word of its own', () => {
    expect(resourcesOf({ ...names, resources: { thing: ['arn:thing'] } }, 'thing')).to.deep.equal([
      'arn:thing',
    ]);
    expect(resourcesOf({ ...names, resources: {} }, 'thing')).to.deep.equal([]);
    expect(resourcesOf(names, 'thing')).to.deep.equal([]);
  });
});

describe('what confines a call', () => {
  const rows: readonly (readonly [ConditionName, object])[] = [
    ['in-cluster', { ArnEquals: { 'ecs:cluster': [at('ecs:R:A:cluster/main')] } }],
    ['while-registering', { StringEquals: { 'ecs:CreateAction': ['RegisterTaskDefinition'] } }],
    ['while-running', { StringEquals: { 'ecs:CreateAction': ['RunTask'] } }],
    ['to-tasks', { StringEquals: { 'iam:PassedToService': ['ecs-tasks.amazonaws.com'] } }],
  ];
  for (const [word, expected] of rows)
    it(`is, for ${word}, ${JSON.stringify(expected)}`, () => {
      const [one] = names.services;
      const services = [one, one] as PolicyNames['services'];
      expect(conditionOf({ ...names, services }, word)).to.deep.equal(expected);
    });
});
