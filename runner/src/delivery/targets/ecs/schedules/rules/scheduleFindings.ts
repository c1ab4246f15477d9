import { shortName } from '../../../../../domain/ecsService.js';
import type { Finding } from '../../../../../domain/finding.js';
import type { RuleTarget, ScheduleRule } from '../../../../../domain/scheduleRule.js';
import { familyOf, isPinned } from './scheduleTargets.js';

/** A rule as it was looked at; undefined for what is not there. */
export interface LookedAt {
  readonly rule: string;
  readonly known: ScheduleRule | undefined;
  readonly tasks: readonly RuleTarget[] | undefined;
}

/** Whether a rule is there, is enabled, and starts the task it is to. */
export function ruleFinding({ rule, known, tasks = [] }: LookedAt, family: string): Finding {
  if (known === undefined)
    return { status: 'failed', found: `there is no rule ${rule} in EventBridge`, next: 'node runner apply' };
  if (tasks.length === 0)
    return {
      status: 'failed',
      found: `it starts no task of the family ${family}`,
      next: `aws events list-targets-by-rule --rule ${rule} shows what it starts`,
    };
  const runs = tasks.map(({ EcsParameters }) => EcsParameters?.TaskDefinitionArn ?? '');
  const open = runs.find((arn) => !isPinned(arn));
  if (open !== undefined)
    return {
      status: 'warning',
      found: `it names ${shortName(open)} without a revision: it starts what is registered last, proved or not`,
      next: 'The next deploy names the revision.',
    };
  const words = `${known.expression ?? 'started by events'}, ${[...new Set(runs.map(shortName))].join(', ')}`;
  return known.isEnabled
    ? { status: 'ok', found: words }
    : {
        status: 'warning',
        found: `it is disabled (${words})`,
        next: `aws events enable-rule --name ${rule}`,
      };
}

/**
 * Whether EventBridge may start the task. Only IAM can tell; a role that is confined to one revision may not start the next.
 * @param wanted the role by the configuration, where it names one
 */
export function roleFinding({ RoleArn, Arn = '', EcsParameters }: RuleTarget, wanted?: string): Finding {
  if (!RoleArn)
    return {
      status: 'failed',
      found: 'it has no role: EventBridge may not start the task',
      next: 'Set role_arn of the rule’s target.',
    };
  const role = shortName(RoleArn);
  if (wanted !== undefined && shortName(wanted) !== role)
    return {
      status: 'failed',
      found: `it is ${role}, not ${shortName(wanted)}: a deploy may not be allowed to pass it on`,
      next: 'Correct `role` of the schedule.',
    };
  const arn = EcsParameters?.TaskDefinitionArn ?? '';
  const next = `${arn.slice(0, arn.lastIndexOf('/') + 1)}${familyOf(arn)}:${revisionNumber(arn) + 1}`;
  return {
    status: 'unverified',
    found: `${role}: only IAM tells whether it may start the next revision`,
    next: `aws iam simulate-principal-policy --policy-source-arn ${RoleArn} --action-names ecs:RunTask --resource-arns ${next} --context-entries ContextKeyName=ecs:cluster,ContextKeyType=string,ContextKeyValues=${Arn}`,
  };
}

const revisionNumber = (arn: string): number => Number(/:(\d+)$/.exec(shortName(arn))?.[1] ?? 0);
