import { expect } from 'chai';
import { type BuildEvent, followTraces } from '../../../../runner/src/adapters/docker/buildProgress.js';
import { readTrace } from '../../../../runner/src/adapters/docker/buildxTrace.js';

const at = (second: number) => `2026-11-29T14:08:${second}.292485546Z`;
const follow = (...lines: readonly object[]) => {
  const events: BuildEvent[] = [];
  const follower = followTraces((event) => events.push(event));
  for (const line of lines) {
    const trace = readTrace(JSON.stringify(line));
    if (trace !== undefined) follower.take(trace);
  }
  return { events, follower };
};

describe('progress of buildx', () => {
  const step = { digest: 'sha256:a', name: '[1/1] RUN make', started: at(10) };

  it('tells a step, what it prints, and how long it took', () => {
    const data = Buffer.from('one\ntwo\n').toString('base64');
    const { events } = follow(
      { vertexes: [{ digest: step.digest, name: step.name }] },
      { vertexes: [step] },
      { logs: [{ vertex: step.digest, stream: 2, data, timestamp: at(11) }] },
      { vertexes: [{ ...step, completed: at(12) }] },
    );
    expect(events).to.deep.equal([
      { type: 'step', name: step.name, status: 'running' },
      { type: 'output', line: 'one', stream: 'stderr' },
      { type: 'output', line: 'two', stream: 'stderr' },
      { type: 'step', name: step.name, status: 'ok', seconds: 2 },
    ]);
  });

  it('does not take the look into the cache for the step', () => {
    const { events } = follow({ vertexes: [{ ...step, completed: at(10) }, step] });
    expect(events).to.deep.equal([{ type: 'step', name: step.name, status: 'running' }]);
  });

  it('fails with a step that seemed to be there', () => {
    const error = 'process "/bin/sh -c make" did not complete successfully: exit code: 2';
    const data = Buffer.from('no rule\n').toString('base64');
    const { events, follower } = follow(
      { vertexes: [{ ...step, completed: at(10) }] },
      { vertexes: [step] },
      { logs: [{ vertex: step.digest, stream: 2, data }] },
      { vertexes: [{ ...step, completed: at(12), error }] },
    );
    expect(events.at(-1)).to.deep.equal({ type: 'step', name: step.name, status: 'failed' });
    const failure = follower.failure('failed to solve');
    expect(failure.message).to.equal('the build failed at [1/1] RUN make: it ended with exit code 2');
    expect(failure.evidence).to.deep.equal(['no rule']);
  });

  it('does not take a cache that is not there for the failure', () => {
    const name = 'importing cache manifest from registry.example.org/shop/cache:web';
    const missing = { digest: 'sha256:b', name, started: at(10), completed: at(11), error: 'not found' };
    const { events, follower } = follow(
      { vertexes: [missing] },
      { vertexes: [{ ...step, completed: at(12), error: 'exit code: 1' }] },
    );
    expect(events[0]).to.deep.equal({ type: 'output', line: `${name}: not found`, stream: 'stderr' });
    expect(follower.failedStep()).to.equal(step.name);
  });

  it('leaves lines alone that are no records', () => {
    for (const line of ['ERROR: failed to solve', '', '{ broken', '[]'])
      expect(readTrace(line), line).to.equal(undefined);
  });
});
