import type { AwsClients } from './clients.js';
import { awsReason } from './awsErrors.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

/** Names that one call may ask for. */
const NAMES = 50;
/** What is looked at before a deploy must not hold it up. */
const EVIDENCE_MS = 10_000;

/** A parameter or secret, without its value. */
export interface SecretView {
  readonly arn?: string;
  /** The customer's key that it is encrypted with: id, ARN or alias. Keys of AWS need no permission. */
  readonly key?: string;
}

/**
 * Which parameters there are, by name, without their values; one call per fifty.
 * @throws StackError AWS_*
 */
export async function knownParameters(
  aws: AwsClients,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, SecretView>> {
  const { DescribeParametersCommand } = await sdk.ssm();
  const found = new Map<string, SecretView>();
  for (let start = 0; start < names.length; start += NAMES) {
    const asked = names.slice(start, start + NAMES);
    const what = {
      action: 'ssm:DescribeParameters',
      resource: asked.join(),
      patienceMs: EVIDENCE_MS,
      signal,
    };
    const parameters = await everyPage(async (NextToken) => {
      const command = new DescribeParametersCommand({
        ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: asked }],
        MaxResults: NAMES,
        ...(NextToken && { NextToken }),
      });
      const answer = await aws.call(await aws.ssm(), command, what);
      return { items: answer.Parameters, next: answer.NextToken };
    });
    for (const { Name = '', ARN, KeyId } of parameters) found.set(Name, viewOf(ARN, KeyId));
  }
  return found;
}

/**
 * Whether there is a secret, without its value; one that is to be deleted cannot be read any more.
 * @param id name or ARN
 * @throws StackError AWS_*
 */
export async function describeSecret(
  aws: AwsClients,
  id: string,
  signal: AbortSignal,
): Promise<SecretView & { readonly state: 'there' | 'missing' | 'deleted' }> {
  const { DescribeSecretCommand } = await sdk.secretsManager();
  const what = { action: 'secretsmanager:DescribeSecret', resource: id, patienceMs: EVIDENCE_MS, signal };
  try {
    const answer = await aws.call(
      await aws.secretsManager(),
      new DescribeSecretCommand({ SecretId: id }),
      what,
    );
    const state = answer.DeletedDate === undefined ? 'there' : 'deleted';
    return { state, ...viewOf(answer.ARN, answer.KmsKeyId) };
  } catch (error) {
    if (awsReason(error) !== 'ResourceNotFoundException') throw error;
    return { state: 'missing' };
  }
}

const viewOf = (arn: string | undefined, key: string | undefined): SecretView => ({
  ...(arn === undefined ? {} : { arn }),
  ...(key === undefined || /(?:^|:)alias\/aws\//.test(key) ? {} : { key }),
});
