import { expect } from 'chai';
import { calls, type CallName } from '../../../../runner/src/iam/rules/calls.js';
import { policyOf } from '../../../../runner/src/iam/rules/policyDocument.js';
import { terraformGrants } from '../../../../runner/src/iam/rules/terraform/grants.js';
import { terraformTypes } from '../../../../runner/src/iam/rules/terraform/types.js';
import { callsOf, grantsOf, verbs, type Verb } from '../../../../runner/src/iam/rules/verbs.js';
import { misfits } from '../../../support/iam/fits.js';
import { overlap, readReference } from '../../../support/iam/reference.js';
import { storePermissions, targetPermissions } from '../../../support/iam/targetPermissions.js';
import { names } from '../../../support/iam/policyNames.js';

const reference = readReference();

describe('AWS’ reference of actions', () => {
  it('has the facts of each action that the tables name', () => {
    expect(reference.actions.get('ecs:RunTask')).to.deep.equal({
      types: [{ type: 'ecs:task-definition', required: true }],
      conditions: ['ecs:cluster'],
      dependents: ['iam:PassRole'],
    });
    expect(reference.matching('ecs:Run*')).to.deep.equal(['ecs:RunTask']);
  });

  it('finds what is no action, no resource of it, or no condition of it', () => {
    const found = misfits(
      {
        Statement: [
          { Effect: 'Allow', Action: 'ecs:RunTasks', Resource: '*' },
          { Effect: 'Allow', Action: 'ecs:UpdateService', Resource: 'arn:aws:ecs:eu-west-1:1:cluster/main' },
          {
            Effect: 'Allow',
            Action: ['ecs:RunTask', 'ecs:StopTask'],
            Resource: ['arn:aws:ecs:eu-west-1:1:task-definition/*', 'arn:aws:ecs:eu-west-1:1:task/main/*'],
            Condition: { StringEquals: { 'ecs:CreateAction': 'RunTask' } },
          },
        ],
      },
      reference,
    );
    expect(found.join('\n'))
      .to.contain('ecs:RunTasks: there is no such action')
      .and.to.contain('ecs:UpdateService: takes none of')
      .and.to.contain('ecs:RunTask: its requests do not carry ecs:CreateAction');
  });

  it('knows which patterns can mean the same', () => {
    expect(overlap('arn:*:ecs:*:*:service/*/*', 'arn:aws:ecs:eu:1:service/main/?')).to.equal(true);
    expect(overlap('arn:*:rds:*:*:db:*', 'arn:aws:rds:eu:1:og:*')).to.equal(false);
  });

  for (const name of Object.keys(calls) as CallName[])
    it(`knows what ${name} is allowed`, () => {
      expect(misfits(policyOf(grantsOf(names, [name])), reference)).to.deep.equal([]);
    });

  // What AWS asks of the caller of one action for another one, beside what the reference has of it.
  const LEADS_TO: Readonly<Record<string, readonly string[]>> = {
    'elasticloadbalancing:RegisterTargets': [
      'ec2:DescribeInstances',
      'ec2:DescribeInternetGateways',
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcs',
    ],
    'ecs:RegisterTaskDefinition': ['iam:PassRole', 'ecs:TagResource'],
    'ecs:RunTask': ['ecs:TagResource'],
  };
  // Repositories that the runner makes have no tags, and a scalable target that is there keeps its own.
  const never = [
    ...['ecr:TagResource', 'application-autoscaling:TagResource'],
    // Asked of parameters only by who has aliases of a template resolved, or launches from it.
    'ssm:GetParameters',
    // Databases are stopped without a snapshot.
    ...(reference.actions.get('rds:StopDBInstance')?.dependents ?? []),
    // Service Quotas asks other services for theirs; those of Fargate it knows by itself.
    ...(reference.actions.get('servicequotas:GetServiceQuota')?.dependents ?? []),
  ];
  for (const verb of Object.keys(verbs) as Verb[])
    it(`allows ${verb} what its calls lead to`, () => {
      const policy = policyOf(
        grantsOf(names, callsOf(verb, { targets: targetPermissions, stores: storePermissions })),
      );
      const allowed = new Set(policy.Statement.flatMap(({ Action }) => Action));
      const dependents = [...allowed].flatMap((action) => [
        ...(reference.actions.get(action)?.dependents ?? []),
        ...(LEADS_TO[action] ?? []),
      ]);
      expect(dependents.filter((action) => !allowed.has(action) && !never.includes(action))).to.deep.equal(
        [],
      );
    });

  for (const type of Object.keys(terraformTypes))
    it(`knows what ${type} is allowed`, () => {
      for (const access of ['look', 'change', 'destroy'] as const) {
        const { grants } = terraformGrants(
          names.place,
          [{ type, mode: 'managed', mayChange: true, values: {} }],
          access,
        );
        // One list of what a type is about serves all that is done to it.
        const faults = misfits(policyOf(grants), reference).filter(
          (fault) => access === 'change' || !fault.includes(': none of '),
        );
        expect(faults, access).to.deep.equal([]);
      }
    });
});
