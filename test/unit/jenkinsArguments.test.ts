import { expect } from 'chai';
import { jenkinsCall } from '../../runner/src/jenkinsArguments.js';

const call = (document: unknown) => ({ AUTOMATION_STACK_ARGUMENTS: JSON.stringify(document), PATH: '/bin' });

describe('a call from Jenkins', () => {
  it('is not there where the environment carries none', () => {
    expect(jenkinsCall({ PATH: '/bin' })).to.equal(undefined);
  });

  it('becomes the words a user would type', () => {
    const { argv } =
      jenkinsCall(call({ command: 'lock show', options: { env: 'staging', approvedBy: 'a b', wait: 3 } })) ??
      {};
    expect(argv).to.deep.equal(['lock', 'show', '--env=staging', '--approved-by=a b', '--wait=3']);
  });

  it('gives switches by true and leaves out what is false or null', () => {
    const { argv } =
      jenkinsCall(call({ command: 'promote', options: { approve: true, json: false, release: null } })) ?? {};
    expect(argv).to.deep.equal(['promote', '--approve']);
  });

  it('repeats an option for a list and keeps what looks like an option a value', () => {
    const { argv } =
      jenkinsCall(call({ command: 'run', options: { only: ['-x', ''] }, arguments: ['--web'] })) ?? {};
    expect(argv).to.deep.equal(['run', '--only=-x', '--only=', '--', '--web']);
  });

  it('takes what is too long for a variable from a file', () => {
    const text = 'x'.repeat(300_000);
    const read = (file: string) => {
      expect(file).to.equal('/tmp/call.json');
      return JSON.stringify({ command: 'echo', options: { text } });
    };
    const { argv } = jenkinsCall({ AUTOMATION_STACK_ARGUMENTS_FILE: '/tmp/call.json' }, read) ?? {};
    expect(argv).to.deep.equal(['echo', `--text=${text}`]);
  });

  it('is kept from child processes', () => {
    expect(jenkinsCall(call({ command: 'echo' }))?.env).to.deep.equal({
      PATH: '/bin',
      AUTOMATION_STACK_ARGUMENTS: undefined,
      AUTOMATION_STACK_ARGUMENTS_FILE: undefined,
    });
  });

  it('refuses a value that no option can take', () => {
    expect(() => jenkinsCall(call({ command: 'echo', options: { text: { a: 1 } } }))).to.throw(
      /text: \{"a":1\} is neither/,
    );
  });

  for (const [text, words] of [
    ['null', 'command is not text'],
    ['[]', 'command is not text'],
    ['{"command":5}', 'command is not text'],
    ['{"command":"build","options":null}', 'options is not a map'],
    ['{"command":"build","options":["a"]}', 'options is not a map'],
    ['{"command":"build","arguments":"a"}', 'arguments is not a list'],
    ['{"command":"build","options":{"config":"a\\u0000b"}}', 'config: contains a NUL character'],
  ] as const) {
    it(`says what is wrong with ${text}`, () => {
      expect(() => jenkinsCall({ AUTOMATION_STACK_ARGUMENTS: text })).to.throw(words);
    });
  }

  it('says so where it is not JSON', () => {
    expect(() => jenkinsCall({ AUTOMATION_STACK_ARGUMENTS: '{' })).to.throw(
      /AUTOMATION_STACK_ARGUMENTS is not JSON/,
    );
  });
});
