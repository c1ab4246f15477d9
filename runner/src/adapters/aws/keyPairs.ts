import type { KeyPair } from '../../domain/keyPair.js';
import type { Tags } from '../../domain/deploymentTags.js';
import type { AwsClients } from './clients.js';
import { sdk } from './sdk.js';
import { tagList, tagsFrom } from './tags.js';

type Aws = Pick<AwsClients, 'call' | 'ec2'>;

/** Which key pairs are asked for: those that have any tag of these names, or those of a name. */
export type KeyQuery = { readonly tagNames: readonly string[] } | { readonly name: string };

/** Key pairs, sorted by name; none where nothing has the name. @throws StackError AWS_* */
export async function listKeyPairs(
  aws: Aws,
  query: KeyQuery,
  signal: AbortSignal,
): Promise<readonly KeyPair[]> {
  const { DescribeKeyPairsCommand } = await sdk.ec2();
  // By a filter: what a name by itself asks for is an error where there is none.
  const filter =
    'name' in query
      ? { Name: 'key-name', Values: [query.name] }
      : { Name: 'tag-key', Values: [...query.tagNames] };
  const answer = await aws.call(await aws.ec2(), new DescribeKeyPairsCommand({ Filters: [filter] }), {
    action: 'ec2:DescribeKeyPairs',
    resource: filter.Values.join(', '),
    signal,
  });
  return (answer.KeyPairs ?? [])
    .map((one) => ({
      id: one.KeyPairId ?? '',
      name: one.KeyName ?? '',
      type: one.KeyType ?? 'rsa',
      fingerprint: one.KeyFingerprint ?? '',
      ...(one.CreateTime === undefined ? {} : { created: one.CreateTime.toISOString() }),
      tags: tagsFrom(one.Tags),
    }))
    .filter(({ name, tags }) =>
      'name' in query ? name === query.name : query.tagNames.some((tag) => Object.hasOwn(tags, tag)),
    )
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** Gives EC2 a public key, as it stands in `id_ed25519.pub`. @throws StackError AWS_REFUSED where the name is taken */
export async function importKeyPair(
  aws: Aws,
  { name, publicKey, tags }: { readonly name: string; readonly publicKey: Buffer; readonly tags: Tags },
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly fingerprint: string }> {
  const { ImportKeyPairCommand } = await sdk.ec2();
  const command = new ImportKeyPairCommand({
    KeyName: name,
    PublicKeyMaterial: publicKey,
    TagSpecifications: [{ ResourceType: 'key-pair', Tags: tagList(tags) }],
  });
  const answer = await aws.call(await aws.ec2(), command, {
    action: 'ec2:ImportKeyPair',
    resource: name,
    signal,
  });
  return { id: answer.KeyPairId ?? '', fingerprint: answer.KeyFingerprint ?? '' };
}

/** Lets EC2 make a pair (ed25519). Nobody has its private half but who gets this answer. */
export async function createKeyPair(
  aws: Aws,
  { name, tags }: { readonly name: string; readonly tags: Tags },
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly fingerprint: string; readonly privateKey: string }> {
  const { CreateKeyPairCommand } = await sdk.ec2();
  const command = new CreateKeyPairCommand({
    KeyName: name,
    KeyType: 'ed25519',
    KeyFormat: 'pem',
    TagSpecifications: [{ ResourceType: 'key-pair', Tags: tagList(tags) }],
  });
  const answer = await aws.call(await aws.ec2(), command, {
    action: 'ec2:CreateKeyPair',
    resource: name,
    signal,
  });
  return {
    id: answer.KeyPairId ?? '',
    fingerprint: answer.KeyFingerprint ?? '',
    privateKey: answer.KeyMaterial ?? '',
  };
}

/** Takes the public half from EC2; instances keep it. Harmless where there is none. */
export async function deleteKeyPair(aws: Aws, name: string, signal: AbortSignal): Promise<void> {
  const { DeleteKeyPairCommand } = await sdk.ec2();
  await aws.call(await aws.ec2(), new DeleteKeyPairCommand({ KeyName: name }), {
    action: 'ec2:DeleteKeyPair',
    resource: name,
    signal,
  });
}
