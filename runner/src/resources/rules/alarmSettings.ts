import { StackError } from '../../base/errors.js';
import type { AlarmSettings } from '../../domain/alarm.js';

export interface AlarmAsked {
  readonly name: string;
  /** `NAMESPACE/METRIC`: `AWS/EC2/CPUUtilization`. */
  readonly metric: string;
  /** `NAME=VALUE`. */
  readonly dimensions: readonly string[];
  /** Id of the instance that it is about. */
  readonly instance?: string | undefined;
  readonly above?: string | undefined;
  readonly below?: string | undefined;
  readonly statistic: string;
  readonly periodMs: number;
  readonly forMs: number;
  readonly notifies: readonly string[];
}

const MINUTE_MS = 60_000;

/**
 * What an alarm is made of, from what was typed.
 * @throws StackError USAGE where that is no alarm
 */
export function alarmSettings(asked: AlarmAsked): AlarmSettings {
  const { name, metric, instance, above, below, statistic, periodMs, forMs, notifies } = asked;
  const at = metric.lastIndexOf('/');
  if (at < 1 || at === metric.length - 1)
    throw usage(`--metric ${metric} is not NAMESPACE/METRIC`, 'For example AWS/EC2/CPUUtilization.');
  if ((above === undefined) === (below === undefined))
    throw usage('an alarm goes off above or below a number', 'Add --above N or --below N.');
  const text = (above ?? below) as string;
  const threshold = Number(text);
  if (text.trim() === '' || !Number.isFinite(threshold))
    throw usage(`${text} is not a number`, 'For example --above 80.');
  if (periodMs < MINUTE_MS || periodMs % MINUTE_MS !== 0)
    throw usage('--period is not whole minutes', 'For example --period 5m.');
  if (forMs < periodMs || forMs % periodMs !== 0)
    throw usage('--for is not a multiple of --period', 'For example --period 5m --for 15m.');
  const wrong = notifies.find((arn) => !/^arn:[^:]+:[^:]+:/.test(arn));
  if (wrong !== undefined)
    throw usage(`--notify ${wrong} is no ARN`, 'Name a topic: arn:aws:sns:eu-west-1:111111111111:alerts.');
  const dimensions = Object.fromEntries(
    asked.dimensions.map((one) => {
      const cut = one.indexOf('=');
      if (cut < 1)
        throw usage(`--dimension ${one} is not NAME=VALUE`, 'For example --dimension QueueName=jobs.');
      return [one.slice(0, cut), one.slice(cut + 1)] as const;
    }),
  );
  return {
    ...{ name, threshold, statistic, periodMs, notifies },
    namespace: metric.slice(0, at),
    metric: metric.slice(at + 1),
    dimensions: { ...dimensions, ...(instance === undefined ? {} : { InstanceId: instance }) },
    comparison: above === undefined ? 'below' : 'above',
    periods: forMs / periodMs,
  };
}

const usage = (message: string, next: string) => new StackError('USAGE', message, { next });
