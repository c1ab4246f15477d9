import { expect } from 'chai';
import type {
  RegisterTaskDefinitionCommandInput,
  TaskDefinition,
} from '../../../../../runner/src/adapters/aws/ecs.js';
import { ecsWorld } from '../../../../support/ecsWorld.js';
import { sdkError } from '../../../../support/fakeAws.js';

const SOURCE = 'automation-stack:terraform-revision';
const first = 'arn:aws:ecs:eu-west-1:111111111111:task-definition/web:1';

/** Terraform registers another revision of its own: of the first one, whatever a deploy has made since. */
const terraform = ({ ecs }: ReturnType<typeof ecsWorld>, over: Partial<TaskDefinition>) =>
  ecs.register({ ...ecs.definitions.get(first), ...over } as RegisterTaskDefinitionCommandInput);
const lastOf = ({ ecs }: ReturnType<typeof ecsWorld>) => ecs.registered.at(-1);
const sourceOf = (input: RegisterTaskDefinitionCommandInput | undefined) =>
  input?.tags?.find(({ key }) => key === SOURCE)?.value;

describe('what Terraform changed in the task definition', () => {
  it('is taken along by the next deploy, told, and not told again', async () => {
    const world = ecsWorld('worker');
    const { target, release, rollout, messages, ecs } = world;
    await terraform(world, { memory: '1024' });
    await target.deploy(release, rollout);
    expect(messages).to.include('takes along from Terraform: memory added (1024)');
    expect(lastOf(world)?.memory).to.equal('1024');
    expect(sourceOf(lastOf(world))).to.equal('2');
    messages.length = 0;
    expect((await target.deploy(release, rollout)).status).to.equal('unchanged');
    expect(messages.join()).not.to.contain('Terraform');
    expect(ecs.runs).to.equal('web:3');
  });

  it('is taken along though the release runs already', async () => {
    const world = ecsWorld('worker');
    const { target, current, rollout, ecs } = world;
    expect((await target.deploy(current, rollout)).status).to.equal('unchanged');
    await terraform(world, { memory: '1024' });
    expect((await target.deploy(current, rollout)).status).to.equal('healthy');
    expect(ecs.runs).to.equal('web:3');
  });

  it('goes back with a release, and is taken along again by the next', async () => {
    const world = ecsWorld('worker');
    const { target, release, current, rollout, ecs, calls } = world;
    await terraform(world, { memory: '1024' });
    const before = await target.snapshot();
    await target.deploy(release, rollout);
    await target.restore(before, rollout);
    expect(ecs.runs).to.equal('web:1');
    await target.snapshot();
    const asked = calls('DescribeTaskDefinition');
    await target.deploy(current, rollout);
    expect(lastOf(world)?.memory).to.equal('1024');
    expect(sourceOf(lastOf(world))).to.equal('2');
    // The newest is a deploy's own: the one that it was made from is looked at.
    expect(calls('DescribeTaskDefinition') - asked).to.equal(1);
  });

  it('is not taken along by a rollback, which brings nothing new', async () => {
    const world = ecsWorld('worker');
    const { target, release, rollout } = world;
    await terraform(world, { memory: '1024' });
    await target.deploy(release, { ...rollout, kind: 'rollback' });
    expect(lastOf(world)).not.to.have.property('memory');
    expect(sourceOf(lastOf(world))).to.equal('1');
  });

  it('is compared with what the running revision was made from: a person’s change stays', async () => {
    const world = ecsWorld('worker');
    const { target, release, rollout, ecs, messages } = world;
    await target.deploy(release, rollout);
    const runs = ecs.definitions.get(first.replace(/1$/, '2')) as RegisterTaskDefinitionCommandInput;
    const byHand = await ecs.register({
      ...runs,
      cpu: '512',
      memory: '2048',
      tags: [{ key: SOURCE, value: '1' }],
    });
    await ecs.update({ taskDefinition: byHand, force: false });
    await terraform(world, { memory: '1024', taskRoleArn: 'role/web' });
    await target.deploy({ ...release }, rollout);
    expect(lastOf(world)).to.include({ cpu: '512', memory: '2048', taskRoleArn: 'role/web' });
    expect(messages).to.include('takes along from Terraform: taskRoleArn added (role/web)');
    expect(messages.join()).to.contain('does not take along from Terraform: memory 2048 → 1024');
  });

  it('costs no call where there is none', async () => {
    const { target, release, rollout, calls } = ecsWorld('worker');
    await target.snapshot();
    await target.deploy(release, rollout);
    expect(calls('DescribeTaskDefinition')).to.equal(1);
  });

  it('is found without a tag where the role may set none', async () => {
    const world: ReturnType<typeof ecsWorld> = ecsWorld('worker', {
      answers: {
        'ecs:RegisterTaskDefinition': async (input) => {
          if (input['tags'] !== undefined)
            throw sdkError('AccessDeniedException', 'not authorized to perform: ecs:TagResource');
          const made = await world.ecs.register(input as unknown as RegisterTaskDefinitionCommandInput);
          return { taskDefinition: { taskDefinitionArn: made } };
        },
      },
    });
    const { target, release, rollout } = world;
    await target.deploy(release, rollout);
    expect(lastOf(world)).not.to.have.property('tags');
    await terraform(world, { memory: '1024' });
    await target.deploy(release, rollout);
    expect(lastOf(world)?.memory).to.equal('1024');
  });
});
