import { expect } from 'chai';
import { callsOf, grantsOf, usesTargets } from '../../../../runner/src/iam/rules/verbs.js';
import { names } from '../../../support/iam/policyNames.js';

describe('the calls of a verb', () => {
  it('are those of all its parts where nothing says what a deployment has', () => {
    expect(callsOf('release')).to.deep.equal([
      'sts:AssumeRole',
      'ssm:GetParameter',
      'secretsmanager:GetSecretValue',
      'sts:GetCallerIdentity',
      'ecr:BatchGetImage',
      'ecr:PutImage',
    ]);
  });

  it('are without those of a part that the deployment does not have', () => {
    expect(callsOf('release', { has: (part) => part !== 'tag' })).not.to.include('ecr:PutImage');
  });

  it('are those of targets in the phases that the verb has', () => {
    const targets = [
      { phases: ['look', 'move'] as const, calls: ['a:Look'] },
      { phases: ['check'] as const, calls: ['a:Check'] },
    ] as never;
    expect(callsOf('status', { targets })).to.include('a:Look').and.not.to.include('a:Check');
    expect(callsOf('doctor', { targets })).to.include('a:Check').and.not.to.include('a:Look');
    expect(callsOf('status', { targets, has: () => false })).to.deep.equal(['a:Look']);
  });

  it('are those of stores in the phases that the verb has', () => {
    const stores = [
      { phases: ['state-read', 'state-write'], calls: ['b:Read'] },
      { phases: ['upstream'], calls: ['b:Upstream'] },
    ] as never;
    expect(callsOf('history', { stores })).to.include('b:Read').and.not.to.include('b:Upstream');
    expect(callsOf('needs', { stores })).to.include.members(['b:Read', 'b:Upstream']);
  });

  it('say whether it has to do with targets', () => {
    expect(
      ['status', 'deploy', 'release', 'output'].map((verb) => usesTargets(verb as 'status')),
    ).to.deep.equal([true, true, false, false]);
  });
});

describe('what IAM has to allow for calls', () => {
  it('is nothing where the deployment has nothing of it', () =>
    expect(grantsOf({ ...names, services: [] }, ['ecs:DescribeServices'])).to.deep.equal([]));

  it('says why it is on everything, and what confines it', () => {
    const [open] = grantsOf(names, ['ecs:DescribeTaskDefinition']);
    expect(open).to.have.all.keys('actions', 'resources', 'because');
    const [plain] = grantsOf(names, ['ecs:DescribeServices']);
    expect(plain).to.have.all.keys('actions', 'resources');
    const confined = grantsOf(names, ['ecs:RegisterTaskDefinition']).find(({ actions }) =>
      actions.includes('iam:PassRole'),
    );
    expect(confined?.condition).to.deep.equal({
      StringEquals: { 'iam:PassedToService': ['ecs-tasks.amazonaws.com'] },
    });
  });

  it('is known of calls of a kind of target too, and of no other', () => {
    const own = {
      'a:Look': { by: 'runner', needs: [{ actions: ['a:Look'], on: 'any', because: 'x' }] },
    } as never;
    expect(grantsOf(names, ['a:Look'], own)).to.deep.equal([
      { actions: ['a:Look'], resources: ['*'], because: 'x' },
    ]);
    expect(() => grantsOf(names, ['a:Other'], own)).to.throw('a:Other');
  });
});
