import type { ContextWith } from '../context/context.js';
import type { CommandResult } from '../events/commandResult.js';
import type { ContractRecord } from '../domain/contract.js';
import type { AnyChange } from '../state/changes.js';
import { reportBroken } from './broken.js';

const WIDTH = 60;

type Listed = Omit<AnyChange, 'kind'> & { readonly environment: string; readonly kind: string };

/** `history --changes`: what was done to the environment named by --env, or to all, beside deployments, newest first. */
export async function changesOf(
  context: ContextWith<'config' | 'environment' | 'events' | 'options' | 'state'>,
  limit: number,
): Promise<CommandResult> {
  const names =
    context.options.environment === undefined
      ? Object.keys((await context.config()).environments)
      : [(await context.environment()).name];
  const { ledger } = await context.state();
  const lists = await Promise.all(
    names.map(async (environment) => {
      const found: Listed[] = (await ledger.contracts.all(environment))
        .slice(0, limit)
        .map((step) => ({ environment, ...asChange(step) }));
      let read = 0;
      for await (const change of ledger.changes.all(environment)) {
        found.push({ environment, ...change });
        if ((read += 1) === limit) break;
      }
      return found;
    }),
  );
  reportBroken(context, ledger.broken);
  const changes = lists
    .flat()
    .sort((one, other) => other.startedAt.localeCompare(one.startedAt))
    .slice(0, limit);
  if (changes.length === 0)
    return { data: { changes }, text: `Nothing was changed by hand yet in ${names.join(', ')}.` };
  const [{ table }, { printable, truncate }, { formatDuration }] = await Promise.all([
    import('../views/table.js'),
    import('../views/text.js'),
    import('../base/duration.js'),
  ]);
  const rows = changes.map(
    ({ environment, startedAt, endedAt, kind, targets = [], status, who, summary = '' }) => [
      environment,
      startedAt.slice(0, 16).replace('T', ' '),
      kind,
      targets.join(', '),
      status,
      endedAt === undefined ? '' : formatDuration(Date.parse(endedAt) - Date.parse(startedAt)),
      who,
      truncate(printable(summary.split('\n', 1)[0] as string), WIDTH),
    ],
  );
  const headers = ['environment', 'when (utc)', 'kind', 'target', 'status', 'took', 'who', 'what'];
  return { data: { changes }, text: table(headers, rows) };
}

/** A contract step as a change: it is the one that no rollback takes back. */
function asChange(step: ContractRecord): Omit<Listed, 'environment'> {
  const { target, version, ranIn, reason } = step;
  const done = `what releases before ${version} need, in ${ranIn}`;
  return {
    ...step,
    kind: 'contract',
    targets: [target],
    summary: reason === undefined ? done : `${done}: ${reason}`,
  };
}
