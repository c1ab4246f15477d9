import type { LaunchTemplateVersion, RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { Tags } from '../../domain/deploymentTags.js';
import type { TemplateVersion } from '../../domain/scalingGroup.js';
import { awsReason } from './awsErrors.js';
import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';
import { tagList, tagsFrom } from './tags.js';

/** A version of a launch template that a delivery made, and the tags that its instances get. */
export interface MadeTemplate extends TemplateVersion {
  readonly tags: Tags;
}

export interface TemplateRequest {
  /** Name of the template that gets a version; it is made where it is not there. */
  readonly name: string;
  /** What it is made of. */
  readonly from: TemplateVersion;
  /** For instances and volumes, beside those that `from` gives. */
  readonly tags: Tags;
  /** Plain text; that of `from` where left out. */
  readonly userData: string | undefined;
  /** Asked again with the same token, EC2 answers with the version that it has made for it. */
  readonly token: string;
}

type Aws = Pick<AwsClients, 'call' | 'ec2'>;

const TAGGED = ['instance', 'volume'] as const;

/** Versions of a launch template, the newest first; empty where there is no such template. @throws StackError AWS_* */
export async function templateVersions(
  aws: Aws,
  name: string,
  signal: AbortSignal,
): Promise<readonly MadeTemplate[]> {
  try {
    const found = await versionsOf(aws, { LaunchTemplateName: name }, signal);
    return found.map(madeOf).sort((one, other) => other.version - one.version);
  } catch (error) {
    if (/^InvalidLaunchTemplate/.test(awsReason(error) ?? '')) return [];
    throw error;
  }
}

/**
 * Makes a version of a template from a version of another one, with tags and user data of its own.
 * @throws StackError AWS_*
 */
export async function makeTemplate(
  aws: Aws,
  { name, from, tags, userData, token }: TemplateRequest,
  signal: AbortSignal,
): Promise<TemplateVersion> {
  const { CreateLaunchTemplateCommand, CreateLaunchTemplateVersionCommand } = await sdk.ec2();
  const Versions = [String(from.version)];
  const [source] = await versionsOf(aws, { LaunchTemplateId: from.id, Versions }, signal);
  // What describes a template is what makes one: members that only describe are dropped on the way.
  const LaunchTemplateData = {
    ...(source?.LaunchTemplateData as RequestLaunchTemplateData | undefined),
    TagSpecifications: TAGGED.map((ResourceType) => ({
      ResourceType,
      Tags: tagList({ ...ownTags(source, ResourceType), ...tags }),
    })),
    ...(userData === undefined ? {} : { UserData: Buffer.from(userData).toString('base64') }),
  };
  const asked = { LaunchTemplateName: name, LaunchTemplateData, ClientToken: token };
  const what = (action: string) => ({ action: `ec2:${action}`, resource: name, signal });
  const client = await aws.ec2();
  try {
    const command = new CreateLaunchTemplateVersionCommand(asked);
    const { LaunchTemplateVersion: made } = await aws.call(
      client,
      command,
      what('CreateLaunchTemplateVersion'),
    );
    return versionOf(made ?? {});
  } catch (error) {
    if (!/^InvalidLaunchTemplate/.test(awsReason(error) ?? '')) throw error;
  }
  const TagSpecifications = [{ ResourceType: 'launch-template' as const, Tags: tagList(tags) }];
  const command = new CreateLaunchTemplateCommand({ ...asked, TagSpecifications });
  const { LaunchTemplate: made = {} } = await aws.call(client, command, what('CreateLaunchTemplate'));
  return { id: made.LaunchTemplateId ?? '', version: made.LatestVersionNumber ?? 1 };
}

async function versionsOf(
  aws: Aws,
  of: {
    readonly LaunchTemplateName?: string;
    readonly LaunchTemplateId?: string;
    readonly Versions?: string[];
  },
  signal: AbortSignal,
): Promise<readonly LaunchTemplateVersion[]> {
  const { DescribeLaunchTemplateVersionsCommand } = await sdk.ec2();
  return everyPage(async (NextToken) => {
    const command = new DescribeLaunchTemplateVersionsCommand({ ...of, ...(NextToken && { NextToken }) });
    const answer = await aws.call(await aws.ec2(), command, {
      ...{ action: 'ec2:DescribeLaunchTemplateVersions', signal },
      resource: of.LaunchTemplateId ?? of.LaunchTemplateName ?? '',
    });
    return { items: answer.LaunchTemplateVersions, next: answer.NextToken };
  });
}

const ownTags = (one: LaunchTemplateVersion | undefined, type: (typeof TAGGED)[number]): Tags =>
  tagsFrom(
    one?.LaunchTemplateData?.TagSpecifications?.find(({ ResourceType }) => ResourceType === type)?.Tags,
  );

const madeOf = (one: LaunchTemplateVersion): MadeTemplate => ({
  ...versionOf(one),
  tags: ownTags(one, 'instance'),
});

const versionOf = ({ LaunchTemplateId = '', VersionNumber = 0 }: LaunchTemplateVersion): TemplateVersion => ({
  id: LaunchTemplateId,
  version: VersionNumber,
});
