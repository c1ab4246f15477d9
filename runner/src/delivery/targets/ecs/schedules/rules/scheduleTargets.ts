import { shortName } from '../../../../../domain/ecsService.js';
import type { TargetSnapshot } from '../../../../../domain/records.js';
import type { RuleName, RuleTarget } from '../../../../../domain/scheduleRule.js';

/** What one target of a rule ran before a change. */
export interface ScheduledTask {
  /** As the configuration names it. */
  readonly rule: string;
  /** Id of the target within the rule. */
  readonly id: string;
  /** ARN of a revision. */
  readonly taskDefinition: string;
}

/**
 * The rule that a configuration means.
 * @param written a name, `BUS/NAME`, or an ARN
 */
export function ruleNamed(written: string): RuleName {
  const path = written.replace(/^arn:[^/]*:rule\//, '');
  const cut = path.lastIndexOf('/');
  const [bus, name] = [path.slice(0, Math.max(cut, 0)), path.slice(cut + 1)];
  return bus === '' || bus === 'default' ? { name } : { name, bus };
}

/** `arn:…:task-definition/web:3`, `web:3` and `web` are all of the family `web`. */
export const familyOf = (taskDefinition: string): string => shortName(taskDefinition).replace(/:\d+$/, '');

/** Whether it names one revision, and not whichever is the newest. */
export const isPinned = (taskDefinition: string): boolean => /:\d+$/.test(shortName(taskDefinition));

/** Targets of a rule that are tasks of some families; what else it starts is somebody else's. */
export const tasksOfFamilies = (
  targets: readonly RuleTarget[],
  families: readonly string[],
): readonly RuleTarget[] =>
  targets.filter(({ EcsParameters }) => families.includes(familyOf(EcsParameters?.TaskDefinitionArn ?? '')));

/** The same target with another revision: its role, network, input and all else are kept. */
export const withRevision = (target: RuleTarget, taskDefinition: string): RuleTarget => ({
  ...target,
  EcsParameters: { ...target.EcsParameters, TaskDefinitionArn: taskDefinition },
});

/**
 * ARN of a revision in the account and region of another one.
 * @param revision `web:4`
 * @param like ARN of any task definition
 */
export const arnLike = (revision: string, like: string): string =>
  `${like.slice(0, like.lastIndexOf('/') + 1)}${revision}`;

/** ARNs of what the services of a target run, by their snapshot: one, or one a colour. */
export function revisionsOf(snapshot: TargetSnapshot): readonly string[] {
  const { colours, taskDefinition } = snapshot;
  const each = isRecord(colours)
    ? Object.values(colours).map((one) => (isRecord(one) ? one['taskDefinition'] : undefined))
    : [taskDefinition];
  return each.filter((one) => typeof one === 'string' && one !== '') as string[];
}

/** ARN of what serves, by a snapshot of the target. */
export function servingOf({ live, colours, taskDefinition }: TargetSnapshot): string | undefined {
  const serving = typeof live === 'string' && isRecord(colours) ? colours[live] : { taskDefinition };
  const arn = isRecord(serving) ? serving['taskDefinition'] : undefined;
  return typeof arn === 'string' && arn !== '' ? arn : undefined;
}

/** Reads what a snapshot kept; nothing where it was made without schedules. */
export const readScheduled = (data: unknown): readonly ScheduledTask[] =>
  Array.isArray(data)
    ? (data as readonly unknown[]).filter(
        (one): one is ScheduledTask =>
          isRecord(one) && ['rule', 'id', 'taskDefinition'].every((key) => typeof one[key] === 'string'),
      )
    : [];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
