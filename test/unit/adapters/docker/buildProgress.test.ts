import { expect } from 'chai';
import {
  type BuildEvent,
  followBuildkit,
  followClassic,
} from '../../../../runner/src/adapters/docker/buildProgress.js';
import { bytesField, numberField } from '../../../../runner/src/adapters/docker/protobuf.js';
import { StackError } from '../../../../runner/src/base/errors.js';

const at = (seconds: number) => Buffer.concat([numberField(1, seconds)]);
interface Step {
  digest: string;
  name: string;
  started?: number;
  completed?: number;
  cached?: boolean;
  error?: string;
}
const vertex = (step: Step) =>
  bytesField(
    1,
    Buffer.concat([
      bytesField(1, step.digest),
      bytesField(3, step.name),
      numberField(4, step.cached === true ? 1 : 0),
      ...(step.started === undefined ? [] : [bytesField(5, at(step.started))]),
      ...(step.completed === undefined ? [] : [bytesField(6, at(step.completed))]),
      bytesField(7, step.error ?? ''),
    ]),
  );
const log = (digest: string, text: string) =>
  bytesField(3, Buffer.concat([bytesField(1, digest), numberField(3, 1), bytesField(4, Buffer.from(text))]));
const trace = (...parts: Buffer[]) => ({
  id: 'moby.buildkit.trace',
  aux: Buffer.concat(parts).toString('base64'),
});

function thrown(work: () => void): StackError {
  try {
    work();
  } catch (error) {
    expect(error).to.be.instanceOf(StackError);
    return error as StackError;
  }
  throw new Error('nothing was thrown');
}

describe('progress of a BuildKit build', () => {
  it('tells each step once when it starts and once when it ends', () => {
    const events: BuildEvent[] = [];
    const follower = followBuildkit((event) => events.push(event));
    const step = { digest: 'a', name: '[1/2] RUN make', started: 10 };
    follower.take(trace(vertex({ digest: 'a', name: step.name })));
    follower.take(trace(vertex(step)));
    follower.take(trace(vertex(step)));
    follower.take(trace(vertex({ ...step, completed: 12 })));
    follower.take(trace(vertex({ ...step, completed: 12, cached: true })));
    expect(events).to.deep.equal([
      { type: 'step', name: '[1/2] RUN make', status: 'running' },
      { type: 'step', name: '[1/2] RUN make', status: 'ok', seconds: 2 },
    ]);
  });

  it('keeps the lines of steps that run side by side apart, also when they come in pieces', () => {
    const events: BuildEvent[] = [];
    const follower = followBuildkit((event) => events.push(event));
    follower.take(trace(log('a', 'one '), log('b', 'other\n')));
    follower.take(
      trace(
        log('a', 'line\n10%\r100%\nunfinished'),
        vertex({ digest: 'a', name: 'A', started: 1, completed: 2 }),
      ),
    );
    const lines = events.flatMap((event) => (event.type === 'output' ? [event.line] : []));
    expect(lines).to.deep.equal(['other', 'one line', '100%', 'unfinished']);
    expect(events.at(-1)).to.deep.include({ type: 'step', name: 'A', status: 'ok' });
  });

  it('is silent about BuildKit’s own housekeeping', () => {
    const events: BuildEvent[] = [];
    followBuildkit((event) => events.push(event)).take(
      trace(vertex({ digest: 'a', name: '[internal] load build context', started: 1, completed: 2 })),
    );
    expect(events).to.deep.equal([]);
  });

  it('names the step that failed, its exit code and its last lines', () => {
    const follower = followBuildkit(() => undefined);
    const failing = { digest: 'a', name: '[2/2] RUN pytest', started: 1 };
    follower.take(trace(vertex(failing), log('a', 'E   assert 1 == 2\n\n1 failed\n')));
    follower.take(
      trace(
        vertex({ digest: 'b', name: '[1/2] RUN other', started: 1, completed: 2, error: 'context canceled' }),
      ),
    );
    const error = 'executor failed running [/bin/sh -c pytest]: exit code: 1';
    follower.take(trace(vertex({ ...failing, completed: 2, error })));
    const failure = thrown(() => follower.take({ errorDetail: { message: error }, error }));
    expect(failure.code).to.equal('BUILD_FAILED');
    expect(failure.message).to.equal('the build failed at [2/2] RUN pytest: it ended with exit code 1');
    expect(failure.evidence).to.deep.equal(['E   assert 1 == 2', '1 failed']);
  });

  it('says which base image is missing', () => {
    const follower = followBuildkit(() => undefined);
    const error = 'pull access denied, repository does not exist or may require authorization';
    follower.take(
      trace(
        vertex({
          digest: 'a',
          name: '[internal] load metadata for docker.io/library/nope:1',
          started: 1,
          completed: 2,
          error,
        }),
      ),
    );
    const failure = thrown(() => follower.take({ error }));
    expect(failure.message).to.equal('the base image docker.io/library/nope:1 could not be pulled');
    expect(failure.next).to.contain('docker login');
  });

  it('explains a Dockerfile that does not parse, where no step ever ran', () => {
    const error =
      'failed to solve with frontend dockerfile.v0: dockerfile parse error line 1: unknown instruction: FRM';
    const failure = thrown(() => followBuildkit(() => undefined).take({ error }));
    expect(failure.message).to.equal(
      'the build failed: dockerfile parse error line 1: unknown instruction: FRM',
    );
  });
});

describe('progress of a classic build', () => {
  const follow = (...stream: string[]) => {
    const events: BuildEvent[] = [];
    const follower = followClassic((event) => events.push(event));
    for (const text of stream) follower.take({ stream: text });
    return { events, follower };
  };

  it('tells steps, what came from the cache, and the id', () => {
    const { events, follower } = follow(
      'Step 1/2 : FROM base\n',
      ' ---> 459217091ff7\n',
      'Step 2/2 : RUN make\n',
      ' ---> Using cache\n',
      ' ---> abc\n',
    );
    follower.take({ aux: { ID: 'sha256:1' } });
    follower.take({ stream: 'Successfully built abc\n' });
    expect(follower.imageId()).to.equal('sha256:1');
    expect(events).to.deep.equal([
      { type: 'step', name: '[1/2] FROM base', status: 'running' },
      { type: 'step', name: '[1/2] FROM base', status: 'ok' },
      { type: 'step', name: '[2/2] RUN make', status: 'running' },
      { type: 'step', name: '[2/2] RUN make', status: 'cached' },
    ]);
  });

  it('takes colours out of what steps print', () => {
    const { events } = follow('Step 1/1 : RUN make\n', '\u001b[91mwarning\u001b[0m\n');
    expect(events.at(-1)).to.deep.equal({ type: 'output', line: 'warning', stream: 'stdout' });
  });

  it('names the step that failed with its last lines', () => {
    const { follower } = follow(
      'Step 1/1 : RUN make\n',
      ' ---> Running in 1\n',
      'no rule\n',
      'Removing intermediate container 1\n',
    );
    const failure = thrown(() =>
      follower.take({ error: "The command '/bin/sh -c make' returned a non-zero code: 2" }),
    );
    expect(failure.message).to.equal('the build failed at [1/1] RUN make: it ended with exit code 2');
    expect(failure.evidence).to.deep.equal(['no rule']);
  });
});
