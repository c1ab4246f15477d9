import { knownParameters, describeSecret } from '../../../../adapters/aws/taskSecrets.js';
import type { AwsClients } from '../../../../adapters/aws/clients.js';
import type { SecretStates, SecretViews, TaskSecret } from './secretsCheck.js';

/**
 * Which secrets are there: one call per fifty parameters, one per secret of Secrets Manager. Those in another region are left
 * out.
 * @throws StackError AWS_*
 */
export async function secretStates(
  aws: AwsClients,
  secrets: readonly TaskSecret[],
  signal: AbortSignal,
): Promise<{ readonly states: SecretStates; readonly views: SecretViews }> {
  const own = secrets.filter(({ region }) => region === undefined);
  const of = (store: TaskSecret['store']) => [
    ...new Set(own.filter((one) => one.store === store).map(({ id }) => id)),
  ];
  const parameters = of('ssm');
  // The ARN of a name of one part does not tell whether that begins with a slash.
  const forms = (id: string) => (id.includes('/') ? [id] : [id, `/${id}`]);
  const [known, kept] = await Promise.all([
    knownParameters(aws, parameters.flatMap(forms), signal),
    Promise.all(of('secretsmanager').map(async (id) => [id, await describeSecret(aws, id, signal)] as const)),
  ]);
  const found = parameters.map(
    (id) =>
      [
        id,
        forms(id)
          .map((name) => known.get(name))
          .find((one) => one !== undefined),
      ] as const,
  );
  return {
    states: new Map([
      ...found.map(([id, one]) => [id, one === undefined ? 'missing' : 'there'] as const),
      ...kept.map(([id, { state }]) => [id, state] as const),
    ]),
    views: new Map([...found.map(([id, one]) => [id, one ?? {}] as const), ...kept]),
  };
}
