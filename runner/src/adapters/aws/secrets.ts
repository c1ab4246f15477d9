import { StackError } from '../../base/errors.js';
import { parseExactJson } from '../../base/exactJson.js';
import type { AwsClients } from './clients.js';
import { awsReason } from './awsErrors.js';
import { sdk } from './sdk.js';

/**
 * Reads a parameter of the SSM Parameter Store, decrypted: the value of `${ssm:/path}`.
 *
 * @param name parameter name or path, `:version` or `:label` allowed
 * @throws StackError CONFIG_REFERENCE where there is none; AWS_*
 */
export async function readParameter(aws: AwsClients, name: string): Promise<string> {
  const client = await aws.ssm();
  const { GetParameterCommand } = await sdk.ssm();
  const what = { action: 'ssm:GetParameter', resource: name };
  try {
    const answer = await aws.call(
      client,
      new GetParameterCommand({ Name: name, WithDecryption: true }),
      what,
    );
    return answer.Parameter?.Value ?? '';
  } catch (error) {
    if (awsReason(error) !== 'ParameterNotFound') throw error;
    throw new StackError('CONFIG_REFERENCE', `there is no SSM parameter ${name} in ${aws.region}`, {
      where: `\${ssm:${name}}`,
      next: `aws ssm put-parameter --region ${aws.region} --name ${name} --type SecureString --value file:///dev/stdin`,
      cause: error,
    });
  }
}

/**
 * Reads a secret of Secrets Manager: the value of `${secret:name}` and `${secret:name#jsonKey}`.
 *
 * @param reference name or ARN; after `#` a key of the JSON object that the secret holds
 * @throws StackError CONFIG_REFERENCE where there is no such secret or key; AWS_*
 */
export async function readSecret(aws: AwsClients, reference: string): Promise<string> {
  const [name, key] = reference.split('#', 2) as [string, string | undefined];
  const value = await secretValue(aws, name);
  if (value === undefined) {
    throw new StackError('CONFIG_REFERENCE', `there is no secret ${name} in ${aws.region}`, {
      where: `\${secret:${reference}}`,
      next: `aws secretsmanager create-secret --region ${aws.region} --name ${name} --secret-string file:///dev/stdin`,
    });
  }
  return key === undefined ? value : pick(value, key, reference);
}

/**
 * The value of a secret.
 * @param name name or ARN
 * @returns undefined if there is no such secret, or it has no value yet: AWS gives the same answer for both
 * @throws StackError AWS_*
 */
export async function secretValue(aws: AwsClients, name: string): Promise<string | undefined> {
  const { GetSecretValueCommand } = await sdk.secretsManager();
  const client = await aws.secretsManager();
  const what = { action: 'secretsmanager:GetSecretValue', resource: name };
  try {
    const answer = await aws.call(client, new GetSecretValueCommand({ SecretId: name }), what);
    return answer.SecretString ?? Buffer.from(answer.SecretBinary ?? []).toString('utf8');
  } catch (error) {
    if (awsReason(error) !== 'ResourceNotFoundException') throw error;
    return undefined;
  }
}

/**
 * Gives a secret another value. Safe to be sent again.
 * @param name name or ARN
 * @throws StackError AWS_*, also where there is no such secret
 */
export async function putSecretValue(aws: AwsClients, name: string, value: string): Promise<void> {
  const { PutSecretValueCommand } = await sdk.secretsManager();
  const client = await aws.secretsManager();
  const command = new PutSecretValueCommand({ SecretId: name, SecretString: value });
  await aws.call(client, command, { action: 'secretsmanager:PutSecretValue', resource: name });
}

/** One key of a secret that is a JSON object. The message names the existing keys, never a value. */
function pick(value: string, key: string, reference: string): string {
  const where = `\${secret:${reference}}`;
  let parsed: unknown;
  try {
    parsed = parseExactJson(value);
  } catch {
    parsed = undefined;
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw new StackError('CONFIG_REFERENCE', `the secret is not a JSON object, so it has no key ${key}`, {
      where,
      next: `Remove #${key}, or store {"${key}": …}.`,
    });
  }
  const found = (parsed as Record<string, unknown>)[key];
  if (found === undefined || found === null) {
    throw new StackError('CONFIG_REFERENCE', `the secret has no key ${key}`, {
      where,
      next: `Its keys are: ${Object.keys(parsed).join(', ') || 'none'}.`,
    });
  }
  return typeof found === 'string' ? found : JSON.stringify(found);
}
