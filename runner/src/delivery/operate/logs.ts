import type { Context, NamedEnvironment } from '../../context/context.js';
import { requireAccount } from '../../context/account.js';
import { operatedTargets } from './chooseTarget.js';
import { releaseNamed, wantedTasks } from './releases.js';

export interface LogsAsked {
  /** Names of targets; all where empty. */
  readonly targets: readonly string[];
  readonly task?: string | undefined;
  readonly release?: string | undefined;
  readonly revision?: string | undefined;
  /** In milliseconds before now. */
  readonly sinceMs?: number | undefined;
  /** In lines; the default where neither this nor a time says how much. */
  readonly lines?: number | undefined;
  readonly follow: boolean;
}

const LINES = 100;

/** Tells the logs of targets, side by side, line by line as events. Ends with the signal where they are followed. */
export async function showLogs(
  context: Context,
  environment: NamedEnvironment,
  asked: LogsAsked,
): Promise<void> {
  await requireAccount(context, environment);
  const [targets, release] = await Promise.all([
    operatedTargets(context, environment, asked.targets),
    asked.release === undefined ? undefined : releaseNamed(context, asked.release),
  ]);
  const isOne = Object.keys(environment.config.targets).length === 1;
  const now = context.clock.now().getTime();
  const sinceMs = asked.sinceMs === undefined ? undefined : now - asked.sinceMs;
  // Where one fails, the others would go on for ever.
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const follow = async (target: (typeof targets)[number]) => {
    const { name, operations } = target;
    const wanted = wantedTasks(target, release, asked.revision);
    await operations.logs({
      ...(asked.task === undefined ? {} : { task: asked.task }),
      ...(wanted === undefined ? {} : { wanted }),
      ...(sinceMs === undefined ? {} : { sinceMs }),
      lines: asked.lines ?? (sinceMs === undefined ? LINES : undefined),
      follow: asked.follow,
      signal,
      tell: ({ task, at, line }) =>
        context.events.emit({
          type: 'line',
          stream: 'stdout',
          ...(isOne ? {} : { target: name }),
          task,
          at: new Date(at).toISOString(),
          line,
        }),
      note: (message) => context.events.emit({ type: 'notice', level: 'info', message }),
    });
  };
  try {
    await Promise.all(
      targets.map((target) =>
        follow(target).catch((error: unknown) => {
          failed.abort(error);
          throw error;
        }),
      ),
    );
  } catch (error) {
    // Who follows ends it with the signal: that is how it ends well.
    if (!asked.follow || !context.signal.aborted) throw error;
  }
}
