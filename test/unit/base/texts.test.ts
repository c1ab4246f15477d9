import { expect } from 'chai';
import { parseExactJson } from '../../../runner/src/base/exactJson.js';
import { withoutGitVariables } from '../../../runner/src/adapters/process/gitVariables.js';
import { withoutOwnVariables } from '../../../runner/src/adapters/process/jenkinsVariables.js';
import {
  keysOnConsole,
  replacement,
  instanceAt,
  withInstance,
  withKeys,
} from '../../../runner/src/hosts/rules/learnedKeys.js';
import { didYouMean, nearest } from '../../../runner/src/base/nearest.js';

describe('exact JSON', () => {
  it('loses no digit: what would not be written so again is text', () => {
    expect(
      parseExactJson('{"a":12345678901234567890,"b":3.10,"c":5,"d":-1.5,"e":"1.0 \\" 2.0","f":[1e3,true]}'),
    ).to.deep.equal({
      a: '12345678901234567890',
      b: '3.10',
      c: 5,
      d: -1.5,
      e: '1.0 " 2.0',
      f: ['1e3', true],
    });
  });

  it('is refused in the words of the text as it came', () => {
    const words = (text: string, parse: (text: string) => unknown) => {
      try {
        return String(parse(text));
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(words('{"a":1.0', parseExactJson)).to.equal(words('{"a":1.0', JSON.parse));
  });
});

describe('the environment of a child', () => {
  it('has nothing that would mislead git, and all that says who asks', () => {
    const kept = { GIT_AUTHOR_NAME: 'a', GIT_SSH_COMMAND: 'b', MY_GIT_TRACE: 'c', PATH: 'd' };
    expect(
      withoutGitVariables({
        ...kept,
        GIT_DIR: 'x',
        GIT_TRACE2_EVENT: 'x',
        GIT_TEST_A: 'x',
        GIT_INDEX_FILE: 'x',
      }),
    ).to.deep.equal(kept);
  });

  it('has nothing by which Jenkins would end it', () => {
    expect(
      withoutOwnVariables({
        JENKINS_NODE_COOKIE: 'x',
        AUTOMATION_STACK_INTERRUPTION_LOG: 'x',
        JENKINS_URL: 'y',
      }),
    ).to.deep.equal({
      JENKINS_URL: 'y',
    });
  });
});

describe('the keys that the runner has learned', () => {
  const FILE =
    'a ssh-ed25519 AAAA console\nab ssh-ed25519 BBBB given\n#instance a i-1 2026-01-01\n#instance ab i-2\n';

  it('stand under one name, in place of those before', () => {
    expect(withKeys(FILE, 'a', ['ssh-rsa C', 'ssh-ed25519 D'], 'first-use')).to.equal(
      'ab ssh-ed25519 BBBB given\n#instance a i-1 2026-01-01\n#instance ab i-2\na ssh-rsa C first-use\na ssh-ed25519 D first-use\n',
    );
    expect(withKeys('a k s\n', 'a', [], 'given')).to.equal('');
    expect(withKeys('', 'a', ['k'], 'given')).to.equal('a k given\n');
  });

  it('know the instance that answered, with when it was started', () => {
    expect(instanceAt(FILE, 'a')).to.deep.equal({ instanceId: 'i-1', launched: '2026-01-01' });
    expect(instanceAt(FILE, 'ab')).to.deep.equal({ instanceId: 'i-2' });
    expect(instanceAt(FILE, 'b')).to.equal(undefined);
    expect(instanceAt('#instance a\nx a i-9\n', 'a')).to.equal(undefined);
  });

  it('forget the instance before', () => {
    expect(withInstance(FILE, 'a', { instanceId: 'i-3' })).to.equal(
      'a ssh-ed25519 AAAA console\nab ssh-ed25519 BBBB given\n#instance ab i-2\n#instance a i-3\n',
    );
    expect(withInstance('', 'a', { instanceId: 'i-3', launched: 'x' })).to.equal('#instance a i-3 x\n');
  });

  it('tell of an instance in the place of another', () => {
    expect(replacement({ instanceId: 'i-1', launched: 'x' }, { instanceId: 'i-2' })).to.equal(
      'known before as i-1 (started x), now i-2',
    );
  });

  it('are read from the last whole block on a console', () => {
    const block = (...lines: string[]) =>
      ['-----BEGIN SSH HOST KEY KEYS-----', ...lines, '-----END SSH HOST KEY KEYS-----'].join('\r\n');
    const output = `${block('ssh-ed25519 OLD host')}\nwords\n${block(
      'ssh-ed25519 AA+/a== root@host',
      '[  5.1] cloud-init: ecdsa-sha2-nistp256 BBBB',
      'xssh-rsa CCCC',
      'ssh-dss DDDD',
    )}\n-----BEGIN SSH HOST KEY KEYS-----\nssh-rsa CUT`;
    expect(keysOnConsole(output)).to.deep.equal(['ssh-ed25519 AA+/a==', 'ecdsa-sha2-nistp256 BBBB']);
    expect(keysOnConsole('nothing')).to.deep.equal([]);
  });
});

describe('the nearest of several words', () => {
  it('is at most a third of its letters away, and one at least', () => {
    expect(nearest('stagin', ['staging'])).to.equal('staging');
    expect(nearest('ab', ['abc'])).to.equal('abc');
    expect(nearest('ab', ['abcd'])).to.equal(undefined);
    expect(nearest('abcdef', ['abcdxy'])).to.equal('abcdxy');
    expect(nearest('abcdef', ['abcxyz'])).to.equal(undefined);
  });

  it('takes letters that changed places for one mistake, and capitals for none', () => {
    expect(nearest('ab', ['ba'])).to.equal('ba');
    expect(nearest('xabx', ['xbax'])).to.equal('xbax');
    expect(nearest('abc', ['cab'])).to.equal(undefined);
    expect(nearest('STAGING', ['staging'])).to.equal('staging');
  });

  it('is the closest, and the first of those', () => {
    expect(nearest('production', ['productive', 'producton', 'productionx'])).to.equal('producton');
    expect(nearest('', ['a', 'bc'])).to.equal('a');
    expect(nearest('a', [''])).to.equal('');
    expect(nearest('kitten', ['sitting', 'mitten'])).to.equal('mitten');
    expect(nearest('abcdefghi', ['bcdefghij', 'abcdefxyz'])).to.equal('bcdefghij');
  });

  it('is asked for in a question, or not at all', () => {
    expect(didYouMean('stagin', ['staging'])).to.equal(' Did you mean "staging"?');
    expect(didYouMean('x', ['staging'])).to.equal('');
  });
});
