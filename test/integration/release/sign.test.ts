import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import type { ReleaseRecord } from '../../../runner/src/domain/records.js';
import { buildEnvironment } from '../../../runner/src/release/treeInputs.js';
import { ensureRelease } from '../../../runner/src/release/findRelease.js';
import { imageFixture, type ImageFixture } from '../../support/imageFixture.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const files = { 'app/Dockerfile': 'FROM scratch\nCOPY . /app\n', 'app/a': 'one', 'keys/cosign.key': 'key' };
const SIGN = 'sign: { key: keys/cosign.key, password: "${env:SIGN_PASSWORD}" }';

/** Stands in for cosign: writes down what it was called with, and answers as it is told. */
const STAND_IN = `#!/bin/sh
if [ "$1" = version ]; then echo '{"gitVersion": "'"$STAND_IN_VERSION"'"}'; exit 0; fi
printf '%s\\n' "$@" > "$STAND_IN_FOLDER/argv"
printf '%s' "$COSIGN_PASSWORD" > "$STAND_IN_FOLDER/password"
cp "$DOCKER_CONFIG/config.json" "$STAND_IN_FOLDER/config.json"
printf '%s' "$DOCKER_CONFIG" > "$STAND_IN_FOLDER/docker"
echo 'Error: signing: the stand-in says no' >&2
exit "$STAND_IN_EXIT"
`;

describe('signing what was pushed', function () {
  this.timeout(60_000);
  const made: ImageFixture[] = [];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'automation-stack-sign-'));
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/cosign'), STAND_IN);
    chmodSync(join(folder, 'bin/cosign'), 0o755);
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true });
    for (const each of made.splice(0)) await each.clean();
  });
  const fixture = async (version = 'v2.6.1', exit = '0') => {
    const fresh = await imageFixture({
      files,
      image: SIGN,
      env: {
        PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`,
        SIGN_PASSWORD: 'a password of cosign',
        STAND_IN_FOLDER: folder,
        STAND_IN_VERSION: version,
        STAND_IN_EXIT: exit,
      },
    });
    made.push(fresh);
    return fresh;
  };
  const push = async (shop: ImageFixture): Promise<ReleaseRecord> =>
    ensureRelease(shop.context, {
      environment: await buildEnvironment(shop.context),
      stage: stageOf('push', shop.context),
    });
  const written = (name: string) => readFileSync(join(folder, name), 'utf8');

  it('signs the digest, and has no secret in its arguments', async () => {
    const shop = await fixture();
    const release = await push(shop);
    const { digest, signedBy } = release.images['web'] ?? {};
    expect(signedBy).to.equal('keys/cosign.key');
    expect(written('argv').trim().split('\n')).to.deep.equal([
      'sign',
      '--key',
      join(shop.directory, 'keys/cosign.key'),
      '--yes',
      '--tlog-upload=false',
      `${shop.registry}/${shop.application}/web@${digest}`,
    ]);
    expect(written('password')).to.equal('a password of cosign');
    expect(Object.keys((JSON.parse(written('config.json')) as { auths: object }).auths)).to.deep.equal([
      shop.registry,
    ]);
    // The login is gone with the push.
    expect(() => statSync(written('docker'))).to.throw('ENOENT');
    expect(JSON.stringify(shop.events)).not.to.contain('a password of cosign');
  });

  it('tells cosign 3 that it signs without a service', async () => {
    await push(await fixture('v3.0.2'));
    expect(written('argv')).to.contain('--use-signing-config=false');
  });

  it('makes no release where it fails, and says why', async () => {
    const shop = await fixture('v2.6.1', '1');
    const error = await rejection(push(shop), 'SIGN_FAILED');
    expect(error.evidence.join()).to.contain('the stand-in says no');
    const { ledger } = await shop.context.state();
    expect(await ledger.releases()).to.deep.equal([]);
  });
});
