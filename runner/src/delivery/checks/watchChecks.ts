import type { CheckEnd } from '../../events/stage.js';
import { alarmsOf, metricsOf } from '../rules/checkCommands.js';
import { judgeAlarm, judgeMetric, type AlarmNow, type CheckVerdict } from '../rules/checkVerdicts.js';
import { checkError, type CheckedTarget, type ChecksContext, type When } from './checks.js';

/** Between two looks: CloudWatch itself decides once a minute, or every 10 s at the most. */
const LOOK_EVERY_MS = 15_000;

type Bake = Extract<When, { readonly when: 'bake' }>;

/**
 * Watches the alarms and metrics of a target while its release gets requests. The first to speak against it ends the
 * watch; the last look is at its very end.
 *
 * @returns how each ended
 * @throws StackError DEPLOY_FAILED with what CloudWatch says; AWS_*; the signal's reason on abort
 */
export async function watchChecks(
  { tools, stage, signal }: ChecksContext,
  target: CheckedTarget,
  bake: Bake,
): Promise<readonly CheckEnd[]> {
  const { clock } = tools;
  const { describeAlarms, metricData } = await import('../../adapters/aws/cloudWatch.js');
  const aws = await tools.aws();
  const [alarms, metrics] = [alarmsOf(target.checks ?? {}), metricsOf(target.checks ?? {})];
  const names = [...new Set(alarms.map(({ alarm }) => alarm))];
  const now = () => clock.now().getTime();
  const startedMs = now();
  const { lasts, sinceMs = startedMs } = bake;
  const isOver = () => (typeof lasts === 'number' ? now() - startedMs >= lasts : lasts.aborted);

  const look = async (isLast: boolean): Promise<readonly (readonly [string, CheckVerdict])[]> => {
    const seen = names.length === 0 ? new Map<string, AlarmNow>() : await describeAlarms(aws, names, signal);
    const ofAlarms = alarms.map(
      ({ name, alarm, already }) => [name, judgeAlarm(alarm, seen.get(alarm), { already, sinceMs })] as const,
    );
    const ofMetrics = await Promise.all(
      metrics.map(async ({ name, metric }) => {
        const window = { fromMs: startedMs, nowMs: now() };
        const series = (expression: string) =>
          metricData(
            aws,
            { expression, periodMs: metric.period },
            // From a whole period on, or CloudWatch would cut the first one.
            { fromMs: Math.floor(startedMs / metric.period) * metric.period, toMs: now() },
            signal,
          );
        const [expression, baseline] = await Promise.all([
          series(metric.expression),
          metric.baseline === undefined ? undefined : series(metric.baseline),
        ]);
        return [name, judgeMetric(metric, { expression, baseline }, window, isLast)] as const;
      }),
    );
    return [...ofAlarms, ...ofMetrics];
  };
  const told = (name: string, { failed, evidence }: CheckVerdict): CheckEnd => {
    const status = failed ? ('failed' as const) : ('ok' as const);
    const end = { subject: target.name, name, status, seconds: (now() - startedMs) / 1000, evidence };
    stage.check(end);
    return end;
  };
  const watched = [...alarms, ...metrics].map(({ name }) => name).join(', ');
  stage.progress(`watching ${watched}`, { subject: target.name, phase: 'checks', status: 'running' });
  for (;;) {
    const isLast = isOver();
    const verdicts = await look(isLast);
    for (const [name, verdict] of verdicts) {
      if (verdict.reason === undefined) continue;
      told(name, verdict);
      throw checkError(target, name, { reason: verdict.reason, evidence: verdict.evidence });
    }
    if (isLast) return verdicts.map(([name, verdict]) => told(name, verdict));
    await pause(
      typeof lasts === 'number' ? Math.min(LOOK_EVERY_MS, lasts - (now() - startedMs)) : LOOK_EVERY_MS,
    );
  }

  async function pause(ms: number): Promise<void> {
    const ended = typeof lasts === 'number' ? undefined : lasts;
    try {
      await clock.sleep(Math.max(0, ms), ended === undefined ? signal : AbortSignal.any([signal, ended]));
    } catch (error) {
      signal.throwIfAborted();
      if (ended?.aborted !== true) throw error;
    }
  }
}
