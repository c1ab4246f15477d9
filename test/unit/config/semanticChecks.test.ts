import { expect } from 'chai';
import { selectEnvironment } from '../../../runner/src/config/selectEnvironment.js';
import type { Config } from '../../../runner/src/config/schema.js';
import { StackError } from '../../../runner/src/base/errors.js';
import { validateConfig } from '../../support/config.js';

const HEAD = 'application: shop\nimages: { web: { repository: r } }\n';
const found = (text: string): string[] =>
  validateConfig('automation-stack.yml', HEAD + text, '/work').issues.map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );
const staging = (settings: string) => `environments:\n  staging:\n    ${settings}\n  production: {}\n`;
const service = (image: string) =>
  `targets: { web: { kind: ecs-service, cluster: c, service: s, image: ${image} } }`;

describe('names that must exist elsewhere in the configuration', () => {
  it('are named where none is near, each at its own place', () => {
    expect(found(`${staging(service('zzz'))}`)).to.deep.equal([
      '5:73 image "zzz" is not defined. Known: web.',
    ]);
    expect(found(`${staging('url: x')}branches: { main: zzz }\n`)).to.deep.equal([
      '7:19 environment "zzz" is not defined. Known: staging, production.',
    ]);
    expect(found(staging('infrastructure: { scope: zzz }'))).to.deep.equal([
      '5:30 scope "zzz" is not defined. Known: none.',
    ]);
  });

  it('are those of environments where something is promoted', () => {
    expect(found(staging('promotion: { from: producton }'))).to.deep.equal([
      '5:24 environment "producton" is not defined. Did you mean "production"?',
    ]);
    expect(found(staging('promotion: { from: staging }'))).to.deep.equal([
      '5:24 staging cannot be promoted from itself',
    ]);
    expect(found(staging('promotion: { from: production }'))).to.deep.equal([]);
  });

  it('are at least one environment', () => {
    expect(found('environments: {}\n')).to.deep.equal(['3:15 environments: name at least one']);
  });
});

describe('settings that do not go together', () => {
  const ROLE = 'arn:aws:iam::222222222222:role/delivery';

  it('are a branch pattern with white space', () => {
    expect(
      found(`${staging('url: x')}branches: { 'feature x': staging, 'feature/*': staging }\n`),
    ).to.deep.equal(['7:26 branches: "feature x" contains white space']);
  });

  it('are a need of itself, and one at a place that is neither a directory nor a bucket', () => {
    expect(found(`${staging('url: x')}needs: { auth: '../s3://x', shop: 's3://b' }\n`)).to.deep.equal([
      '7:35 needs: shop cannot need itself',
    ]);
    expect(found(`${staging('url: x')}needs: { auth: 'gs://b' }\n`)).to.deep.equal([
      '7:16 needs.auth: must be a directory or s3://bucket/prefix, not "gs://b"',
    ]);
  });

  it('are a role of another account, and not one of the account that is named', () => {
    const aws = (account: string) => staging(`aws: { account: '${account}', role: '${ROLE}' }`);
    expect(found(aws('111111111111'))).to.deep.equal([
      '5:43 aws.role: is a role of account 222222222222, but aws.account is 111111111111',
    ]);
    expect(found(aws('222222222222'))).to.deep.equal([]);
    expect(found(staging("aws: { account: '111111111111' }"))).to.deep.equal([]);
  });

  it('are what belongs to a role, without one', () => {
    expect(found(staging('aws: { external-id: shop, session-duration: 30m }'))).to.deep.equal([
      '5:25 aws.external-id: needs a role; set aws.role',
      '5:49 aws.session-duration: needs a role; set aws.role',
    ]);
  });

  it('are a ledger of owners that is neither a directory nor a bucket', () => {
    const ledger = (place: string) => found(staging(`infrastructure: { ownership: '${place}' }`));
    expect(ledger('gs://b')).to.deep.equal([
      '5:34 infrastructure.ownership: must be a directory or s3://bucket/prefix, not "gs://b"',
    ]);
    for (const place of ['../owners', 's3://bucket/owners']) expect(ledger(place), place).to.deep.equal([]);
    expect(found(staging('infrastructure: {}'))).to.deep.equal([]);
  });

  it('are two sources of hosts, told at the second', () => {
    expect(found(staging('inventory: { file: hosts.ini, tags: { a: b } }'))).to.deep.equal([
      '5:24 inventory: name one of output, tags, hosts and file',
    ]);
  });

  it('are groups by a tag of hosts that no tags find', () => {
    expect(found(staging('inventory: { groups-tag: groups }'))).to.deep.equal([
      '5:30 inventory: groups-tag is a tag of the instances that `tags` finds',
    ]);
    expect(found(staging('inventory: { groups-tag: groups, tags: { a: b } }'))).to.deep.equal([]);
  });

  it('are Slack without a way in', () => {
    const slack = (settings: string) =>
      found(`${staging('url: x')}notifications:\n  slack: { channel: '#x'${settings} }\n`);
    expect(slack('')).to.deep.equal([
      '8:10 notifications.slack: needs a token or a webhook, e.g. token: ${env:SLACK_BOT_TOKEN}',
    ]);
    expect(slack(', token: x')).to.deep.equal([]);
    expect(slack(', webhook: x')).to.deep.equal([]);
  });
});

describe('what an environment extends', () => {
  const configOf = (text: string): Config => {
    const { config, issues } = validateConfig('automation-stack.yml', HEAD + text, '/work');
    expect(issues).to.deep.equal([]);
    return config as Config;
  };
  const one = (kind: string, more: string) => `web: { kind: ${kind}, image: web, ${more} }`;

  it('is replaced whole where a target is of another kind', () => {
    const fleet = one('fleet', 'group: g');
    const ecs = one('ecs-service', 'cluster: c, service: s, container: app');
    const config = configOf(
      `environments:\n  staging: { targets: { ${ecs} } }\n  production: { extends: staging, targets: { ${fleet} } }\n`,
    );
    expect(config.environments['production']?.targets['web']).to.include({ kind: 'fleet', group: 'g' });
    expect(config.environments['production']?.targets['web']).not.to.have.property('container');
  });

  it('is merged where the kind is the same or not said, and lists are replaced', () => {
    const config = configOf(
      `environments:\n  staging: { targets: { ${one('fleet', 'group: g, port: 81, health: { status: [200, 201] }')} } }\n` +
        '  production: { extends: staging, targets: { web: { kind: fleet, port: 82, health: { status: [204] } } } }\n' +
        '  test: { extends: production, targets: { web: { group: h } } }\n',
    );
    expect(config.environments['production']?.targets['web']).to.deep.include({ group: 'g', port: 82 });
    expect(config.environments['production']?.targets['web']).to.have.deep.nested.property(
      'health.status',
      [204],
    );
    expect(config.environments['test']?.targets['web']).to.deep.include({ group: 'h', port: 82 });
  });

  it('is told where it is not there, once, by whoever names it', () => {
    const text = 'environments:\n  a: { extends: zzz }\n  b: { extends: a }\n';
    expect(found(text)).to.deep.equal(['4:17 environment "zzz" is not defined here']);
  });

  it('is told where a circle closes, for each that is in it and nobody else', () => {
    const text = 'environments:\n  a: { extends: b }\n  b: { extends: a }\n  c: { extends: a }\n';
    expect(found(text)).to.deep.equal([
      '4:17 extends is circular: b → a → b',
      '5:17 extends is circular: a → b → a',
    ]);
  });

  it('has its mistakes told where they stand', () => {
    const text = 'environments:\n  a: { url: [] }\n  b: { extends: a }\n';
    for (const line of found(text)) expect(line).to.match(/^4:13 environments\.a\.url: /);
  });
});

describe('an environment that is named', () => {
  const { config } = validateConfig('a.yml', `${HEAD}environments: { staging: {}, production: {} }\n`, '/w');
  const refusal = (name: string | undefined): StackError => {
    try {
      selectEnvironment(config as Config, name);
    } catch (error) {
      return error as StackError;
    }
    throw new Error('not refused');
  };

  it('is found', () => {
    expect(selectEnvironment(config as Config, 'production').name).to.equal('production');
    expect(selectEnvironment(config as Config, 'production').config).to.equal(
      config?.environments['production'],
    );
  });

  it('is asked for where none is, and offered where there is no such', () => {
    expect(refusal(undefined)).to.include({
      code: 'ENVIRONMENT_REQUIRED',
      next: 'Add --env staging | --env production.',
    });
    expect(refusal('stagin')).to.include({
      code: 'ENVIRONMENT_UNKNOWN',
      message: 'there is no environment "stagin". Did you mean "staging"?',
      where: '/w/a.yml',
    });
    expect(refusal('toString').code).to.equal('ENVIRONMENT_UNKNOWN');
  });
});

describe('targets that need each other', () => {
  const targets = (web: string, api: string) =>
    [
      'targets:',
      `      web: { kind: ecs-service, cluster: c, service: web, image: web, needs: [${web}] }`,
      `      api: { kind: ecs-service, cluster: c, service: api, image: web, needs: [${api}] }`,
    ].join('\n');

  it('are targets of the environment, with the nearest name where one is mistyped', () => {
    expect(found(staging(targets('api', '')))).to.deep.equal([]);
    expect(found(staging(targets('apu', ''))).join()).to.contain(
      'target "apu" is not defined. Did you mean "api"?',
    );
  });

  it('wait for each other in no circle', () => {
    expect(found(staging(targets('api', 'web'))).join()).to.contain(
      'staging: targets need each other in a circle: web → api → web',
    );
    expect(found(staging(targets('web', ''))).join()).to.contain('circle: web → web');
  });
});
