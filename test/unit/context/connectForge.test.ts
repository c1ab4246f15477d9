import { expect } from 'chai';
import { connectForge } from '../../../runner/src/context/connectForge.js';
import type { Context } from '../../../runner/src/context/context.js';
import { MASK, SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { rejection } from '../../support/rejection.js';

/** A context whose references stand for `looked-up` in the environment that is asked for. */
function scope(environment: string | undefined, remote: string | undefined) {
  const asked: (string | undefined)[] = [];
  const secrets = new SecretRegistry();
  const context = {
    env: {},
    secrets,
    options: { environment },
    git: { remoteUrl: async () => remote },
    config: async () => ({
      environments: { staging: {}, production: {} },
      notifications: { github: { token: '${env:T}' } },
    }),
    environment: async (name: string) => (asked.push(name), { name }),
    resolve: async (value: { token: string }) => ({
      ...value,
      token: value.token.replace('${env:T}', 'looked-up-token'),
    }),
  } as unknown as Context;
  return { context, secrets, asked };
}
const connect = ({ context }: ReturnType<typeof scope>) =>
  connectForge('github', context, new AbortController().signal);

describe('a forge that is configured', () => {
  it('has its token looked up, in the environment that is named or the first one, and masked', async () => {
    for (const [named, expected] of [
      ['production', 'production'],
      [undefined, 'staging'],
    ] as const) {
      const one = scope(named, 'git@github.com:acme/shop.git');
      await connect(one);
      expect(one.asked).to.deep.equal([expected]);
      expect(one.secrets.text('with looked-up-token')).to.equal(`with ${MASK}`);
    }
  });

  it('is told by its remote, and refused where there is none', async () => {
    const error = await rejection(connect(scope(undefined, undefined)), 'CONFIG_INVALID');
    expect(error.where).to.equal('notifications.github');
  });
});
