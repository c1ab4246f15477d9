import { describeRule } from '../../../../adapters/aws/scheduleRules.js';
import { StackError } from '../../../../base/errors.js';
import type { TargetStatus } from '../../../../context/target.js';
import type { Difference } from '../../../../domain/difference.js';
import { shortName } from '../../../../domain/ecsService.js';
import type { CheckResult, Finding } from '../../../../domain/finding.js';
import type { ReleaseRecord } from '../../../../domain/records.js';
import { differencesOf } from '../mergeDefinition.js';
import { digestOf, findContainer } from '../taskDefinition.js';
import { planTask } from './ownRevisions.js';
import { roleFinding, ruleFinding } from './rules/scheduleFindings.js';
import { ruleNamed } from './rules/scheduleTargets.js';
import { revisionOf, type Schedules, type SeenSchedule } from './schedules.js';

/** What a service runs, for its scheduled tasks to be compared with. */
export interface Serving {
  /** All that services of the target have. */
  readonly families: readonly string[];
  /** `web:4` */
  readonly revision: string;
  /** What should run, by the ledger. */
  readonly release: ReleaseRecord | undefined;
}

/** Whether scheduled tasks run what the service runs, beside how that is. What cannot be seen is told, and is no fault. */
export async function statusWithSchedules(
  schedules: Schedules,
  status: TargetStatus,
  { families, revision, release }: Serving,
): Promise<TargetStatus> {
  try {
    const seen = await schedules.look(families);
    const each = await Promise.all(seen.map((one) => standing(schedules, one, revision, release)));
    const details = Object.fromEntries(each.map(({ rule, words }) => [rule, words]));
    const late = each.filter(({ isRight }) => !isRight).map(({ rule, words }) => `${rule} ${words}`);
    return {
      ...status,
      healthy: status.healthy && late.length === 0,
      summary: [status.summary, ...late].join('; '),
      details: { ...status.details, schedules: details },
    };
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    const details = { ...status.details, schedules: `not seen: ${error.message}` };
    return { ...status, summary: `${status.summary}; schedules are not seen: ${error.message}`, details };
  }
}

async function standing(
  { options }: Schedules,
  { entry, rule, tasks }: SeenSchedule,
  serving: string,
  release: ReleaseRecord | undefined,
) {
  const { aws, api, config } = options;
  const known = await describeRule(aws, ruleNamed(entry.rule));
  if (known === undefined || tasks === undefined) return { rule, isRight: false, words: 'is not there' };
  const [first] = tasks;
  if (first === undefined) return { rule, isRight: false, words: 'starts no such task' };
  const runs = [...new Set(tasks.map((task) => shortName(revisionOf(task))))];
  const words = `${known.isEnabled ? 'runs' : 'is disabled, would run'} ${runs.join(' and ')}`;
  if (entry.family === undefined)
    return { rule, words, isRight: runs.length === 1 && runs[0] === shortName(serving) };
  const digest = release?.images[config.image]?.digest;
  if (digest === undefined) return { rule, words, isRight: runs.length === 1 };
  const { definition } = await api.describeTaskDefinition(revisionOf(first));
  const isRight = runs.length === 1 && digestOf(findContainer(definition, entry.container).image) === digest;
  return { rule, words, isRight };
}

/** Looks at what the scheduled tasks of a deploy lean on; changes nothing. */
export async function verifySchedules(
  schedules: Schedules,
  families: readonly string[],
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const { name, aws, config } = schedules.options;
  const checks = async ({ entry, rule, tasks }: SeenSchedule): Promise<readonly CheckResult[]> => {
    const known = await describeRule(aws, ruleNamed(entry.rule), signal);
    const looked = { rule, known, tasks: known === undefined ? undefined : tasks };
    const family = entry.family ?? families.join(' or ');
    const as = (id: string, title: string, finding: Finding): CheckResult => ({
      id: `${id}:${name}/${rule}`,
      title: `${title} ${rule} of ${name}`,
      required: true,
      ...finding,
    });
    return [
      as('schedule', 'Schedule', ruleFinding(looked, family)),
      ...(looked.tasks ?? []).map((task) =>
        as('schedule-role', 'Role of schedule', roleFinding(task, entry.role)),
      ),
    ];
  };
  try {
    return (await Promise.all((await schedules.look(families, signal)).map(checks))).flat();
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    const { message: found, next } = error;
    const title = `Schedules of ${name}`;
    const finding = { status: 'unverified' as const, found, ...(next === undefined ? {} : { next }) };
    const all = (config.schedules ?? []).map(({ rule }) => rule).join(',');
    return [{ id: `schedule:${name}/${all}`, title, required: true, ...finding }];
  }
}

/**
 * What a deploy would change in scheduled tasks.
 * @param about `isMoved`: the service gets another revision, which those of its family follow
 * @throws StackError AWS_*, CONFIG_INVALID
 */
export async function diffSchedules(
  schedules: Schedules,
  seen: readonly SeenSchedule[],
  {
    release,
    isMoved,
    serving = '',
  }: { readonly release: ReleaseRecord; readonly isMoved: boolean; readonly serving?: string | undefined },
): Promise<readonly Difference[]> {
  const each = await Promise.all(
    seen.map(async ({ entry, rule, tasks = [] }): Promise<readonly Difference[]> => {
      const [first] = tasks;
      if (first === undefined) return [];
      const from = shortName(revisionOf(first));
      if (entry.family === undefined) {
        const to = isMoved ? `the revision of ${release.version}` : shortName(serving);
        return from === to ? [] : [{ what: 'schedule', name: rule, from, to }];
      }
      const { running, described, next } = await planTask(
        schedules.options,
        entry,
        revisionOf(first),
        release,
        {},
      );
      const { containerDefinitions } = next.input;
      const after = { definition: { ...described.definition, containerDefinitions }, tags: described.tags };
      return differencesOf(running, after).map((one) => ({
        ...one,
        of: [rule, one.of].filter((part) => part !== undefined).join('/'),
      }));
    }),
  );
  return each.flat();
}
