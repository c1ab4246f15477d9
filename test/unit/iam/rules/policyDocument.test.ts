import { expect } from 'chai';
import { arnOf, lastPart } from '../../../../runner/src/iam/rules/arn.js';
import { policyOf, policySize, type Grant } from '../../../../runner/src/iam/rules/policyDocument.js';
import { grammarFaults } from '../../../support/iamGrammar.js';

const place = { region: 'eu-west-1', account: '111111111111' };
const only = (grants: readonly Grant[]) =>
  policyOf(grants).Statement.map(({ Action, Resource }) => `${Action.join(' ')} on ${Resource.join(' ')}`);

describe('a policy', () => {
  const [a, b] = ['arn:aws:s3:::a', 'arn:aws:s3:::b'];

  it('is one statement for all actions of the same resources', () => {
    expect(
      only([
        { actions: ['s3:GetObject'], resources: [a, b] },
        { actions: ['s3:PutObject', 's3:GetObject'], resources: [b, a] },
      ]),
    ).to.deep.equal([`s3:GetObject s3:PutObject on ${a} ${b}`]);
  });

  it('names no resource that another of the same statement covers', () => {
    const resources = ['arn:aws:s3:::a/*', 'arn:aws:s3:::a/x', 'arn:aws:s3:::ab/x'];
    expect(only([{ actions: ['s3:GetObject'], resources }])).to.deep.equal([
      's3:GetObject on arn:aws:s3:::a/* arn:aws:s3:::ab/x',
    ]);
  });

  it('does not name again what is allowed on everything', () => {
    expect(
      only([
        { actions: ['ec2:DescribeVpcs'], resources: ['*'], because: 'no level' },
        {
          actions: ['ec2:DescribeVpcs', 'ec2:DeleteVpc'],
          resources: ['arn:aws:ec2:eu-west-1:111111111111:vpc/*'],
        },
      ]),
    ).to.deep.equal(['ec2:DescribeVpcs on *', 'ec2:DeleteVpc on arn:aws:ec2:eu-west-1:111111111111:vpc/*']);
  });

  it('never widens a conditional permission by joining it with another', () => {
    const condition = { StringEquals: { 'iam:PassedToService': ['ecs-tasks.amazonaws.com'] } };
    const { Statement } = policyOf([
      { actions: ['iam:PassRole'], resources: [a], condition },
      {
        actions: ['iam:PassRole'],
        resources: [b],
        condition: { StringEquals: { 'iam:PassedToService': ['x'] } },
      },
      { actions: ['iam:GetRole'], resources: [a] },
    ]);
    expect(Statement).to.have.length(3);
    expect(Statement[0]).to.deep.include({ Action: ['iam:PassRole'], Resource: [a], Condition: condition });
    expect(Statement[2]).not.to.have.property('Condition');
  });

  it('leaves out what is about nothing, and is counted without white space', () => {
    const policy = policyOf([{ actions: ['s3:GetObject'], resources: [] }]);
    expect(policy.Statement).to.deep.equal([]);
    expect(policySize(policy)).to.equal('{"Version":"2012-10-17","Statement":[]}'.length);
  });

  it('is refused by the checker of these tests where IAM would refuse it', () => {
    const statement = { Sid: 'A', Effect: 'Allow' as const, Action: ['s3:GetObject'], Resource: [a] };
    const faults = (...statements: object[]) =>
      grammarFaults({ Version: '2012-10-17', Statement: statements as (typeof statement)[] }).length;
    expect(faults(statement)).to.equal(0);
    expect(faults(statement, statement)).to.equal(1);
    for (const wrong of [
      { Sid: 'a-b' },
      { Action: ['s3:*'] },
      { Action: ['getObject'] },
      { Action: [] },
      { Resource: ['*', a] },
      { Resource: ['arn:aws:s3::a'] },
      { Resource: ['arn:aws:ecs:eu-west-1:12:cluster/x'] },
      { Condition: { StringIs: { 'iam:PassedToService': ['x'] } } },
      { Condition: { StringEquals: { PassedToService: ['x'] } } },
      { NotAction: [] },
    ])
      expect(faults({ ...statement, ...wrong }), JSON.stringify(wrong)).to.equal(1);
  });
});

describe('an ARN', () => {
  it('takes region, account and partition of its place', () => {
    expect(arnOf(place, 'ecs:R:A:service/{cluster}/{name}', { cluster: 'main', name: 'web' })).to.equal(
      'arn:aws:ecs:eu-west-1:111111111111:service/main/web',
    );
    expect(arnOf({ ...place, region: 'cn-north-1' }, 's3:::{bucket}', { bucket: 'b' })).to.equal(
      'arn:aws-cn:s3:::b',
    );
    expect(arnOf({ ...place, region: 'us-gov-west-1' }, 'iam::A:role/{name}')).to.equal(
      'arn:aws-us-gov:iam::111111111111:role/*',
    );
  });

  it('is open where a name is not known, and takes the name out of an ARN', () => {
    expect(arnOf(place, 'ecs:R:A:service/{cluster}/{name}', { name: 'web' })).to.contain(':service/*/web');
    expect(lastPart('arn:aws:ecs:eu-west-1:111111111111:cluster/main')).to.equal('main');
    expect(lastPart('arn:aws:sns:eu-west-1:111111111111:alarms')).to.equal('alarms');
    expect(lastPart('main')).to.equal('main');
  });
});
