import type { Preview } from '../events/commandResult.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { targetsWithKinds } from '../context/kinds.js';
import type { StackError } from '../base/errors.js';
import { unfinishedSummary, readLastRun } from './unfinished.js';
import { nothingBefore } from './rollback.js';

/** `deploy --dry-run`: which release would go where, and what runs there now; looks, changes nothing. */
export async function previewDeploy(
  context: Context,
  environment: NamedEnvironment,
  version: string | undefined,
): Promise<Preview> {
  return preview(context, environment, 'deploy', version ?? (await treeVersion(context)));
}

/** `promote --dry-run`. */
export async function previewPromotion(
  context: Context,
  environment: NamedEnvironment,
  version: string | undefined,
): Promise<Preview> {
  const from = environment.config.promotion?.from;
  const { ledger } = await context.state();
  const running = from === undefined ? undefined : (await ledger.current(from)).healthy?.version;
  return preview(context, environment, 'promote', version ?? (await treeVersion(context)) ?? running);
}

/**
 * `rollback --dry-run`.
 * @throws StackError RELEASE_NONE where there is nothing to roll back to
 */
export async function previewRollback(
  context: Context,
  environment: NamedEnvironment,
  version: string | undefined,
): Promise<Preview> {
  const state = await context.state();
  const { ledger } = state;
  const lastRun = await readLastRun(state, environment.name);
  const current = (await ledger.current(environment.name)).healthy?.version;
  const previous =
    current === undefined ? undefined : (await ledger.previousHealthy(environment.name, current))?.version;
  const undoes = lastRun.kind === 'open' || lastRun.kind === 'paused';
  if (version === undefined && !undoes && previous === undefined) throw nothingBefore(environment.name);
  const before = undoes ? (lastRun.unfinished.deployment.previous ?? 'what ran before') : previous;
  return preview(context, environment, 'rollback', version ?? before);
}

/** Version of the release that this working tree has made already. */
async function treeVersion(context: Context): Promise<string | undefined> {
  const { findRelease } = await import('../release/findRelease.js');
  return (await findRelease(context))?.version;
}

async function preview(
  context: Context,
  environment: NamedEnvironment,
  kind: 'deploy' | 'promote' | 'rollback',
  version: string | undefined,
): Promise<Preview> {
  const state = await context.state();
  const { ledger, locks } = state;
  const [current, stored, lastRun] = await Promise.all([
    ledger.current(environment.name),
    locks.stored(environment.name),
    readLastRun(state, environment.name),
  ]);
  const unfinished = unfinishedSummary(lastRun);
  const targets = await context.targets(environment);
  const now = await Promise.all(
    targets.map(async (target) => ({ name: target.name, ...(await target.status()) })),
  );
  const held =
    kind === 'rollback' ? undefined : await heldBack(context, environment, version, current.healthy?.version);
  const release = version === undefined ? 'a release built from this working tree' : version;
  const verb = kind === 'rollback' ? 'bring back' : kind;
  const lines = [
    `Would ${verb} ${release} to ${environment.name} (now ${current.healthy?.version ?? 'nothing in this ledger'}).`,
    ...now.map((target) => `  ${target.name} (${target.kind}): ${target.summary}`),
    ...(kind === 'rollback' || version === current.healthy?.version
      ? []
      : await beside(context, environment)),
    ...(stored.state === 'held' ? [`Locked by ${stored.holder.who} since ${stored.holder.since}.`] : []),
    ...(stored.state === 'unreadable' ? errorLines(stored.error) : []),
    ...(lastRun.kind === 'unreadable' ? errorLines(lastRun.error) : []),
    ...(unfinished === undefined
      ? []
      : [
          `Deployment ${unfinished.sequence} of ${unfinished.version} was cut off: --resume or rollback first, ` +
            'or rollback --to VERSION over it.',
        ]),
    ...(held === undefined
      ? []
      : [
          `${held.message[0]?.toUpperCase()}${held.message.slice(1)}.`,
          ...held.evidence.map((line) => `  ${line}`),
        ]),
  ];
  return {
    data: {
      dryRun: true,
      kind,
      environment: environment.name,
      version: version ?? null,
      current: current.healthy?.version ?? null,
      ...(held === undefined ? {} : { heldBack: { code: held.code, message: held.message } }),
      targets: now,
    },
    lines,
  };
}

const errorLines = ({ message, next }: StackError) => [
  `${message}.`,
  ...(next === undefined ? [] : [`  ${next}`]),
];

/** What would happen to targets beside the move itself. */
async function beside(
  context: ContextWith<'kinds'>,
  environment: NamedEnvironment,
): Promise<readonly string[]> {
  return targetsWithKinds(await context.kinds(), environment).flatMap(
    ({ name, config, kind }) => kind.preview?.(name, config) ?? [],
  );
}

/** What would hold it back; what the environment runs already is not held back. */
async function heldBack(
  context: Context,
  environment: NamedEnvironment,
  version: string | undefined,
  current: string | undefined,
): Promise<StackError | undefined> {
  const unchanged = version !== undefined && version === current;
  if (unchanged || Object.keys((await context.config()).needs).length === 0) return undefined;
  const { unhealthyUpstream } = await import('./needs.js');
  return unhealthyUpstream(context, environment.name);
}
