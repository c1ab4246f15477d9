import { expect } from 'chai';
import { validateConfig } from '../../support/config.js';
import type { Config } from '../../../runner/src/config/schema.js';
import { showConfig } from '../../../runner/src/doctor/showConfig.js';
import { kinds } from '../../../runner/src/kinds.js';
import type { Context } from '../../../runner/src/context/context.js';

const { config } = validateConfig(
  'a.yml',
  `application: shop
images: { web: { repository: r, build-args: { timeout: 60000, LEVEL: 'on' } } }
environments:
  base: { variables: { timeout: 5 } }
  staging:
    extends: base
    variables: { DB_PASSWORD: plain, EMPTY_TOKEN: '', API_TOKEN: '\${env:API_TOKEN}', PLACE: here }
    aws: { role: 'arn:aws:iam::222222222222:role/d', session-duration: 90m }
    targets: { web: { kind: fleet, group: g, image: web, drain: 1500ms, health: { for: 0s, interval: 2s, timeout: 1h } } }
    provision: { playbooks: [a.yml, b.yml], vars: { timeout: 60000, db_password: [deep, { a: deeper }], has_password: true } }
state: { lock-expiry: 15m }
`,
  '/w',
);
const show = async (environment?: string, resolve = false) => {
  const context = {
    options: { environment },
    kinds: async () => kinds,
    config: async () => config,
    environment: async () => ({
      name: environment,
      config: (config as Config).environments[environment as string],
    }),
    resolve: async (value: unknown) =>
      JSON.parse(JSON.stringify(value).replace('${env:API_TOKEN}', 'looked-up')) as unknown,
  } as unknown as Context;
  return (await showConfig(context, resolve)) as Record<string, never>;
};

describe('a configuration that is shown', () => {
  it('is all of it but where it lies, or one environment with its name', async () => {
    const all = await show();
    expect(Object.keys(all)).to.include.members(['application', 'images', 'environments', 'state']);
    expect(all).to.not.have.any.keys('directory', 'file');
    const staging = await show('staging');
    expect(staging).to.deep.include({ application: 'shop', environment: 'staging' });
    expect(staging).to.not.have.property('extends');
    expect(staging).to.have.property('targets');
  });

  it('has durations in the largest unit that holds them exactly', async () => {
    const { targets, aws } = (await show('staging')) as Record<
      string,
      Record<string, Record<string, unknown>>
    >;
    expect(targets!['web']).to.deep.include({ drain: '1500ms' });
    expect(targets!['web']!['health']).to.deep.include({ for: '0s', interval: '2s', timeout: '1h' });
    expect(aws).to.deep.include({ 'session-duration': '90m' });
    expect((await show())['state']).to.deep.include({ 'lock-expiry': '15m' });
  });

  it('has variables as they are, whatever they are called', async () => {
    const all = (await show()) as Record<string, Record<string, Record<string, unknown>>>;
    expect(all['images']!['web']!['build-args']).to.deep.equal({ timeout: '60000', LEVEL: 'on' });
    const { provision } = (await show('staging')) as Record<string, Record<string, unknown>>;
    expect(provision!['vars']).to.deep.include({ timeout: 60000 });
    expect(provision!['playbooks']).to.deep.equal(['a.yml', 'b.yml']);
  });

  it('shows no secret: neither a text nor what is deep in one, but a flag, an empty text and a reference', async () => {
    const { variables, provision } = (await show('staging')) as Record<string, Record<string, unknown>>;
    expect(variables).to.deep.equal({
      timeout: '5',
      DB_PASSWORD: '***',
      EMPTY_TOKEN: '',
      API_TOKEN: '${env:API_TOKEN}',
      PLACE: 'here',
    });
    expect(provision!['vars']).to.deep.include({ db_password: ['***', { a: '***' }], has_password: true });
  });

  it('shows no secret that was looked up', async () => {
    const { variables } = (await show('staging', true)) as Record<string, Record<string, unknown>>;
    expect(variables).to.include({ API_TOKEN: '***', PLACE: 'here' });
  });
});
