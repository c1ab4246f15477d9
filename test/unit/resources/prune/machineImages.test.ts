import { expect } from 'chai';
import type { Context } from '../../../../runner/src/context/context.js';
import { planPrune } from '../../../../runner/src/resources/prune/prunePlan.js';
import { prune } from '../../../../runner/src/resources/prune/prune.js';
import { deployment, type Deployment } from '../../../support/deployment.js';
import { fakeAws, sdkError, type Answer } from '../../../support/fakeAws.js';
import { OWN, Region } from '../../../support/machineImages.js';
import { rejection } from '../../../support/rejection.js';
import { stageOf } from '../../../support/stage.js';

const CONFIG = `application: shop
environments: { staging: { aws: { region: eu-west-1 } } }
retention: { machine-images: { keep: 2, for: 0s } }
`;
const asked = { kinds: ['machine-images'] as const };
describe('pruning machine images', () => {
  let shop: Deployment;
  let region: Region;
  let aws: ReturnType<typeof fakeAws>;
  let context: Context;
  const plan = async () => planPrune(context, await context.environment('staging'), asked);
  const run = async () => {
    const shown = await plan();
    const environment = await context.environment('staging');
    return prune(context, environment, asked, { shown, stage: stageOf('prune', context), waitMs: 0 });
  };
  const goingIn = async () => (await plan()).items.filter(({ goes }) => goes).map(({ id }) => id);
  const whyOf = async (id: string) => (await plan()).items.find((one) => one.id === id)?.why;
  const changes = () => aws.asked.map(({ action }) => action).filter((action) => !/:Describe/.test(action));

  beforeEach(async () => {
    shop = await deployment({ 'automation-stack.yml': CONFIG });
    region = new Region();
    for (const id of ['ami-5', 'ami-4', 'ami-3']) region.add(id);
    aws = fakeAws(region.answers());
    context = { ...shop.context, aws: async () => aws };
  });
  afterEach(() => shop.remove());

  it('deregisters what nothing uses, then deletes its snapshots, and says what went', async () => {
    const { deleted } = await run();
    expect(deleted.map(({ id }) => id)).to.deep.equal(['ami-3', 'snap-ami-3']);
    expect([...region.images.keys()]).to.deep.equal(['ami-5', 'ami-4']);
    expect([...region.snapshots.keys()]).to.deep.equal(['snap-ami-5', 'snap-ami-4']);
    expect(changes()).to.deep.equal(['ec2:CreateTags', 'ec2:DeregisterImage', 'ec2:DeleteSnapshot']);
  });

  it('looks at none where the configuration does not say so', async () => {
    shop.remove();
    shop = await deployment({ 'automation-stack.yml': CONFIG.replace(/retention.*\n/, '') });
    context = { ...shop.context, aws: async () => aws };
    expect((await plan()).items).to.deep.equal([]);
    expect(aws.asked).to.deep.equal([]);
  });

  it('shows nothing of other deployments, and nothing without tags', async () => {
    region.add('ami-1', { application: 'shop', environment: 'production' });
    region.add('ami-2', {});
    expect(await goingIn()).to.deep.equal(['ami-3', 'snap-ami-3']);
    expect(await whyOf('ami-1')).to.equal(undefined);
  });

  it('keeps what an instance of anybody has in any state but terminated', async () => {
    region.instances = [
      { ImageId: 'ami-9', State: { Name: 'running' } },
      { ImageId: 'ami-9', State: { Name: 'running' } },
      { ImageId: 'ami-3', State: { Name: 'stopped' } },
    ];
    expect(await goingIn()).to.deep.equal([]);
    region.instances = [{ ImageId: 'ami-3', State: { Name: 'terminated' } }];
    expect(await goingIn()).to.include('ami-3');
  });

  it('keeps what any version of any launch template names, or a launch configuration', async () => {
    region.templates = { a: [{}], b: [{}], c: [{}, {}, { ImageId: 'ami-3' }, { ImageId: 'ami-9' }] };
    expect(await whyOf('ami-3')).to.equal('version 3 of the launch template c names it');
    region.templates = {};
    region.configurations = [{}, {}, { LaunchConfigurationName: 'old', ImageId: 'ami-3' }];
    expect(await whyOf('ami-3')).to.equal('the launch configuration old names it');
  });

  it('keeps what a launch template names by a parameter, and everything where it cannot be read', async () => {
    region.templates = {
      web: [{ ImageId: 'resolve:ssm:/web/image' }, { ImageId: 'resolve:ssm:/aws/service/x' }],
    };
    const parameters: string[] = [];
    let parameter: Answer = () => ({ Parameter: { Value: 'ami-3' } });
    aws = fakeAws({
      ...region.answers(),
      'ssm:GetParameter': (input) => {
        parameters.push(input['Name'] as string);
        return parameter(input);
      },
    });
    expect(await whyOf('ami-3')).to.match(/launch template web names it by \/web\/image/);
    parameter = () => {
      throw sdkError('AccessDeniedException', 'no', 400);
    };
    expect(await whyOf('ami-3')).to.match(/by the parameter \/web\/image, which cannot be read/);
    expect(new Set(parameters)).to.deep.equal(new Set(['/web/image']));
  });

  it('keeps what is shared with another account, and says with whom', async () => {
    region.over['ec2:DescribeImageAttribute'] = () => ({ LaunchPermissions: [{ UserId: '222222222222' }] });
    expect(await whyOf('ami-3')).to.match(/shared with 222222222222/);
  });

  it('keeps a snapshot of which another image is made, and tells it', async () => {
    region.add('ami-7', {}, ['snap-ami-3']);
    expect(await whyOf('snap-ami-3')).to.equal('ami-7 is made of it');
    await run();
    expect(region.images.has('ami-3')).to.equal(false);
    expect(region.snapshots.get('snap-ami-3')).to.deep.equal({});
  });

  it('keeps what an instance was launched from since it was shown', async () => {
    const shown = await plan();
    region.instances = [{ ImageId: 'ami-3', State: { Name: 'pending' } }];
    const environment = await context.environment('staging');
    const { deleted } = await prune(context, environment, asked, {
      ...{ shown, stage: stageOf('prune', context), waitMs: 0 },
    });
    expect(deleted).to.deep.equal([]);
    expect(changes()).to.deep.equal([]);
  });

  it('asks again who has an image right before it is deregistered', async () => {
    region.over['ec2:DescribeInstances'] = ({ Filters }) =>
      Filters === undefined
        ? {}
        : {
            Reservations: [
              { Instances: [{ ImageId: 'ami-3', InstanceId: 'i-1', State: { Name: 'pending' } }] },
            ],
          };
    const { deleted } = await run();
    expect(deleted).to.deep.equal([]);
    expect(region.images.has('ami-3')).to.equal(true);
    expect(changes()).to.deep.equal([]);
  });

  it('finds the snapshots of an image that a killed run has deregistered', async () => {
    region.over['ec2:DeleteSnapshot'] = () => {
      throw sdkError('InternalFailure', 'the runner is killed here', 400);
    };
    await run().catch(() => undefined);
    expect(region.images.has('ami-3')).to.equal(false);
    region.over = {};
    const { deleted } = await run();
    expect(deleted.map(({ id }) => id)).to.deep.equal(['snap-ami-3']);
    expect(region.snapshots.has('snap-ami-3')).to.equal(false);
    expect((await run()).deleted).to.deep.equal([]);
  });

  it('marks snapshots for the tags of the deployment, and of the application alone', async () => {
    region.add('ami-1', { Application: 'shop' });
    region.add('ami-8', { application: 'shop' });
    region.add('ami-9', { application: 'shop' });
    region.over['ec2:DeleteSnapshot'] = () => {
      throw sdkError('OperationNotPermitted', 'locked');
    };
    await rejection(run(), 'PRUNE_INCOMPLETE');
    expect(region.snapshots.get('snap-ami-3')).to.deep.equal({ ...OWN, 'automation-stack:prune': 'ami-3' });
    expect(region.snapshots.get('snap-ami-1')).to.deep.equal({
      ...{ application: 'shop', 'automation-stack:prune': 'ami-1' },
    });
  });

  it('names what AWS refuses, takes the marks off again, and goes on with the rest', async () => {
    region.add('ami-2');
    const usual = region.answers()['ec2:DeregisterImage'] as Answer;
    region.over['ec2:DeregisterImage'] = (input) => {
      if (input['ImageId'] === 'ami-3') throw sdkError('OperationNotPermitted', 'it is protected for a day');
      region.over = {};
      return usual(input);
    };
    const { evidence } = await rejection(run(), 'PRUNE_INCOMPLETE');
    expect(evidence).to.deep.equal(['web-ami-3 (ami-3): ec2:DeregisterImage: it is protected for a day']);
    expect(region.images.has('ami-3')).to.equal(true);
    expect(region.snapshots.get('snap-ami-3')).not.to.have.property('automation-stack:prune');
    expect(region.images.has('ami-2')).to.equal(false);
    expect(region.snapshots.has('snap-ami-2')).to.equal(false);
  });

  it('leaves the snapshots of an image that somebody else deregistered meanwhile', async () => {
    let looks = 0;
    const usual = region.answers()['ec2:DescribeImages'] as Answer;
    region.over['ec2:DescribeImages'] = (input) => {
      // Two pages to show, two under the lock; then it is looked at once more.
      looks += 1;
      if (looks === 5) region.images.delete('ami-3');
      const { over } = region;
      region.over = {};
      const answer = usual(input);
      region.over = over;
      return answer;
    };
    await run();
    expect(region.snapshots.has('snap-ami-3')).to.equal(true);
  });
});
