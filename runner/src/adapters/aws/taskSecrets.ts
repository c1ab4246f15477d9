import type { AwsClients } from './clients.js';
import { awsReason } from './awsErrors.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

/** Names that one call may ask for. */
const NAMES = 50;
/** What is looked at before a deploy must not hold it up. */
const EVIDENCE_MS = 10_000;

/**
 * Which parameters there are, by name, without their values; one call per fifty.
 * @throws StackError AWS_*
 */
export async function knownParameters(
  aws: AwsClients,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { DescribeParametersCommand } = await sdk.ssm();
  const found = new Set<string>();
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
    for (const { Name } of parameters) found.add(Name ?? '');
  }
  return found;
}

/**
 * Whether there is a secret, without its value; one that is to be deleted cannot be read any more.
 * @param id name or ARN
 * @throws StackError AWS_*
 */
export async function secretState(
  aws: AwsClients,
  id: string,
  signal: AbortSignal,
): Promise<'there' | 'missing' | 'deleted'> {
  const { DescribeSecretCommand } = await sdk.secretsManager();
  const what = { action: 'secretsmanager:DescribeSecret', resource: id, patienceMs: EVIDENCE_MS, signal };
  try {
    const answer = await aws.call(
      await aws.secretsManager(),
      new DescribeSecretCommand({ SecretId: id }),
      what,
    );
    return answer.DeletedDate === undefined ? 'there' : 'deleted';
  } catch (error) {
    if (awsReason(error) !== 'ResourceNotFoundException') throw error;
    return 'missing';
  }
}
