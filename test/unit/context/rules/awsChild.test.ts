import { expect } from 'chai';
import {
  AWS_BASE,
  profileText,
  roleVariables,
  withoutRole,
} from '../../../../runner/src/context/rules/awsChild.js';

const KEYS = {
  AWS_ACCESS_KEY_ID: 'AKIABASE',
  AWS_SECRET_ACCESS_KEY: 'base-secret',
  AWS_SESSION_TOKEN: 'base-token',
};

describe('what makes another program act as a role', () => {
  const before = { ...KEYS, PATH: '/bin', AWS_PROFILE: 'team', AUTOMATION_STACK_RUN: 'shop-42' };
  const after = (env: Record<string, string>) => ({
    ...env,
    ...roleVariables('stack-shop', '/h/p.config', env),
  });

  it('is a profile, without what would be taken for another identity', () => {
    const {
      AWS_PROFILE,
      AWS_CONFIG_FILE,
      AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY,
      AWS_SESSION_TOKEN,
      PATH,
    } = after(before);
    expect([AWS_PROFILE, AWS_CONFIG_FILE, PATH]).to.deep.equal(['stack-shop', '/h/p.config', '/bin']);
    expect([AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN]).to.deep.equal(['', '', '']);
  });

  it('is taken back for a runner below it, with the run it belongs to', () => {
    expect(withoutRole({ ...after(before), AUTOMATION_STACK_RUN: 'provision:production' })).to.deep.equal(
      before,
    );
    const bare = { PATH: '/bin' };
    expect(withoutRole(after(bare))).to.deep.equal(bare);
  });

  it('is left as it is where somebody has named another configuration since', () => {
    const changed = { ...after(before), AWS_CONFIG_FILE: '/mine', AWS_PROFILE: 'mine' };
    expect(withoutRole(changed)).to.include({ AWS_CONFIG_FILE: '/mine', AWS_PROFILE: 'mine' });
    expect(withoutRole(changed)).not.to.have.property(AWS_BASE);
  });

  it('is harmless where it was damaged', () => {
    expect(withoutRole({ PATH: '/bin', [AWS_BASE]: '{' })).to.deep.equal({ PATH: '/bin' });
    expect(withoutRole({ PATH: '/bin', [AWS_BASE]: 'null' })).to.deep.equal({ PATH: '/bin' });
  });

  it('keeps the user’s own profiles', () => {
    expect(profileText('[profile team]\nregion = eu-west-1', 'p', '/h/a b', 'eu-west-1')).to.equal(
      '[profile team]\nregion = eu-west-1\n\n[profile p]\ncredential_process = "/h/a b"\nregion = eu-west-1\n',
    );
    expect(profileText('', 'p', '/h/a', undefined)).to.equal('[profile p]\ncredential_process = "/h/a"\n');
  });
});

describe('what a role’s variables hold', () => {
  it('is nothing of what was not set before', () => {
    const made = roleVariables('p', '/f', { AWS_ACCESS_KEY_ID: '', BUILD_TAG: 'b' });
    expect(made).to.not.have.property('AWS_ACCESS_KEY_ID');
    expect(JSON.parse(made[AWS_BASE] as string)).to.deep.equal({ file: '/f', env: { BUILD_TAG: 'b' } });
  });

  it('is what somebody has set since, where that is taken back', () => {
    const made = roleVariables('p', '/f', { AWS_ACCESS_KEY_ID: 'before' });
    expect(withoutRole({ ...made, AWS_SECURITY_TOKEN: 'mine', X: 'y' })).to.deep.equal({
      AWS_ACCESS_KEY_ID: 'before',
      AWS_SECURITY_TOKEN: 'mine',
      X: 'y',
    });
    expect(withoutRole({ ...made, AWS_ACCESS_KEY_ID: 'mine' })).to.include({ AWS_ACCESS_KEY_ID: 'before' });
  });

  it('is taken back where there is nothing of it: nothing changes', () => {
    const env = { AWS_PROFILE: 'mine', AWS_CONFIG_FILE: '/mine' };
    expect(withoutRole(env)).to.deep.equal(env);
    expect(withoutRole({ ...env, [AWS_BASE]: '' })).to.include(env);
  });

  it('is not believed where a part of it has another form', () => {
    for (const base of [
      '{"file":"/f"}',
      '{"file":"/f","env":null}',
      '{"file":"/f","env":"x"}',
      '{"file":5,"env":{}}',
      '5',
    ])
      expect(withoutRole({ AWS_CONFIG_FILE: '/f', AWS_PROFILE: 'p', [AWS_BASE]: base }), base).to.deep.equal({
        AWS_CONFIG_FILE: '/f',
        AWS_PROFILE: 'p',
      });
  });

  it('stands after the user’s own, one line apart', () => {
    expect(profileText('\n[profile a]\n\n\n', 'p', '/c', undefined)).to.equal(
      '\n[profile a]\n\n[profile p]\ncredential_process = "/c"\n',
    );
  });
});
