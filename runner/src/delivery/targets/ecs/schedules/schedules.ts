import { putRuleTargets, ruleWords, targetsOfRule } from '../../../../adapters/aws/scheduleRules.js';
import { awsReason } from '../../../../adapters/aws/awsErrors.js';
import { StackError } from '../../../../base/errors.js';
import type { Rollout } from '../../../../context/target.js';
import { shortName } from '../../../../domain/ecsService.js';
import type { ReleaseRecord } from '../../../../domain/records.js';
import type { RuleTarget } from '../../../../domain/scheduleRule.js';
import { newestRevision } from '../newestRevision.js';
import { OwnRevisions } from './ownRevisions.js';
import {
  arnLike,
  familyOf,
  isPinned,
  ruleNamed,
  tasksOfFamilies,
  withRevision,
  type ScheduledTask,
} from './rules/scheduleTargets.js';
import type { SchedulesOptions } from './options.js';
import type { ScheduleConfig } from './schema.js';

/** The journal's word for it. */
export const SCHEDULE = 'schedule';
/** EventBridge takes only some of the targets if too many changes come at once: then it is told again, after so long. */
const GAPS_MS = [1000, 2000, 4000];

/** A schedule, and the tasks that its rule starts. */
export interface SeenSchedule {
  readonly entry: ScheduleConfig;
  /** The rule, as people call it. */
  readonly rule: string;
  /** Undefined where there is no such rule. */
  readonly tasks: readonly RuleTarget[] | undefined;
}

/** The scheduled tasks of one target. Only the task definition of what rules start is ever changed. */
export class Schedules {
  /** Rules that this process has changed: a list of their targets may be from before that. */
  private readonly changed = new Set<string>();

  constructor(readonly options: SchedulesOptions) {}

  /**
   * Looks at every schedule, one call a rule.
   * @param families of the service
   * @throws StackError AWS_*
   */
  look(families: readonly string[], signal?: AbortSignal): Promise<readonly SeenSchedule[]> {
    const { aws, config } = this.options;
    return Promise.all(
      (config.schedules ?? []).map(async (entry: ScheduleConfig) => {
        const rule = ruleNamed(entry.rule);
        const targets = await targetsOfRule(aws, rule, signal);
        const of = entry.family === undefined ? families : [entry.family];
        const tasks = targets === undefined ? undefined : tasksOfFamilies(targets, of);
        return { entry, rule: ruleWords(rule), tasks };
      }),
    );
  }

  /** @throws StackError CONFIG_INVALID where a rule is not there, or starts no such task */
  refuseAbsent(seen: readonly SeenSchedule[], families: readonly string[]): void {
    for (const { entry, rule, tasks } of seen) {
      if (tasks !== undefined && tasks.length > 0) continue;
      const { environment, name } = this.options;
      const family = entry.family ?? families.join(' or ');
      throw new StackError('CONFIG_INVALID', absentWords(rule, tasks, family), {
        where: `environments.${environment}.targets.${name}.schedules`,
        next: `Correct it, or create it: node runner apply --env ${environment}`,
      });
    }
  }

  /**
   * What the tasks of all schedules run, by revision.
   * @param serving ARN of the revision that the service runs
   */
  async scheduled(
    seen: readonly SeenSchedule[],
    serving: string | undefined,
  ): Promise<readonly ScheduledTask[]> {
    const each = seen.flatMap(({ entry, tasks = [] }) => tasks.map((task) => ({ rule: entry.rule, task })));
    return Promise.all(
      each.map(async ({ rule, task }) => ({
        rule,
        id: task.Id ?? '',
        taskDefinition: await this.pinned(revisionOf(task), serving),
      })),
    );
  }

  /**
   * Brings the release to all schedules.
   * @param revision what the service runs now, such as `web:4`
   * @returns what each runs, for the ledger: `nightly web:4, report batch:2`
   * @throws StackError CONFIG_INVALID, AWS_*
   */
  async move(
    { release, revision, families }: Moved,
    rollout: Rollout,
    seen: readonly SeenSchedule[],
  ): Promise<string> {
    this.refuseAbsent(seen, families);
    const own = new OwnRevisions(this.options, release, rollout);
    const words = await Promise.all(
      seen.map(async ({ entry, rule, tasks = [] }) => {
        const [first] = tasks as readonly [RuleTarget];
        const to =
          entry.family === undefined
            ? arnLike(revision, revisionOf(first))
            : await own.of(entry, revisionOf(first));
        const late = tasks.filter((task) => revisionOf(task) !== to);
        if (late.length > 0) await this.put(entry.rule, late, () => to, rollout, 'to');
        return `${rule} ${shortName(to)}`;
      }),
    );
    return words.join(', ');
  }

  /**
   * Brings back what schedules ran. What is not there any more starts nothing: it is told, and is no failure.
   * @throws StackError AWS_*
   */
  async putBack(before: readonly ScheduledTask[], rollout: Rollout): Promise<void> {
    const subject = rollout.stage.subject(this.options.name);
    const rules = [...new Set(before.map(({ rule }) => rule))];
    const begun = new Set(
      (rollout.begun ?? []).filter(({ action }) => action === SCHEDULE).map(({ data }) => data?.['rule']),
    );
    await Promise.all(
      rules.map(async (rule) => {
        const targets = (await targetsOfRule(this.options.aws, ruleNamed(rule), rollout.signal)) ?? [];
        const wanted = new Map(
          before.flatMap((one) => (one.rule === rule ? [[one.id, one.taskDefinition] as const] : [])),
        );
        const tasks = targets.filter(({ Id = '', EcsParameters }) => EcsParameters && wanted.has(Id));
        if (tasks.length < wanted.size)
          subject.progress('schedule', `${rule} does not start all that it did: it is left so`);
        const of = ({ Id = '' }: RuleTarget) => wanted.get(Id) ?? '';
        // A list from before a change would show what ran then: as if it were back already.
        const isSure = !this.changed.has(rule) && !begun.has(rule);
        const late = isSure ? tasks.filter((task) => revisionOf(task) !== of(task)) : tasks;
        if (late.length > 0) await this.put(rule, late, of, rollout, 'back to');
      }),
    );
  }

  private async put(
    written: string,
    tasks: readonly RuleTarget[],
    of: (task: RuleTarget) => string,
    rollout: Rollout,
    way: 'to' | 'back to',
  ): Promise<void> {
    const { aws, clock, name } = this.options;
    const moves = tasks.map((task) => ({ id: task.Id, from: shortName(revisionOf(task)), to: of(task) }));
    const entry = { rule: written, moves };
    if (way === 'to') await rollout.journal(SCHEDULE, entry);
    else await (rollout.journalRollback ?? rollout.journal)(SCHEDULE, entry);
    this.changed.add(written);
    const rule = ruleNamed(written);
    const targets = tasks.map((task) => withRevision(task, of(task)));
    for (let attempt = 0; ; attempt += 1) {
      try {
        await putRuleTargets(aws, rule, targets, rollout.signal);
        break;
      } catch (error) {
        const gap = GAPS_MS[attempt];
        const isPartly =
          error instanceof StackError && error.code === 'AWS_REFUSED' && awsReason(error) === undefined;
        if (!isPartly || gap === undefined) throw error;
        await clock.sleep(gap, rollout.signal);
      }
    }
    const words = [...new Set(moves.map(({ from, to }) => `${from} → ${shortName(to)}`))].join(', ');
    rollout.stage.subject(name).progress('schedule', `${ruleWords(rule)}: ${words}`, 'ok');
  }

  /** One without a revision would run whatever is newest: also the release that a way back is about. */
  private async pinned(arn: string, serving: string | undefined): Promise<string> {
    if (isPinned(arn)) return arn;
    if (serving !== undefined && familyOf(serving) === familyOf(arn)) return serving;
    const newest = await newestRevision(this.options.api, arn);
    return newest?.definition.taskDefinitionArn ?? arn;
  }
}

/** What moved, for schedules to follow. */
export interface Moved {
  readonly release: ReleaseRecord;
  /** What the service runs now, such as `web:4`. */
  readonly revision: string;
  /** All that services of the target have. */
  readonly families: readonly string[];
}

/** ARN of what a task of a rule runs; without a revision where it names none. */
export const revisionOf = ({ EcsParameters }: RuleTarget): string => EcsParameters?.TaskDefinitionArn ?? '';

/** A rule that is not there, or that starts no such task. */
export const absentWords = (
  rule: string,
  tasks: readonly RuleTarget[] | undefined,
  family: string,
): string =>
  tasks === undefined
    ? `there is no rule ${rule} in EventBridge`
    : `the rule ${rule} starts no task of the family ${family}`;
