import type { Rollout } from '../../../../context/target.js';
import type { ReleaseRecord } from '../../../../domain/records.js';
import type { Revision } from '../mergeDefinition.js';
import { newestRevision } from '../newestRevision.js';
import { nextRevision, type Planned } from '../nextRevision.js';
import { registerRevision } from '../serviceChange.js';
import { tellTerraformChanges, withTerraformChanges } from '../terraformRevision.js';
import type { ScheduleConfig } from './schema.js';
import type { SchedulesOptions } from './options.js';

/** The next revision of a scheduled task that has a family of its own. */
export interface PlannedTask extends Planned {
  /** What runs, as it was registered. */
  readonly running: Revision;
}

/**
 * The revision that brings a release to a scheduled task: made as that of a service is.
 * @param arn what it runs
 * @param isBack a way back brings nothing new, whatever Terraform has changed since
 * @throws StackError CONFIG_INVALID, RELEASE_UNKNOWN, AWS_*
 */
export async function planTask(
  { name, config, environment, api, registry }: SchedulesOptions,
  { container }: ScheduleConfig,
  arn: string,
  release: ReleaseRecord,
  { isBack = false, signal }: { readonly isBack?: boolean; readonly signal?: AbortSignal },
): Promise<PlannedTask> {
  const { cluster, service } = config;
  const { migrate: _, checks: __, ...rest } = config;
  const members = [{ name, config: { ...rest, container } }];
  const [running, newest] = await Promise.all([
    api.describeTaskDefinition(arn, signal),
    isBack ? undefined : newestRevision(api, arn, signal),
  ]);
  // An ARN of the same account is all that is asked of the service.
  const described = { ...running, newest, service: { serviceArn: arn } };
  const caughtUp = await withTerraformChanges(api, described, members, signal);
  const scope = { cluster, service, environment };
  return { running, ...nextRevision(registry, members, scope, release, caughtUp) };
}

/** The revisions of families of their own: one for a family, however many schedules start it. */
export class OwnRevisions {
  private readonly made = new Map<string, Promise<string>>();

  constructor(
    private readonly options: SchedulesOptions,
    private readonly release: ReleaseRecord,
    private readonly rollout: Rollout,
  ) {}

  /**
   * @param arn what the task runs
   * @returns ARN of the revision with the release: that one, where it has it already
   * @throws StackError CONFIG_INVALID, RELEASE_UNKNOWN, AWS_*
   */
  of(entry: ScheduleConfig, arn: string): Promise<string> {
    const { family = '', container = '' } = entry;
    const key = `${family}/${container}`;
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const making = this.make(entry, arn);
    this.made.set(key, making);
    return making;
  }

  private async make(entry: ScheduleConfig, arn: string): Promise<string> {
    const { options, release, rollout } = this;
    const { signal, kind } = rollout;
    const isBack = kind === 'rollback';
    const { running, described, next } = await planTask(options, entry, arn, release, { isBack, signal });
    if (!next.changed) return running.definition.taskDefinitionArn ?? arn;
    const subject = rollout.stage.subject(options.name);
    tellTerraformChanges(subject, described);
    const { cluster, service } = options.config;
    const scope = { cluster, service, environment: options.environment };
    return registerRevision({ api: options.api, scope, rollout, subject }, next.input);
  }
}
