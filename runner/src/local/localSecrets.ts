import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { randomBytes } from 'node:crypto';
import { emulatorClient, unless } from './awsTools.js';
import type { LocalSettings } from './settings.js';

export interface MadeSecret {
  readonly name: string;
  readonly secretArn: string;
}

/** Creates a secret with a random value for each field. What exists stays, so that a value is made once. */
export async function createSecret(
  settings: LocalSettings,
  name: string,
  fields: readonly string[],
): Promise<MadeSecret> {
  const client = new SecretsManagerClient(emulatorClient(settings));
  try {
    const known = await unless(['ResourceNotFoundException'], () =>
      client.send(new DescribeSecretCommand({ SecretId: name })),
    );
    const values = Object.fromEntries(fields.map((field) => [field, randomBytes(24).toString('hex')]));
    const made =
      known ??
      (await client.send(new CreateSecretCommand({ Name: name, SecretString: JSON.stringify(values) })));
    if (made.ARN === undefined) throw new Error(`the emulator created no secret ${name}`);
    return { name, secretArn: made.ARN };
  } finally {
    client.destroy();
  }
}

/** Removes a secret at once; a missing one is no error. */
export async function deleteSecret(settings: LocalSettings, name: string): Promise<boolean> {
  const client = new SecretsManagerClient(emulatorClient(settings));
  const gone = await unless(['ResourceNotFoundException'], () =>
    client.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true })),
  );
  client.destroy();
  return gone !== undefined;
}
