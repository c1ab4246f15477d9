import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import type { Context } from '../../../runner/src/context/context.js';
import { lendCredentials } from '../../../runner/src/release/pushCredentials.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';

const TOKEN = 'very secret "token" $(id)';

/** What git is lent for a remote. */
async function lent(
  remote: string,
  notifications: object = { github: { token: TOKEN } },
  env: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, string>>> {
  let given: Readonly<Record<string, string>> = {};
  const config = { environments: { production: {} }, release: { branches: ['main'] }, notifications };
  const context = {
    env,
    options: {},
    secrets: new SecretRegistry(),
    config: async () => config,
    environment: async () => ({ name: 'production', config: {} }),
    resolve: async (value: unknown) => value,
    git: {
      remoteUrl: async () => remote,
      authenticate: (variables: Readonly<Record<string, string>>) => void (given = variables),
    },
  };
  await lendCredentials(context as unknown as Context);
  return given;
}

/** What git would log in with at a host. */
function login(env: Readonly<Record<string, string>>, host: string): string {
  const nobody = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
  const { stdout } = spawnSync('git', ['credential', 'fill'], {
    env: { PATH: process.env['PATH'], ...nobody, ...env },
    input: `protocol=https\nhost=${host}\n\n`,
    encoding: 'utf8',
  });
  return stdout;
}

describe('the way to origin', () => {
  it('is lent the token of the forge that origin is at, for its host alone', async () => {
    const env = await lent('https://github.com/acme/shop.git');
    expect(login(env, 'github.com')).to.contain(`username=x-access-token\npassword=${TOKEN}\n`);
    expect(login(env, 'example.org')).to.equal('');
    expect(
      login(await lent('https://git.example.org/acme/shop', { gitlab: { token: TOKEN } }), 'git.example.org'),
    ).to.contain('username=oauth2');
  });

  it('is left to git by SSH, at another host than that of the token, and where the build has one of its own', async () => {
    expect(await lent('git@github.com:acme/shop.git')).to.deep.equal({});
    expect(await lent('http://github.com/acme/shop.git')).to.deep.equal({});
    expect(await lent('https://bitbucket.org/acme/shop')).to.deep.equal({});
    expect(await lent('https://gitlab.com/acme/shop')).to.deep.equal({});
    const api = 'https://github.example.org/api/v3';
    expect(await lent('https://github.com/acme/shop', { github: { token: TOKEN, api } })).to.deep.equal({});
    expect(await lent('https://github.com/acme/shop', undefined, { GIT_ASKPASS: '/ask' })).to.deep.equal({});
  });

  it('keeps what the environment tells git already', async () => {
    const own = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'ada' };
    const env = await lent('https://github.com/acme/shop', undefined, own);
    expect(env).to.include({ GIT_CONFIG_COUNT: '2' }).and.to.have.property('GIT_CONFIG_KEY_1');
    expect(login({ ...own, ...env }, 'github.com')).to.contain(TOKEN);
  });
});
