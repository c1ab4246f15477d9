import { expect } from 'chai';
import { createEcsApi } from '../../../../../../runner/src/adapters/aws/ecs.js';
import { createServiceScaling } from '../../../../../../runner/src/adapters/aws/scaling.js';
import { scaleService } from '../../../../../../runner/src/delivery/targets/ecs/operate/scale.js';
import type { EcsParts } from '../../../../../../runner/src/delivery/targets/ecs/operate/parts.js';
import { ecsServiceSchema } from '../../../../../../runner/src/delivery/targets/ecs/schema.js';
import { ServiceReader } from '../../../../../../runner/src/delivery/targets/ecs/serviceDescription.js';
import { fakeAws, sdkError } from '../../../../../support/fakeAws.js';
import { rejection } from '../../../../../support/rejection.js';
import { stageOf } from '../../../../../support/stage.js';
import { VirtualClock } from '../../../../../support/virtualClock.js';

/** A service whose tasks come one a second, and autoscaling that keeps it between its bounds. */
function world(bounds?: { min: number; max: number }, stuckAt = Infinity) {
  const clock = new VirtualClock();
  const state = { desired: 2, running: 2, bounds };
  const scope = { cluster: 'arn:aws:ecs:eu-west-1:1:cluster/main', service: 'web', environment: 'staging' };
  let denied: Error | undefined;
  const aws = fakeAws({
    'ecs:DescribeServices': () => {
      state.running += Math.sign(Math.min(state.desired, stuckAt) - state.running);
      const { desired, running } = state;
      const events = [{ message: '(service web) was unable to place a task' }];
      return {
        services: [
          { status: 'ACTIVE', taskDefinition: 'web:1', desiredCount: desired, runningCount: running, events },
        ],
      };
    },
    'ecs:DescribeTaskDefinition': () => ({ taskDefinition: { family: 'web' } }),
    'ecs:UpdateService': ({ desiredCount }) => {
      state.desired = desiredCount as number;
      return { service: {} };
    },
    'application-autoscaling:DescribeScalableTargets': () => {
      if (denied !== undefined) throw denied;
      const { bounds: now } = state;
      return {
        ScalableTargets:
          now === undefined
            ? []
            : [{ ResourceId: 'service/main/web', MinCapacity: now.min, MaxCapacity: now.max }],
      };
    },
    'application-autoscaling:RegisterScalableTarget': ({ MinCapacity, MaxCapacity }) => {
      state.bounds = { min: MinCapacity as number, max: MaxCapacity as number };
      state.desired = Math.min(state.bounds.max, Math.max(state.bounds.min, state.desired));
      return {};
    },
  });
  const api = createEcsApi(aws, scope);
  const config = ecsServiceSchema.parse({
    kind: 'ecs-service',
    cluster: 'main',
    service: 'web',
    image: 'web',
    timeout: '1m',
  });
  const parts = {
    scope,
    api,
    reader: new ServiceReader(api, clock, scope),
    scaling: createServiceScaling(aws, scope),
    options: { name: 'web', config, aws, clock },
  } as unknown as EcsParts;
  const messages: string[] = [];
  const events = {
    emit: (event: object) => void ('message' in event && messages.push(String(event.message))),
  };
  const scale = (asked: { count?: number; min?: number; max?: number }) =>
    scaleService(parts, {
      ...asked,
      signal: new AbortController().signal,
      subject: stageOf('scale:staging', { events }).subject('web'),
    });
  return { state, aws, scale, messages, deny: (error: Error) => (denied = error) };
}

describe('scaling a service', () => {
  it('sets the number, and ends when so many run', async () => {
    const { scale, state, messages } = world();
    expect(await scale({ count: 5 })).to.deep.equal({ before: 2, after: 5, summary: '2 → 5 tasks' });
    expect(state.running).to.equal(5);
    expect(messages).to.include('2 → 5 tasks');
    expect((await scale({ count: 5 })).summary).to.equal('5 tasks, as before');
    expect((await scale({ count: 0 })).summary).to.equal('5 → 0 tasks; none runs any more');
  });

  it('is refused where autoscaling governs, and touches nothing', async () => {
    const { scale, state, aws } = world({ min: 2, max: 10 });
    const error = await rejection(scale({ count: 4 }), 'SCALE_REFUSED');
    expect(error.message).to.contain('autoscaling keeps it between 2 and 10 tasks');
    expect(error.next).to.contain('--min 4 --max 10');
    expect(state.desired).to.equal(2);
    expect(aws.asked.filter(({ action }) => /Update|Register/.test(action))).to.deep.equal([]);
  });

  it('changes the bounds of autoscaling, by the names that it knows the service by', async () => {
    const { scale, aws, messages } = world({ min: 2, max: 10 });
    const end = await scale({ min: 4, max: 12 });
    expect(end).to.deep.equal({
      before: 2,
      after: 4,
      bounds: { min: 4, max: 12 },
      summary: '2 → 4 tasks, kept between 4 and 12 by autoscaling',
    });
    expect(messages).to.include('autoscaling keeps between 4 and 12 tasks (were 2 and 10)');
    const asked = aws.asked.find(({ action }) => action === 'application-autoscaling:RegisterScalableTarget');
    expect(asked?.input).to.deep.equal({
      ServiceNamespace: 'ecs',
      ResourceId: 'service/main/web',
      ScalableDimension: 'ecs:service:DesiredCount',
      MinCapacity: 4,
      MaxCapacity: 12,
    });
  });

  it('goes on where autoscaling may not be asked, and says so; but sets no bounds blindly', async () => {
    const { scale, deny, messages } = world();
    deny(sdkError('AccessDeniedException', 'no'));
    expect((await scale({ count: 3 })).after).to.equal(3);
    expect(messages[0]).to.contain('whether autoscaling governs it is not known');
    await rejection(scale({ min: 3 }), 'AWS_ACCESS_DENIED');
  });

  it('fails where the tasks do not come, with what the platform says', async () => {
    const error = await rejection(world(undefined, 3).scale({ count: 5 }), 'TASK_FAILED');
    expect(error.message).to.equal('3/5 tasks run after 1m (timeout)');
    expect(error.evidence).to.deep.equal(['(service web) was unable to place a task']);
  });
});
