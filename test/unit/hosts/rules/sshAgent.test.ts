import { expect } from 'chai';
import { addKey, ASKPASS_SCRIPT, runAgent } from '../../../../runner/src/hosts/rules/sshAgent.js';

describe('an agent for an encrypted key', () => {
  it('works at a socket for a process, and ends with it', () => {
    const { file, args } = runAgent('/run/agent', 42);
    expect(file).to.equal('/bin/sh');
    expect(args[0]).to.equal('-c');
    expect(args[1]).to.contain('ssh-agent -D -a "$1"').and.contain('kill -0 "$2"');
    expect(args.slice(2)).to.deep.equal(['ssh-agent', '/run/agent', '42']);
  });

  it('gets a key with its passphrase in the environment, never in the words', () => {
    const { file, args, env } = addKey('/k', { socket: '/run/agent', askpass: '/ask', passphrase: 'words' });
    expect([file, ...args]).to.deep.equal(['ssh-add', '-q', '/k']);
    expect(env).to.deep.equal({
      SSH_AUTH_SOCK: '/run/agent',
      SSH_ASKPASS: '/ask',
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: ':0',
      AUTOMATION_STACK_PASSPHRASE: 'words',
    });
    expect(ASKPASS_SCRIPT).to.contain('"$AUTOMATION_STACK_PASSPHRASE"').and.not.contain('words');
  });

  it('is not asked again after a wrong answer', () => {
    expect(ASKPASS_SCRIPT.split('\n')[1]).to.contain('Bad*) exit 1');
  });
});
