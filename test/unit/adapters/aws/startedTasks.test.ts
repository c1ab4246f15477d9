import { expect } from 'chai';
import { startedTasks } from '../../../../runner/src/adapters/aws/ecs.js';

const at = (seconds: number) => new Date(seconds * 1000);
const service = (...events: readonly (readonly [seconds: number, message: string])[]) => ({
  events: events.map(([seconds, message]) => ({ createdAt: at(seconds), message })),
});

describe('the tasks that messages of an ECS service name as started', () => {
  it('are those of every message of a start, in the order of the messages', () => {
    const told = service(
      [40, '(service web) has reached a steady state.'],
      [30, '(service web) has stopped 1 running tasks: (task 9ac2a0c9).'],
      [
        20,
        '(service web) has started 2 tasks: (task 04dfb8c773cc47a1) (task 9ac2a0c9-4d9a-49eb-9928-3149fc975bd1).',
      ],
      [10, '(service web, taskSet ecs-svc/12) has started 1 tasks: (task 239bccf79b8841c2).'],
    );
    expect(startedTasks(told)).to.deep.equal([
      '04dfb8c773cc47a1',
      '9ac2a0c9-4d9a-49eb-9928-3149fc975bd1',
      '239bccf79b8841c2',
    ]);
    expect(startedTasks(told, 20_000)).to.have.length(2);
    expect(startedTasks(told, 20_001)).to.deep.equal([]);
  });

  it('are none where nothing is told, or a message has no time or no words', () => {
    expect(startedTasks({})).to.deep.equal([]);
    expect(
      startedTasks({ events: [{ message: '(service web) has started 1 tasks: (task a).' }] }),
    ).to.deep.equal([]);
    expect(startedTasks({ events: [{ createdAt: at(1) }] })).to.deep.equal([]);
  });

  it('are not those of a message that was cut off within one', () => {
    expect(startedTasks(service([1, '(service web) has started 2 tasks: (task a) (task b']))).to.deep.equal([
      'a',
    ]);
  });
});
