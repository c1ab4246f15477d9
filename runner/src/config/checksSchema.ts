import * as z from 'zod';
import { formatDuration, isDuration, parseDuration } from '../base/duration.js';
import { commandOf, durationText, lookedUp, name } from './schemaWords.js';

/** Where the command of a check may run. */
export type CheckPlace = 'task' | 'agent' | 'host';

/** How long a command may take whose check says nothing of it. */
export const CHECK_TIMEOUT_MS = 5 * 60_000;

const metric = z.strictObject({
  expression: lookedUp.describe(
    "CloudWatch expression of the new release that gives one series: Metrics Insights (`SELECT …`), or metric math over SEARCH, such as `SUM(SEARCH('…', 'Sum'))`.",
  ),
  baseline: lookedUp
    .optional()
    .describe('Expression to compare it with, such as the same of the old colour.'),
  limit: z
    .number()
    .min(0)
    .describe(
      'Most that the expression may be; with a baseline, most that it may be in multiples of the baseline.',
    ),
  floor: z
    .number()
    .min(0)
    .optional()
    .describe('With a baseline: values up to this one are never too high, whatever the baseline is.'),
  period: durationText('1h')
    .refine((value) => !isDuration(value) || parseDuration(value) % 60_000 === 0, {
      message: 'must be whole minutes',
    })
    .default('1m')
    .transform(parseDuration)
    .describe(
      'Length of one data point, in whole minutes. Only points that begin after the release gets requests count.',
    ),
  missing: z
    .enum(['fail', 'pass'])
    .default('fail')
    .describe('What it means where there is no data in the whole window.'),
});

const fields = {
  command: commandOf(lookedUp)
    .optional()
    .describe(
      'Command that has to end with 0 before the release gets requests. It gets AUTOMATION_STACK_URL and _HEADERS, where the new release answers, and _VERSION, _COMMIT, _ENVIRONMENT and _TARGET.',
    ),
  container: lookedUp
    .optional()
    .describe('Container of the task that runs the command (default: that of the target).'),
  image: name
    .optional()
    .describe('Image of this configuration: on the agent, the command runs in a container of it.'),
  timeout: durationText('24h')
    .transform(parseDuration)
    .optional()
    .describe('After this long the command is stopped and counts as failed (default: 5m).'),
  alarm: lookedUp
    .optional()
    .describe('Name of a CloudWatch alarm that must not be in ALARM while the release is watched.'),
  already: z
    .enum(['fail', 'ignore'])
    .optional()
    .describe(
      'What it means where the alarm was in ALARM before the release got requests, and never left it (default: fail).',
    ),
  metric: metric
    .optional()
    .describe('Number of CloudWatch that must stay within a limit while it is watched.'),
};

type Written = { readonly [Key in Exclude<keyof typeof fields, 'metric'>]?: unknown } & {
  readonly on?: string | undefined;
  readonly metric?: MetricCheck | undefined;
};

const KINDS = ['command', 'alarm', 'metric'] as const;
/** What goes with which of them. */
const WITH: Readonly<Record<(typeof KINDS)[number], readonly string[]>> = {
  command: ['on', 'container', 'image', 'timeout'],
  alarm: ['already'],
  metric: [],
};

/** What is wrong with one check as a whole: a key and words. */
export function checkFaults(check: Written): readonly { readonly key?: string; readonly message: string }[] {
  const [kind, second] = KINDS.filter((one) => check[one] !== undefined);
  if (kind === undefined) return [{ message: 'is a command, an alarm or a metric: name one of them' }];
  if (second !== undefined) return [{ key: second, message: `is a second check: give it a name of its own` }];
  const surplus = (['on', 'container', 'image', 'timeout', 'already'] as const).filter(
    (key) => check[key] !== undefined && !WITH[kind].includes(key),
  );
  const place = check.on ?? 'agent';
  return [
    ...surplus.map((key) => ({ key, message: `says nothing of ${kind === 'alarm' ? 'an' : 'a'} ${kind}` })),
    ...(check.container !== undefined && kind === 'command' && place !== 'task'
      ? [{ key: 'container', message: 'is one of the task: it goes with `on: task`' }]
      : []),
    ...(check.image !== undefined && kind === 'command' && place !== 'agent'
      ? [{ key: 'image', message: 'is for a container on the agent: it goes with `on: agent`' }]
      : []),
    ...(check.metric?.floor !== undefined && check.metric.baseline === undefined
      ? [{ key: 'metric.floor', message: 'goes with a baseline' }]
      : []),
  ];
}

/** Data points come late, and the first whole one begins only after the release gets requests. */
const PERIODS = 3;

/**
 * Metrics that could never be judged: what is watched is shorter than what CloudWatch takes to have a number of it.
 * @param watchedMs how long the release is watched
 */
export function shortWatches(
  checks: ChecksConfig | undefined,
  watchedMs: number,
): readonly { readonly path: readonly string[]; readonly message: string }[] {
  return Object.entries(checks ?? {}).flatMap(([check, { metric: watched }]) => {
    if (watched === undefined || watchedMs >= PERIODS * watched.period) return [];
    const message = `${formatDuration(watched.period)} is too long: the release is watched for ${formatDuration(watchedMs)}, which has to be ${PERIODS} periods at least, as CloudWatch has its numbers late`;
    return [{ path: ['checks', check, 'metric', 'period'], message }];
  });
}

/**
 * The checks of a target, by name.
 * @param places where its commands can run
 */
export const checksOf = (places: readonly [CheckPlace, ...CheckPlace[]]) =>
  z
    .record(
      name,
      z
        .strictObject({
          ...fields,
          on: z
            .enum(places)
            .optional()
            .describe(`Where the command runs: ${placeWords(places)} (default: agent).`),
        })
        .superRefine((check, context) => {
          for (const { key, message } of checkFaults(check))
            context.addIssue({
              code: 'custom',
              message,
              ...(key === undefined ? {} : { path: key.split('.') }),
            });
        }),
    )
    .optional()
    .describe('Checks of a release before it gets requests, and while it is watched; see docs/checks.md.');

const PLACE_WORDS: Readonly<Record<CheckPlace, string>> = {
  agent: 'on the machine of the runner, in the directory of this file',
  task: 'as a task of the new revision',
  host: 'on each new host, over SSH',
};
const placeWords = (places: readonly CheckPlace[]): string =>
  places.map((place) => `\`${place}\` ${PLACE_WORDS[place]}`).join('; ');

export type ChecksConfig = NonNullable<z.output<ReturnType<typeof checksOf>>>;
export type CheckConfig = ChecksConfig[string];
export type MetricCheck = z.output<typeof metric>;
