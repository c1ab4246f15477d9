import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { registerEnvironment } from '../../../runner/src/secrets/environmentSecrets.js';
import { holdsSecret, namesSecret } from '../../../runner/src/secrets/secretNames.js';
import { MASK, SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { cli } from '../../support/cli.js';
import { registerConfigured, validateConfig } from '../../support/config.js';

const BASE = 'application: shop\nimages: { web: { repository: shop/web } }\n';
function known(yaml: string, env: Readonly<Record<string, string>> = {}): SecretRegistry {
  const { config, issues } = validateConfig('automation-stack.yml', BASE + yaml, '/project');
  if (config === undefined) throw new Error(JSON.stringify(issues));
  const secrets = new SecretRegistry();
  registerConfigured(config, env, secrets);
  return secrets;
}
const variable = (reference: string) => `environments: { staging: { variables: { X: '${reference}' } } }\n`;

describe('secrets that a configuration refers to', () => {
  const masked: Readonly<Record<string, string>> = {
    GH_PAT: 'k3Jf9sLq2Zx8',
    PEM: 'k3Jf9sLq2Zx8',
    DB_PASS: 'k3Jf9sLq2Zx8',
    KEY: 'k3Jf9sLq2Zx8',
    ADMIN_PASSPHRASE: 'k3Jf9sLq2Zx8',
    CONNECTION_STRING: 'k3Jf9sLq2Zx8',
    SENTRY_DSN: 'https://k3Jf9sLq2Zx8@sentry.example.org/4',
    SLACK_WEBHOOK: 'https://example.org/k3Jf9sLq2Zx8',
    HOOK: 'k3Jf9sLq2Zx8k3Jf9',
    SEED: 'Qm9vdCBrZXkgMTIzNDU2Nzg5MA==',
    // Told from their form, whatever the variable is called.
    FIRST: 'ghp_k3Jf9sLq2Zx8k3Jf9sLq2Zx8k3Jf9sLq2Zx8',
    SECOND: 'AKIAIOSFODNN7EXAMPLE',
    THIRD: 'xoxb-1234567890-abcdefgh',
    FOURTH: 'glpat-k3Jf9sLq2Zx8k3Jf9sLq',
    FIFTH: 'npm_k3Jf9sLq2Zx8k3Jf9sLq2Zx8k3Jf9sLq2Zx8',
    SIXTH: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.k3Jf9sLq2Zx8aa',
    SEVENTH: 'sk-proj-k3Jf9sLq2Zx8k3Jf9sLq2Zx8',
    EIGHTH: 'github_pat_11ABCDEFG0k3Jf9sLq2Zx8_k3Jf9sLq',
  };
  for (const [name, value] of Object.entries(masked)) {
    it(`are known before anybody looks them up: ${name}`, () => {
      expect(known(variable(`\${env:${name}}`), { [name]: value }).text(`child: ${value} end`)).to.equal(
        `child: ${MASK} end`,
      );
    });
  }
  it('are known by the password in an address alone, also as it is meant', () => {
    const secrets = known(variable('${env:DATABASE_URL}'), {
      DATABASE_URL: 'postgres://shop:s3cr%21t%2Fpw@db.internal:5432/shop',
    });
    expect(secrets.text('postgres://shop:s3cr%21t%2Fpw@db.internal:5432/shop')).to.equal(
      `postgres://shop:${MASK}@db.internal:5432/shop`,
    );
    expect(secrets.text('the password is s3cr!t/pw at db.internal')).to.equal(
      `the password is ${MASK} at db.internal`,
    );
  });
  it('are known line by line where they are private keys', () => {
    const pem =
      '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIGqk3Jf9sLq2Zx8k3Jf9sLq\nq2Zx8k3Jf9sLqMHcCAQEEIIGqk3J\n-----END EC PRIVATE KEY-----\n';
    const secrets = known(variable('${env:DEPLOY}'), { DEPLOY: pem });
    expect(secrets.text('at q2Zx8k3Jf9sLqMHcCAQEEIIGqk3J')).to.equal(`at ${MASK}`);
  });
  it('are known where the name says nothing and the reference does', () =>
    expect(known(variable('${secret-env:COLOUR}'), { COLOUR: 'ultramarine' }).text('ultramarine')).to.equal(
      MASK,
    ));
  it('are known where a secret belongs, whatever the variable is called', () => {
    const places = [
      'notifications: { slack: { channel: c, token: "${env:X}" } }\nenvironments: { staging: {} }\n',
      'notifications: { slack: { channel: c, webhook: "${env:X}" } }\nenvironments: { staging: {} }\n',
      'environments: { staging: { provision: { playbooks: [a.yml], vault: { password: "${env:X}" } } } }\n',
      'environments: { staging: { infrastructure: { variables: { db_password: "${env:X}" } } } }\n',
      'environments: { staging: { targets: { web: { kind: fleet, group: web, image: web, environment: { API_TOKEN: "${env:X}" } } } } }\n',
    ];
    for (const place of places)
      expect(known(place, { X: 'ultramarine' }).text('ultramarine'), place).to.equal(MASK);
    const image = BASE.replace('shop/web', 'shop/web, secrets: { npm: "${env:X}" }');
    const { config } = validateConfig('a.yml', `${image}environments: { staging: {} }\n`, '/project');
    const secrets = new SecretRegistry();
    registerConfigured(config as never, { X: 'ultramarine' }, secrets);
    expect(secrets.text('ultramarine')).to.equal(MASK);
  });
  it('leave alone what only sounds like one', () => {
    const plain: Readonly<Record<string, string>> = {
      AUTHOR: 'Jane Doe',
      BASE_IMAGE: 'python:3.12-slim',
      AUTH_ENABLED: 'true',
      AWS_REGION: 'eu-west-1',
      AUTH_URL: 'https://login.example.org/',
      SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop',
      SSH_AUTH_SOCK: tmpdir(),
      KEY_PORT: '5432',
      DIGEST: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      ACCOUNT: '123456789012',
      RELEASE: 'Debian12Bookworm-2026',
      TITLE: 'v1-Release-Candidate-3',
      FOLDER: '/srv/Shop1/Data',
      COMMIT: '88f2939c1b1e4f0d6e6f3d1a2b3c4d5e6f708192',
    };
    for (const [name, value] of Object.entries(plain))
      expect(known(variable(`\${env:${name}}`), { [name]: value }).text(value), name).to.equal(value);
  });
});

describe('secrets of the environment', () => {
  it('are known without a configuration', () => {
    const secrets = new SecretRegistry();
    registerEnvironment(
      {
        AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
        AWS_SESSION_TOKEN: 'IQoJb3JpZ2luX2VjE',
        HTTPS_PROXY: 'http://me:pr0xyPw@proxy:3128',
        TF_VAR_db_password: 'k3Jf9sLq2Zx8',
        GIT_URL: 'https://x:g1tPassw@example.org/r.git',
        TOKENIZERS_PARALLELISM: 'disabled',
      },
      secrets,
    );
    for (const value of [
      'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      'IQoJb3JpZ2luX2VjE',
      'pr0xyPw',
      'k3Jf9sLq2Zx8',
      'g1tPassw',
    ])
      expect(secrets.text(value), value).to.equal(MASK);
    expect(secrets.text('proxy:3128 me disabled')).to.equal('proxy:3128 me disabled');
  });
});

describe('names', () => {
  it('tell secrets of variables that are referred to', () => {
    for (const name of [
      'GH_PAT',
      'TLS_PEM',
      'API_KEY',
      'dbPassword',
      'MYSQL_PWD',
      'CONN_STR',
      'OAUTH_CLIENT',
      'AWS_CREDENTIALS',
    ])
      expect(holdsSecret(name), name).to.equal(true);
    for (const name of ['AUTHOR', 'PWD', 'PATH', 'REGION', 'COMPAT', 'PATTERN', 'BYPASS'])
      expect(holdsSecret(name), name).to.equal(false);
  });
  it('tell secrets of settings by how they end', () => {
    for (const name of [
      'db_password',
      'dbPassword',
      'API_TOKEN',
      'private-key',
      'webhookUrl',
      'secret',
      'github_pat',
    ])
      expect(namesSecret(name), name).to.equal(true);
    for (const name of [
      'key_name',
      'secret_name',
      'token_ttl',
      'public_key',
      'kms_key_id',
      'password_length',
      'format',
      'compass',
    ])
      expect(namesSecret(name), name).to.equal(false);
  });
});

describe('config show', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'automation-stack-show-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const TEXT = `${BASE.replace('shop/web', 'shop/web, secrets: { npm: literal-npm-1 }')}
notifications: { slack: { channel: c, token: literal-slack-1 } }
environments:
  staging:
    infrastructure: { variables: { db_password: pw, key_name: shop-key, size: 3 } }
    provision: { playbooks: [a.yml], vault: { password: "\${env:V}" } }
    variables: { A: ghp_k3Jf9sLq2Zx8k3Jf9sLq2Zx8k3Jf9sLq2Zx8, B: "https://u:literal-url-1@example.org", C: plain, DB_URL: "\${env:DB_URL}" }
`;
  it('prints no secret that stands in the file, and every reference as it is written', async () => {
    writeFileSync(join(directory, 'automation-stack.yml'), TEXT);
    for (const argv of [
      ['config', 'show'],
      ['config', 'show', '--env', 'staging'],
      ['config', 'show', '--json'],
    ]) {
      const { stdout, exitCode } = await cli(argv, { cwd: directory });
      expect(exitCode).to.equal(0);
      expect(stdout).not.to.match(/literal|ghp_|\bpw\b/);
      expect(stdout)
        .to.contain('shop-key')
        .and.to.contain('plain')
        .and.to.contain('${env:V}')
        .and.to.contain(MASK);
    }
  });
  it('prints none that a reference becomes either', async () => {
    writeFileSync(join(directory, 'automation-stack.yml'), TEXT);
    const env = { V: 'abc', DB_URL: 'postgres://shop:hunter2-pw@db/shop' };
    const { stdout } = await cli(['config', 'show', '--env', 'staging', '--resolve'], {
      cwd: directory,
      env,
    });
    expect(stdout).not.to.match(/literal|ghp_|\bpw\b|abc|hunter2/);
    expect(stdout).to.contain(`postgres://shop:${MASK}@db/shop`).and.to.contain('plain');
  });
});
