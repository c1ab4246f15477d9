import type { AwsClients } from '../../../../adapters/aws/clients.js';
import { readManifest } from '../../../../adapters/aws/ecr.js';
import type { EcsScope, TaskDefinition } from '../../../../adapters/aws/ecs.js';
import { StackError } from '../../../../base/errors.js';
import type { Finding } from '../../../../domain/finding.js';
import type { ReleaseRecord } from '../../../../domain/records.js';
import type { Revision } from '../mergeDefinition.js';
import { imageOf } from '../nextRevision.js';
import type { Member } from '../sharedService.js';
import { imageFinding } from './imageCheck.js';
import { newSecrets, secretsFinding, secretsOf } from './secretsCheck.js';
import { secretStates } from './secretStates.js';

/** Nothing removes an image so soon after it was pushed: lifecycle policies count days. */
const SURELY_THERE_MS = 3_600_000;
/** Secrets of Secrets Manager that are asked for, a call each; what is more, the tasks themselves tell. */
const MOST_SECRETS = 1;

/** What is about to be set. */
export interface Ahead {
  readonly aws: AwsClients;
  readonly images: AwsClients;
  readonly scope: EcsScope;
  readonly running: Revision;
  /** The next revision. */
  readonly definition: TaskDefinition;
  readonly members: readonly Member[];
  readonly release: ReleaseRecord;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/**
 * Refuses what surely cannot run, side by side with what a deploy asks anyway: an image that is not there any more, a secret that is new and missing. No call where the release is fresh and no secret is new, three at most;
 * what they do not tell stops nothing.
 * @throws StackError DEPLOY_FAILED
 */
export async function refuseUnrunnable(ahead: Ahead): Promise<void> {
  const { scope, release, members, nowMs } = ahead;
  const isFresh = nowMs - Date.parse(release.createdAt) < SURELY_THERE_MS;
  const [first] = members;
  const findings = await Promise.all([
    isFresh || first === undefined ? undefined : orNothing(ahead, () => image(ahead, first)),
    orNothing(ahead, () => secrets(ahead)),
  ]);
  const failed = findings.filter((one) => one?.status === 'failed');
  const [problem] = failed;
  if (problem === undefined) return;
  throw new StackError('DEPLOY_FAILED', problem.found, {
    where: `service ${scope.service}, environment ${scope.environment}`,
    evidence: failed.slice(1).map((one) => one?.found ?? ''),
    next: `${problem.next ?? ''} All that is looked at: \`node runner verify --env ${scope.environment}\`. To deploy without it, add \`--no-verify\`.`,
  });
}

async function orNothing(
  { signal }: Ahead,
  look: () => Promise<Finding | undefined>,
): Promise<Finding | undefined> {
  try {
    return await look();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StackError) return undefined;
    throw error;
  }
}

async function image(
  { images, scope, release, definition, signal }: Ahead,
  member: Member,
): Promise<Finding> {
  const { repository, digest } = imageOf(member, scope, release);
  const manifest = await readManifest(images, repository, { imageDigest: digest }, signal);
  const reference = `${repository}@${digest.slice(0, 19)}`;
  return imageFinding({ reference, version: release.version, platform: undefined, manifest }, definition);
}

async function secrets({ aws, running, definition, signal }: Ahead): Promise<Finding | undefined> {
  const { region } = aws;
  const fresh = newSecrets(secretsOf(definition, region), secretsOf(running.definition, region));
  const kept = fresh.filter(({ store }) => store === 'secretsmanager').slice(0, MOST_SECRETS);
  const asked = fresh.filter((one) => one.store === 'ssm' || kept.includes(one));
  if (asked.length === 0) return undefined;
  const { states } = await secretStates(aws, asked, signal);
  return secretsFinding(asked, states, region);
}
