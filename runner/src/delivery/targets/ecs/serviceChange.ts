import { StackError } from '../../../base/errors.js';
import { shortName } from '../../../domain/ecsService.js';
import type {
  EcsApi,
  EcsScope,
  MoveSettings,
  RegisterTaskDefinitionCommandInput,
  Service,
} from '../../../adapters/aws/ecs.js';
import { awsReason } from '../../../adapters/aws/awsErrors.js';
import type { StageSubject } from '../../../events/stage.js';
import type { Rollout } from '../../../context/target.js';
import { SOURCE_TAG } from './terraformRevision.js';

/** What a change is made with; every one is written into the journal before it is made. */
export interface Change {
  readonly api: EcsApi;
  readonly scope: EcsScope;
  readonly rollout: Rollout;
  /** The target, which the changes are told of. */
  readonly subject: StageSubject;
}

/** Registers a revision; harmless where a killed run did so before. @returns its ARN */
export async function registerRevision(
  { api, rollout, subject }: Change,
  input: RegisterTaskDefinitionCommandInput,
): Promise<string> {
  await rollout.journal('register', { family: input.family });
  const arn = await api.register(input, rollout.signal).catch((error: unknown) => {
    const { tags, ...untagged } = input;
    const isOurs = tags?.every(({ key }) => key === SOURCE_TAG) === true;
    // A role that was made when nothing had tags may not set any: the tag is worth having, not failing for.
    if (!isOurs || !(error instanceof StackError) || error.code !== 'AWS_ACCESS_DENIED') throw error;
    return api.register(untagged, rollout.signal);
  });
  subject.progress('register', `registered ${shortName(arn)}`);
  return arn;
}

/**
 * Tells the platform to move the service.
 *
 * @param move `force` starts new tasks also where the task definition stays the same; `count` sets how many are wanted,
 * which is left as it is where absent
 * @returns the service as the change left it
 * @throws StackError ROLLBACK_FAILED where the revision was deregistered meanwhile; AWS_*
 */
export async function moveService(
  { api, scope, rollout, subject }: Change,
  move: {
    readonly from: string;
    readonly to: string;
    readonly force: boolean;
    readonly count?: number | undefined;
    /** How ECS moves requests too. */
    readonly settings?: MoveSettings;
    /** What the journal keeps beside that. */
    readonly noted?: Readonly<Record<string, unknown>>;
  },
): Promise<Service> {
  const { from, to, force, count, settings, noted } = move;
  const counted = count === undefined ? {} : { count };
  await rollout.journal('update', { service: scope.service, from, to, ...counted, ...noted });
  try {
    const change = { taskDefinition: to, force, ...counted, ...(settings === undefined ? {} : { settings }) };
    const service = await api.update(change, rollout.signal);
    const tasks = count === undefined ? '' : ` with ${count} ${count === 1 ? 'task' : 'tasks'}`;
    subject.progress('update', `${shortName(from)} → ${shortName(to)}${tasks}`);
    return service;
  } catch (error) {
    if (awsReason(error) !== 'ClientException' || !/inactive/i.test((error as Error).message)) throw error;
    throw new StackError('ROLLBACK_FAILED', `${shortName(to)} was deregistered and cannot be restored`, {
      where: to,
      next: 'Deploy a release instead, which registers a new revision: node runner deploy --release VERSION',
      cause: error,
    });
  }
}
