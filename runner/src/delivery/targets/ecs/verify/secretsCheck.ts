import type { TaskDefinition } from '../../../../adapters/aws/ecs.js';
import type { Finding } from '../../../../domain/finding.js';

/** A secret of a container, by where it is kept. */
export interface TaskSecret {
  readonly name: string;
  readonly store: 'ssm' | 'secretsmanager';
  /** Name of the parameter; ARN or name of the secret, without key and version. */
  readonly id: string;
  /** Its ARN, where the task definition has that. */
  readonly arn: string | undefined;
  /** Where it is in another region than the service, which is not looked into. */
  readonly region: string | undefined;
}

/** What was found of secrets: by id, whether it is there. */
export type SecretStates = ReadonlyMap<string, 'there' | 'missing' | 'deleted'>;

/** What is needed to read a secret, by its id. */
export type SecretViews = ReadonlyMap<
  string,
  {
    /** As its store has it, where that tells. */
    readonly arn?: string;
    /** The customer's key that it is encrypted with: id, ARN or alias. */
    readonly key?: string;
  }
>;

/**
 * The secrets of a task definition.
 * Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html
 */
export function secretsOf(definition: TaskDefinition, region: string): readonly TaskSecret[] {
  const all = (definition.containerDefinitions ?? []).flatMap(({ secrets = [], logConfiguration }) => [
    ...secrets,
    ...(logConfiguration?.secretOptions ?? []),
  ]);
  return all.map(({ name = '', valueFrom = '' }) => {
    const [, , service, itsRegion, , ...rest] = valueFrom.split(':');
    const elsewhere = itsRegion === undefined || itsRegion === region ? undefined : itsRegion;
    if (service !== 'secretsmanager') {
      // A name of several parts begins with a slash, which its ARN has not twice.
      const own = rest.join(':').replace(/^parameter\/?/, '');
      const id = own.includes('/') ? `/${own}` : own;
      const isArn = service === 'ssm';
      return {
        ...{ name, store: 'ssm', id: isArn ? id : valueFrom, region: elsewhere },
        arn: isArn ? valueFrom : undefined,
      };
    }
    const id = valueFrom.split(':').slice(0, 7).join(':');
    return { name, store: 'secretsmanager', id, arn: id, region: elsewhere };
  });
}

/** Secrets of one task definition that another one does not have. */
export const newSecrets = (
  now: readonly TaskSecret[],
  before: readonly TaskSecret[],
): readonly TaskSecret[] => now.filter(({ id }) => !before.some((one) => one.id === id));

/** Every secret that the containers get is there. */
export function secretsFinding(
  secrets: readonly TaskSecret[],
  states: SecretStates,
  region: string,
): Finding {
  if (secrets.length === 0) return { status: 'skipped', found: 'the containers get none' };
  const gone = secrets.filter(({ id }) => ['missing', 'deleted'].includes(states.get(id) ?? ''));
  const [first] = gone;
  if (first !== undefined) {
    return {
      status: 'failed',
      found: gone.map((one) => `${one.name}: ${one.id} ${wordsOf(states.get(one.id))}`).join('; '),
      next: nextOf(first, states.get(first.id), region),
    };
  }
  const unseen = secrets.filter(({ id }) => !states.has(id));
  if (unseen.length > 0) {
    const names = unseen.map(({ name }) => name).join(', ');
    const why = unseen.some((one) => one.region !== undefined) ? 'in another region' : 'AWS does not tell';
    return { status: 'unverified', found: `${names}: ${why}` };
  }
  return { status: 'ok', found: `${secrets.length} there` };
}

const wordsOf = (state: string | undefined): string =>
  state === 'deleted' ? 'is to be deleted' : 'is not there';

function nextOf({ store, id }: TaskSecret, state: string | undefined, region: string): string {
  const at = `--region ${region}`;
  if (store === 'ssm')
    return `aws ssm put-parameter ${at} --name ${id} --type SecureString --value file:///dev/stdin`;
  if (state === 'deleted') return `aws secretsmanager restore-secret ${at} --secret-id ${id}`;
  return `aws secretsmanager create-secret ${at} --name ${id.replace(/^.*:secret:/, '').replace(/-\w{6}$/, '')} --secret-string file:///dev/stdin; then name its ARN in the task definition`;
}
