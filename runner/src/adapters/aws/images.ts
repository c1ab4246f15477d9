import type { MachineImage, RegistryImage } from '../../domain/machineImage.js';
import { definedOnly } from '../../base/definedOnly.js';
import { awsReason } from './awsErrors.js';
import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';
import { tagsFrom } from './tags.js';

/** Machine images of the account that have any tag of these names, newest first. @throws StackError AWS_* */
export async function listMachineImages(
  aws: Pick<AwsClients, 'call' | 'ec2'>,
  tagNames: readonly string[],
  signal: AbortSignal,
): Promise<readonly MachineImage[]> {
  const { DescribeImagesCommand } = await sdk.ec2();
  const found = await everyPage(async (NextToken) => {
    const command = new DescribeImagesCommand({
      Owners: ['self'],
      Filters: [{ Name: 'tag-key', Values: [...tagNames] }],
      ...(NextToken && { NextToken }),
    });
    const answer = await aws.call(await aws.ec2(), command, {
      action: 'ec2:DescribeImages',
      resource: tagNames.join(', '),
      signal,
    });
    return { items: answer.Images, next: answer.NextToken };
  });
  return found
    .map((image) => ({
      id: image.ImageId ?? '',
      name: image.Name ?? '',
      state: image.State ?? '',
      ...definedOnly({ created: image.CreationDate, architecture: image.Architecture }),
      tags: tagsFrom(image.Tags),
    }))
    .sort((a, b) => (b.created ?? '').localeCompare(a.created ?? ''));
}

/** Images of a repository, newest first; none where there is no such repository yet. @throws StackError AWS_* */
export async function listRegistryImages(
  aws: Pick<AwsClients, 'call' | 'ecr'>,
  repository: string,
  signal: AbortSignal,
): Promise<readonly RegistryImage[]> {
  const { DescribeImagesCommand } = await sdk.ecr();
  const ask = () =>
    everyPage(async (nextToken) => {
      const command = new DescribeImagesCommand({
        repositoryName: repository,
        ...(nextToken && { nextToken }),
      });
      const answer = await aws.call(await aws.ecr(), command, {
        action: 'ecr:DescribeImages',
        resource: repository,
        signal,
      });
      return { items: answer.imageDetails, next: answer.nextToken };
    });
  const found = await ask().catch((error: unknown) => {
    if (awsReason(error) === 'RepositoryNotFoundException') return [];
    throw error;
  });
  return found
    .map((image) => ({
      repository,
      digest: image.imageDigest ?? '',
      tags: image.imageTags ?? [],
      ...definedOnly({
        pushed: image.imagePushedAt?.toISOString(),
        bytes: image.imageSizeInBytes,
        pulled: image.lastRecordedPullTime?.toISOString(),
        mediaType: image.imageManifestMediaType,
        artifactType: image.artifactMediaType,
        subject: image.subjectManifestDigest,
      }),
    }))
    .sort((a, b) => (b.pushed ?? '').localeCompare(a.pushed ?? ''));
}
