import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { registerVariable } from '../../../runner/src/config/knownSecrets.js';
import type { Config } from '../../../runner/src/config/schema.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { registerConfigured, validateConfig } from '../../support/config.js';

const KEY = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n';
const LINE = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC';

describe('a file that a variable names', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'keys-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const hides = (value: string) => {
    const secrets = new SecretRegistry();
    registerVariable('SSH_IDENTITY', value, secrets);
    return !secrets.text(`read: ${LINE}`).includes(LINE);
  };
  const fileWith = (text: string) => {
    const path = join(directory, 'key');
    writeFileSync(path, text);
    return path;
  };

  it('has its private key hidden', () => {
    expect(hides(fileWith(KEY))).to.equal(true);
  });

  it('is not read where it is no private key, far too large for one, or not named whole', () => {
    expect(hides(fileWith(`${LINE}\n`))).to.equal(false);
    expect(hides(fileWith(KEY + 'x'.repeat(64 * 1024 - KEY.length)))).to.equal(true);
    expect(hides(fileWith(KEY + 'x'.repeat(64 * 1024 - KEY.length + 1)))).to.equal(false);
    const path = fileWith(KEY);
    const before = process.cwd();
    process.chdir(directory);
    try {
      expect(hides('key')).to.equal(false);
    } finally {
      process.chdir(before);
    }
    expect(hides(`${path}\nmore`)).to.equal(false);
  });

  it('may be absent, or a directory', () => {
    mkdirSync(join(directory, 'd'));
    expect(hides(join(directory, 'none'))).to.equal(false);
    expect(hides(join(directory, 'd'))).to.equal(false);
  });
});

describe('what stands in a configuration', () => {
  const known = (settings: string, env: Record<string, string> = {}) => {
    const text = `application: shop\nenvironments: { staging: {} }\n${settings}\n`;
    const secrets = new SecretRegistry();
    registerConfigured(validateConfig('a.yml', text, '/w').config as Config, env, secrets);
    return secrets;
  };

  it('is hidden where a secret belongs, whatever it looks like', () => {
    const secrets = known('notifications: { slack: { channel: plain-channel, token: plain-words } }');
    expect(secrets.text('plain-words at plain-channel')).to.equal('*** at plain-channel');
  });

  it('is not looked up as a variable where it is a reference to something else', () => {
    const secrets = known('notifications: { slack: { channel: x, token: "${secret:SOME_NAME}" } }', {
      SOME_NAME: 'never-asked-for',
    });
    expect(secrets.text('never-asked-for')).to.equal('never-asked-for');
  });
});
