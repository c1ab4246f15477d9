import { expect } from 'chai';
import { ecsWorld } from '../../../../support/ecsWorld.js';
import { rejection } from '../../../../support/rejection.js';

const config = { migrate: { command: './migrate' } };
const KINDS = {
  'that CodeDeploy moves': [{ deploymentController: { type: 'CODE_DEPLOY' } }, 'is deployed by CodeDeploy'],
  'that an external controller moves': [
    { deploymentController: { type: 'EXTERNAL' } },
    'is deployed by an external controller',
  ],
  'that is a daemon': [{ schedulingStrategy: 'DAEMON' }, 'is a daemon'],
} as const;

describe('an ECS service', () => {
  for (const [kind, [service, words]] of Object.entries(KINDS)) {
    it(`${kind} is refused by name before anything is registered or migrated`, async () => {
      const { ecs, target, release, rollout } = ecsWorld('web', { config });
      ecs.service = { ...service };
      await target.snapshot();
      for (const doing of [
        () => target.requireMovable(),
        () => target.deploy(release, rollout),
        () => target.migrate(release, rollout),
      ]) {
        const failure = await rejection(doing(), 'CONFIG_INVALID');
        expect(failure.message).to.contain('the service web').and.to.contain(words);
      }
      expect(new Set(ecs.calls)).to.deep.equal(new Set(['DescribeServices', 'DescribeTaskDefinition']));
    });
  }

  it('without a task definition of its own is told for what it is', async () => {
    const { ecs, target } = ecsWorld('web');
    const describe = ecs.describeService.bind(ecs);
    ecs.describeService = async () => {
      const { taskDefinition: _, ...service } = await describe();
      return { ...service, deploymentController: { type: 'EXTERNAL' } };
    };
    const failure = await rejection(target.snapshot(), 'CONFIG_INVALID');
    expect(failure.message).to.contain('EXTERNAL');
  });

  for (const status of ['DRAINING', 'INACTIVE']) {
    it(`that is ${status} is refused by that name`, async () => {
      const { ecs, target, release, rollout } = ecsWorld('web', { config });
      ecs.service = { status };
      for (const doing of [
        () => target.snapshot(),
        () => target.deploy(release, rollout),
        () => target.migrate(release, rollout),
      ]) {
        const failure = await rejection(doing(), 'DEPLOY_FAILED');
        expect(failure.message).to.equal(`the service web is ${status}`);
      }
      expect(new Set(ecs.calls)).to.deep.equal(new Set(['DescribeServices']));
    });
  }
});
