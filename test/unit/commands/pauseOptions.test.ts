import { expect } from 'chai';
import { pauseAnswer, pauseAsker } from '../../../runner/src/commands/pauseOptions.js';
import type { Asked } from '../../../runner/src/pipeline/continueStage.js';
import { rejection } from '../../support/rejection.js';

const question = {
  name: '1:hook',
  version: '0.2.0',
  previous: '0.1.0',
  lines: ['web: paused at after-test-traffic'],
};

function terminal(isTTY = true) {
  let session: { onInput(chunk: Buffer): void; onEnd(): void } | undefined;
  return {
    isTTY,
    isAttached: () => session !== undefined,
    type: (keys: string) => session?.onInput(Buffer.from(keys)),
    close: () => session?.onEnd(),
    attach: (given: { onInput(chunk: Buffer): void; onEnd(): void }) => {
      session = given;
      return () => (session = undefined);
    },
  };
}

function asking(screen: ReturnType<typeof terminal>, { env = {}, json = false } = {}) {
  const abort = new AbortController();
  const told: string[] = [];
  const context = {
    env,
    options: { json } as never,
    signal: abort.signal,
    events: { emit: (event: { message?: string }) => void told.push(event.message ?? '') } as never,
  };
  return { ask: pauseAsker(context, screen).askPause, abort, told };
}

describe('the question at a pause on a terminal', () => {
  const keys: Readonly<Record<string, Asked>> = { c: 'continue', R: 'rollback', l: 'later' };
  for (const [key, answer] of Object.entries(keys))
    it(`takes the key ${key}, and none that says nothing`, async () => {
      const screen = terminal();
      const { ask, told } = asking(screen);
      const said = ask!(question);
      for (const typed of ['x', 'continue', '\u001b[A', '\r', key]) screen.type(typed);
      expect(await said).to.equal(answer);
      expect(screen.isAttached()).to.equal(false);
      expect(told.join()).to.include('web: paused at after-test-traffic').and.include('roll back to 0.1.0');
    });

  it('is left by the end of the input, by Ctrl-C and by a signal', async () => {
    const screen = terminal();
    const { ask, abort } = asking(screen);
    const left = ask!(question);
    screen.close();
    expect(await left).to.equal('later');
    const interrupted = ask!(question);
    screen.type('\u0003');
    await rejection(
      interrupted.then(() => undefined),
      'INTERRUPTED',
    );
    const stopped = ask!(question);
    abort.abort(new Error('SIGTERM'));
    expect(await stopped.catch((error: Error) => error.message)).to.equal('SIGTERM');
    expect(screen.isAttached()).to.equal(false);
  });

  it('is put to nobody where no person types', () => {
    expect(asking(terminal(false)).ask).to.equal(undefined);
    expect(asking(terminal(), { json: true }).ask).to.equal(undefined);
    expect(asking(terminal(), { env: { CI: 'true' } }).ask).to.equal(undefined);
  });
});

describe('an answer to a pause as options', () => {
  const given = (options: Readonly<Record<string, string>>) => () => pauseAnswer({ options, arguments: [] });

  it('is a pause and an answer, or nothing', () => {
    expect(given({})()).to.deep.equal({});
    const options = { pause: '12:hook-1', answer: 'rollback', 'answered-by': 'bob', reason: 'no' };
    expect(given(options)()).to.deep.equal({
      pauseAnswer: { pause: '12:hook-1', answer: 'rollback', by: 'bob', reason: 'no' },
    });
  });

  it('is refused by halves, and for what names no pause', () => {
    expect(given({ pause: '12:hook-1' })).to.throw('belong together');
    expect(given({ answer: 'continue' })).to.throw('belong together');
    expect(given({ pause: 'hook-1', answer: 'continue' })).to.throw('no name of a pause');
  });
});
