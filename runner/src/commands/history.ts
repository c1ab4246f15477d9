import type { ContextWith } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { DeploymentRecord } from '../domain/records.js';
import { reportBroken } from './broken.js';
import type { CommandResult } from '../events/commandResult.js';
import { flag, option, type CommandDefinition, type CommandInput } from './command.js';

const LIMIT = 20;
/** Rows are for people and scripts to page through; more at once helps neither. */
const HIGHEST_LIMIT = 1000;
const REASON_WIDTH = 60;
const COLUMNS = ['seq', 'when (utc)', 'version', 'kind', 'status', 'took', 'who', 'reason'];

const history: CommandDefinition = {
  name: 'history',
  summary: 'List the deployments of an environment or of all, or the releases, newest first',
  description:
    'Every attempt to deploy a release to the environment, or to all environments without `--env`: which version, how it ended, how long it took, who ran it and why it failed. Times are UTC. `partial`: hosts were left behind, `deploy --catch-up` updates them. `unproven`: no task was wanted. `cut-off`: the run was killed before its end; `deploy --resume` continues the last one, `rollback` undoes it, `rollback --to VERSION` replaces it.',
  options: [
    { name: 'limit', value: 'N', description: `Number of deployments (default: ${LIMIT}).` },
    { name: 'releases', description: 'List the releases that were made instead.' },
    {
      name: 'changes',
      description:
        'List what else was done instead: applies, destroys, provisions, contract steps, sessions, one-off tasks, scaling, restarts, drains.',
    },
    { name: 'before', value: 'SEQ', description: 'Only deployments older than this number: the next page.' },
  ],
  examples: [
    { command: 'history --env production', explains: `The last ${LIMIT} deployments to production.` },
    {
      command: 'history --env production --before 120 --json',
      explains: 'The page before number 120, for a script.',
    },
    { command: 'history', explains: 'The last deployments to every environment.' },
    {
      command: 'history --env production --changes',
      explains: 'Who applied, scaled, restarted or logged in.',
    },
    { command: 'history --releases', explains: 'What could be deployed, promoted or rolled back to.' },
  ],
  environment: 'optional',
  async run(context, input) {
    const limit = wholeNumber(input, 'limit', HIGHEST_LIMIT) ?? LIMIT;
    if (flag(input, 'releases')) return releases(context, limit);
    if (flag(input, 'changes')) {
      const { changesOf } = await import('./historyChanges.js');
      return changesOf(context, limit);
    }
    const before = wholeNumber(input, 'before', Number.MAX_SAFE_INTEGER);
    if (context.options.environment === undefined) return everywhere(context, limit, before);
    const { name } = await context.environment();
    const deployments = await deploymentsOf(context, name, limit, before);
    const oldest = deployments.at(-1)?.sequence ?? 1;
    const more = oldest > 1 ? oldest : undefined;
    return {
      data: { environment: name, deployments, ...(more === undefined ? {} : { before: more }) },
      text: await asText(name, deployments, limit, before),
    };
  },
};

/** The newest deployments of all environments as one list; numbers count in each environment for itself. */
async function everywhere(
  context: ContextWith<'config' | 'events' | 'state'>,
  limit: number,
  before: number | undefined,
): Promise<CommandResult> {
  const names = Object.keys((await context.config()).environments);
  if (before !== undefined) {
    throw new StackError('USAGE', '--before counts in one environment', {
      next: `node runner history --env ${names[0] ?? 'NAME'} --before ${before}`,
    });
  }
  const all = await Promise.all(names.map((name) => deploymentsOf(context, name, limit, undefined)));
  const deployments = all
    .flat()
    .sort((one, other) => other.startedAt.localeCompare(one.startedAt))
    .slice(0, limit);
  if (deployments.length === 0) {
    const text = `Nothing was deployed yet, to ${names.join(', ') || 'any environment'}. Start with: node runner deploy --env ${names[0] ?? 'NAME'}`;
    return { data: { deployments }, text };
  }
  const { table } = await import('../views/table.js');
  const rows = await Promise.all(deployments.map(asRow));
  const older = all.flat().length > limit || all.some((found) => found.length === limit);
  return {
    data: { deployments },
    text: [
      table(
        ['environment', ...COLUMNS],
        rows.map((row, index) => [deployments[index]?.environment ?? '', ...row]),
      ),
      ...(older ? ['', 'Older ones: node runner history --env NAME, or --limit N'] : []),
    ].join('\n'),
  };
}

async function deploymentsOf(
  context: ContextWith<'events' | 'state'>,
  name: string,
  limit: number,
  before: number | undefined,
): Promise<readonly DeploymentRecord[]> {
  const { ledger } = await context.state();
  const found = await ledger.deployments(name, { limit, ...(before === undefined ? {} : { before }) });
  reportBroken(context, ledger.broken);
  return noticeUnfinished(context, name, found);
}

async function releases(context: ContextWith<'events' | 'state'>, limit: number): Promise<CommandResult> {
  const { ledger } = await context.state();
  const found = await ledger.releases(limit);
  reportBroken(context, ledger.broken);
  if (found.length === 0) return { data: [], text: 'No release was made yet. Start with: node runner push' };
  const { table } = await import('../views/table.js');
  const rows = found.map((release) => [
    release.version,
    release.createdAt.slice(0, 16).replace('T', ' '),
    release.branch,
    release.commit.slice(0, 12),
    release.createdBy,
    Object.keys({ ...release.images, ...release.artifacts }).join(', '),
  ]);
  return { data: found, text: table(['version', 'made (utc)', 'branch', 'commit', 'by', 'images'], rows) };
}

/** A record that says `running` while no run holds the environment is what a killed run left. */
async function noticeUnfinished(
  context: ContextWith<'state'>,
  environment: string,
  records: readonly DeploymentRecord[],
): Promise<readonly DeploymentRecord[]> {
  if (!records.some((record) => record.status === 'running')) return records;
  const { ledger, locks } = await context.state();
  const { latest } = await ledger.current(environment);
  const running = (await locks.holder(environment)) === undefined ? undefined : latest?.sequence;
  return records.map((record) =>
    record.status === 'running' && record.sequence !== running ? { ...record, status: 'cut-off' } : record,
  );
}

async function asText(
  environment: string,
  deployments: readonly DeploymentRecord[],
  limit: number,
  before: number | undefined,
): Promise<string> {
  if (deployments.length === 0) {
    return before === undefined
      ? `Nothing was deployed to ${environment} yet. Start with: node runner deploy --env ${environment}`
      : `Nothing was deployed to ${environment} before number ${before}.`;
  }
  const { table } = await import('../views/table.js');
  const rows = await Promise.all(deployments.map(asRow));
  const oldest = (deployments.at(-1) as DeploymentRecord).sequence;
  const older = oldest > 1 && deployments.length === limit;
  return [
    table(COLUMNS, rows),
    ...(older ? ['', `Older ones: node runner history --env ${environment} --before ${oldest}`] : []),
  ].join('\n');
}

async function asRow(record: DeploymentRecord): Promise<readonly string[]> {
  const { formatDuration } = await import('../base/duration.js');
  const { behindOf, behindWords } = await import('../domain/behind.js');
  const { printable, truncate } = await import('../views/text.js');
  const { endedAt, startedAt } = record;
  const took = endedAt === undefined ? '' : formatDuration(Date.parse(endedAt) - Date.parse(startedAt));
  const behind = record.status === 'partial' ? behindWords(behindOf(record)) : undefined;
  const reason = (behind ?? record.reason ?? record.forcedReason ?? '').split('\n', 1)[0] as string;
  return [
    String(record.sequence),
    startedAt.slice(0, 16).replace('T', ' '),
    record.version,
    record.kind,
    record.status,
    took,
    record.who,
    truncate(printable(reason), REASON_WIDTH),
  ];
}

function wholeNumber(input: CommandInput, name: string, highest: number): number | undefined {
  const text = option(input, name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= highest) return number;
  throw new StackError('USAGE', `--${name} ${text} is not a whole number from 1 to ${highest}`, {
    next: `For example: node runner history --env staging --${name} 50`,
  });
}

export const commands = [history];
