import { expect } from 'chai';
import {
  addressWords,
  checkVariables,
  commandFailure,
  commandsOf,
  isWatched,
} from '../../../../runner/src/delivery/rules/checkCommands.js';

describe('the commands of checks', () => {
  it('run on the agent for five minutes, where nothing else is said', () => {
    expect(
      commandsOf({
        smoke: { command: ['./smoke'] },
        errors: { alarm: 'shop-5xx' },
        schema: { command: ['./check'], on: 'task', container: 'app', timeout: 1000 },
      }),
    ).to.deep.equal([
      {
        name: 'smoke',
        command: ['./smoke'],
        on: 'agent',
        container: undefined,
        image: undefined,
        timeoutMs: 300_000,
      },
      {
        name: 'schema',
        command: ['./check'],
        on: 'task',
        container: 'app',
        image: undefined,
        timeoutMs: 1000,
      },
    ]);
  });

  it('are nothing to watch; alarms and metrics are', () => {
    expect(isWatched({ smoke: { command: ['./smoke'] } })).to.equal(false);
    expect(isWatched(undefined)).to.equal(false);
    expect(isWatched({ errors: { alarm: 'shop-5xx' } })).to.equal(true);
  });

  it('learn what they check, and the host where it is one', () => {
    const release = { version: '1.4.0', commit: 'c0ffee' };
    const told = { name: 'web', environment: 'staging', release };
    expect(checkVariables(told)).to.deep.equal({
      AUTOMATION_STACK_ENVIRONMENT: 'staging',
      AUTOMATION_STACK_TARGET: 'web',
      AUTOMATION_STACK_VERSION: '1.4.0',
      AUTOMATION_STACK_COMMIT: 'c0ffee',
    });
    const host = { name: 'web-1', address: '10.0.0.1' };
    expect(checkVariables({ ...told, at: { url: 'http://10.0.0.1:80' }, host })).to.include({
      AUTOMATION_STACK_URL: 'http://10.0.0.1:80',
      AUTOMATION_STACK_HOST: 'web-1',
      AUTOMATION_STACK_ADDRESS: '10.0.0.1',
    });
  });

  it('learn what requests to the new release need, one header a line', () => {
    const at = { url: 'http://alb', headers: { 'X-Preview': 'next', Host: 'shop.example' } };
    const release = { version: '1.4.0', commit: 'c0ffee' };
    expect(checkVariables({ name: 'web', environment: 'staging', release, at })).to.include({
      AUTOMATION_STACK_URL: 'http://alb',
      AUTOMATION_STACK_HEADERS: 'X-Preview: next\nHost: shop.example',
    });
    expect(addressWords(at)).to.equal('http://alb with X-Preview: next, Host: shop.example');
  });

  it('fail by their exit code, their timeout or their memory', () => {
    const early = { elapsedMs: 10, timeoutMs: 60_000 };
    expect(commandFailure({ exitCode: 0 }, early)).to.equal(undefined);
    expect(commandFailure({ exitCode: 3 }, early)).to.equal('it ended with exit code 3');
    expect(commandFailure({ exitCode: 137, outOfMemory: true }, early)).to.equal(
      'it was killed because it ran out of memory',
    );
    expect(commandFailure({ exitCode: 143 }, { elapsedMs: 60_000, timeoutMs: 60_000 })).to.equal(
      'it was stopped after 1m (timeout)',
    );
  });
});
