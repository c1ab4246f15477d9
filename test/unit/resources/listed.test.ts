import { expect } from 'chai';
import { listed } from '../../../runner/src/commands/resourceList.js';
import { confirmed } from '../../../runner/src/commands/resourceOptions.js';
import type { Context } from '../../../runner/src/context/context.js';
import { rejection } from '../../support/rejection.js';

const input = (options: Record<string, boolean>) => ({ arguments: [], options });

describe('a list that is watched', () => {
  it('is printed again when it has changed, and ends well by the signal', async () => {
    const abort = new AbortController();
    const lines: string[] = [];
    const texts = ['a', 'a', 'b'];
    const context = {
      options: { json: false },
      signal: abort.signal,
      events: { emit: ({ line }: { line: string }) => void lines.push(line) },
      clock: {
        sleep: async () => {
          if (texts.length === 0) abort.abort(new Error('SIGINT'));
          abort.signal.throwIfAborted();
        },
      },
    } as unknown as Context;
    const result = await listed(context, input({ watch: true }), async () => {
      const text = texts.shift() as string;
      return { data: { text }, text };
    });
    expect(result).to.deep.equal({});
    expect(lines).to.deep.equal(['a', '', 'b']);
  });

  it('fails where a look fails', async () => {
    const context = { options: {}, signal: new AbortController().signal } as unknown as Context;
    const look = () => Promise.reject(new Error('AWS says no'));
    expect(
      await listed(context, input({ watch: true }), look).catch((error: Error) => error.message),
    ).to.equal('AWS says no');
  });
});

describe('what cannot be taken back', () => {
  function asking(isTTY: boolean, { env = {}, json = false } = {}) {
    let session: { onInput(chunk: Buffer): void; onEnd(): void } | undefined;
    const terminal = {
      isTTY,
      attach: (given: { onInput(chunk: Buffer): void; onEnd(): void }) => {
        session = given;
        return () => (session = undefined);
      },
    };
    const told: string[] = [];
    const context = {
      env,
      options: { json } as never,
      signal: new AbortController().signal,
      events: { emit: (event: { message?: string }) => void told.push(event.message ?? '') } as never,
    };
    const said = (options: Record<string, boolean> = {}) =>
      confirmed(
        context,
        input(options),
        { question: ['api-1 will be deleted.'], command: 'node runner x' },
        terminal,
      );
    return {
      said,
      told,
      type: (keys: string) => session?.onInput(Buffer.from(keys)),
      end: () => session?.onEnd(),
    };
  }

  it('is done after the key y, and after no other', async () => {
    const { said, told, type } = asking(true);
    const yes = said();
    type('y');
    await yes;
    expect(told.join()).to.contain('api-1 will be deleted');
    const no = said();
    type('n');
    expect((await rejection(no, 'APPROVAL_REQUIRED')).next).to.contain('node runner x --yes');
  });

  it('is not done where the input ends, nor where nobody is there', async () => {
    const { said, end } = asking(true);
    const ended = said();
    end();
    await rejection(ended, 'APPROVAL_REQUIRED');
    await rejection(asking(false).said(), 'APPROVAL_REQUIRED');
    await rejection(asking(true, { json: true }).said(), 'APPROVAL_REQUIRED');
    await rejection(asking(true, { env: { CI: '1' } }).said(), 'APPROVAL_REQUIRED');
  });

  it('is not asked for with --yes', () => asking(false).said({ yes: true }));
});
