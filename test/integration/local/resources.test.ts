import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect } from 'chai';
import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import { emulatorClient } from '../../../runner/src/local/awsTools.js';
import { imageNames } from '../../../runner/src/local/localImages.js';
import { createResource, deleteResource } from '../../../runner/src/local/resources.js';
import { sharedVolume } from '../../../runner/src/local/settings.js';
import { rejection } from '../../support/rejection.js';
import { testLocalContext } from '../../support/localContext.js';

describe('what applications find in the local environment', function () {
  this.timeout(400_000);
  const local = testLocalContext();
  const name = `t${randomBytes(4).toString('hex')}`;
  const secretOf = async (SecretId: string) => {
    const client = new SecretsManagerClient(emulatorClient(local.settings));
    const { SecretString = '{}' } = await client.send(new GetSecretValueCommand({ SecretId }));
    client.destroy();
    return JSON.parse(SecretString) as Record<string, string>;
  };

  after(async () => {
    for (const kind of ['mariadb', 'shared-files', 'secret']) await deleteResource(local, kind, name, []);
  });

  it('makes MariaDB with a database and its owner, whom it lets in with TLS alone', async () => {
    const made = await createResource(local, 'mariadb', name, []);
    expect(made).to.include({ address: `${name}.mariadb`, port: 3306, database: 'app', username: 'app' });
    const { password = '' } = await secretOf(made['secretArn'] as string);
    const ask = (...tls: string[]) =>
      execa(
        'docker',
        [
          ...[
            'exec',
            '--env',
            'MYSQL_PWD',
            `${local.settings.name}-mariadb-${name}`,
            'mariadb',
            '--no-defaults',
          ],
          ...[
            '--protocol=tcp',
            '--host=127.0.0.1',
            '--user=app',
            ...tls,
            '--execute=CREATE TABLE IF NOT EXISTS a (b int)',
            'app',
          ],
        ],
        { env: { MYSQL_PWD: password }, reject: false },
      );
    expect((await ask('--ssl')).exitCode).to.equal(0);
    const plain = await ask('--skip-ssl');
    expect(plain.exitCode).not.to.equal(0);
    // Nothing but the TLS is different; MariaDB gives no better reason.
    expect(plain.stderr).to.contain('Access denied');
    expect((await ask('--ssl')).exitCode).to.equal(0);
    expect((await createResource(local, 'mariadb', name, []))['secretArn']).to.equal(made['secretArn']);
  });

  it('makes shared files that belong to a user, and lets them be', async () => {
    const words = ['uid=33', 'gid=34'];
    await createResource(local, 'shared-files', name, words);
    const busybox = (await imageNames(local))?.busybox as string;
    const inside = (user: string, ...command: string[]) =>
      execa('docker', [
        ...[
          'run',
          '--rm',
          '--user',
          user,
          '--volume',
          `${sharedVolume(local.settings, name)}:/files`,
          busybox,
        ],
        ...command,
      ]);
    expect((await inside('0', 'stat', '-c', '%u:%g', '/files')).stdout).to.equal('33:34');
    await inside('33', 'touch', '/files/kept');
    await createResource(local, 'shared-files', name, words);
    expect((await inside('33', 'ls', '/files')).stdout).to.equal('kept');
    expect(await deleteResource(local, 'shared-files', name, [])).to.equal(true);
    expect(await deleteResource(local, 'shared-files', name, [])).to.equal(false);
  });

  it('makes the values of a secret once', async () => {
    const { secretArn } = await createResource(local, 'secret', name, ['fields=key,password']);
    const first = await secretOf(secretArn as string);
    expect(Object.keys(first)).to.deep.equal(['key', 'password']);
    for (const value of Object.values(first)) expect(value).to.match(/^[0-9a-f]{48}$/);
    await createResource(local, 'secret', name, ['fields=key,password']);
    expect(await secretOf(secretArn as string)).to.deep.equal(first);
  });

  it('refuses a base image that it does not know, and says which it does', async () => {
    const { message } = await rejection(createResource(local, 'image', 'perl', []), 'USAGE');
    expect(message).to.equal('There is no image perl: postgres, mariadb, php');
  });
});
