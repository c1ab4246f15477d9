import { formatDuration, isDuration, parseDuration } from '../base/duration.js';
import { StackError } from '../base/errors.js';
import { lockEvidence } from '../state/lockDocument.js';
import type { LockHolder, LockState } from '../state/locks.js';
import { waiting } from './deploy.js';
import type { CommandResult } from '../events/commandResult.js';
import { flag, option, type CommandDefinition } from './command.js';

const HEADERS = ['environment', 'lock', 'who', 'command', 'for', 'expires (utc)', 'run or reason'];

const status: CommandDefinition = {
  name: 'lock status',
  summary: 'Show who holds the lock of an environment, or of each',
  examples: [
    {
      command: 'lock status --env production',
      explains: 'Who holds the lock of production, since when, until when.',
    },
  ],
  environment: 'optional',
  async run(context) {
    const names =
      context.options.environment === undefined
        ? Object.keys((await context.config()).environments)
        : [(await context.environment()).name];
    const { locks } = await context.state();
    const now = context.clock.now();
    const found = await Promise.all(names.map(async (name) => ({ name, lock: await locks.stored(name) })));
    const { table } = await import('../views/table.js');
    const rows = found.map(({ name, lock }) => asRow(name, lock, now));
    const unreadable = found.flatMap(({ lock }) => (lock.state === 'unreadable' ? [lock.error] : []));
    return {
      data: found.map(({ name, lock }) => asData(name, lock)),
      text: [
        table(HEADERS.slice(0, Math.max(...rows.map((row) => row.length))), rows),
        ...unreadable.flatMap(({ message, next }) => ['', `${message}.`, `${next}`]),
      ].join('\n'),
    };
  },
};

function asRow(name: string, lock: LockState, now: Date): readonly string[] {
  if (lock.state !== 'held') return [name, lock.state];
  const { holder } = lock;
  return [
    name,
    'locked',
    holder.who,
    holder.command,
    formatDuration(Math.max(0, now.getTime() - Date.parse(holder.since))),
    holder.expiresAt.slice(0, 19).replace('T', ' '),
    holder.runUrl ?? holder.reason ?? '',
  ];
}

function asData(environment: string, lock: LockState) {
  if (lock.state === 'held') return { environment, locked: true, holder: lock.holder };
  // Nobody can tell: no run takes it before it was freed.
  if (lock.state === 'unreadable') return { environment, locked: true, unreadable: lock.error.message };
  return { environment, locked: false };
}

const acquire: CommandDefinition = {
  name: 'lock acquire',
  summary: 'Lock an environment against deploys for a while',
  description:
    'Takes the lock by hand, for a migration or an incident: deploys, promotions and rollbacks of the environment wait or exit 4, and name you and your reason. The lock ends after `--for`; `lock release` frees it earlier.',
  options: [
    { name: 'for', value: 'DURATION', description: 'How long the lock lasts (default: 1h).' },
    { name: 'wait', value: 'DURATION', description: 'Wait this long for a run that holds it, e.g. 10m.' },
    { name: 'reason', value: 'TEXT', description: 'The reason, shown to others.' },
  ],
  examples: [
    {
      command: 'lock acquire --env production --for 2h --reason "database migration"',
      explains: 'No deploys to production for two hours.',
    },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const { name } = await context.environment();
    const forText = option(input, 'for') ?? '1h';
    if (!isDuration(forText) || parseDuration(forText) === 0) {
      throw new StackError('USAGE', `--for ${forText} is not a duration`, {
        next: 'Use e.g. --for 30m or --for 2h.',
      });
    }
    const forMs = parseDuration(forText);
    if (context.options.dryRun) return { text: `Would lock ${name} for ${formatDuration(forMs)}.` };
    const reason = option(input, 'reason');
    const owner = {
      who: context.who,
      command: `lock acquire --env ${name}`,
      ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
      ...(reason === undefined ? {} : { reason: context.secrets.text(reason) }),
    };
    const holder = await (
      await context.state()
    ).locks.hold(name, owner, forMs, {
      ...waiting(input),
      signal: context.signal,
      onWait: ({ who, command }) =>
        context.events.emit({ type: 'notice', level: 'info', message: `waiting for ${who} (${command})` }),
    });
    return {
      data: { environment: name, locked: true, holder },
      text: `${name} is locked until ${utc(holder.expiresAt)}. Free it with: node runner lock release --env ${name}`,
    };
  },
};

const release: CommandDefinition = {
  name: 'lock release',
  summary: 'Free the lock of an environment',
  description:
    'Frees a lock that you took with `lock acquire`. `--force` frees any lock, also one whose document cannot be read. A run that is still alive then stops at its next renewal and leaves its deployment half done, so use it only if the run is certainly dead. The next run takes over an expired lock, and the lock of a dead run on this machine, by itself.',
  options: [{ name: 'force', description: 'Free it, no matter who holds it.' }],
  examples: [{ command: 'lock release --env staging', explains: 'Allow deploys to staging again.' }],
  changes: true,
  environment: 'required',
  async run(context, input): Promise<CommandResult> {
    const { name } = await context.environment();
    const { locks } = await context.state();
    const lock = await locks.stored(name);
    const holder = lock.state === 'held' ? lock.holder : undefined;
    const force = flag(input, 'force');
    if (lock.state === 'unreadable' && !force) throw lock.error;
    if (holder !== undefined && !force) refuseOthers(name, holder, context.who);
    if (context.options.dryRun) {
      if (lock.state === 'unreadable') return { text: `Would free ${name}: ${lock.error.message}.` };
      return { text: holder === undefined ? free(name) : `Would free ${name}, held by ${holder.who}.` };
    }
    // Without force, what an expired or dead run left stays: it tells the next run that a deploy was cut off.
    const freed = holder === undefined && !force ? undefined : await locks.forceRelease(name);
    if (lock.state === 'unreadable') {
      return {
        data: { environment: name, locked: false },
        text: `${name} is free; what was stored as its lock could not be read.`,
      };
    }
    return {
      data: { environment: name, locked: false, released: freed },
      text:
        freed === undefined ? free(name) : `${name} is free; it was held by ${freed.who} (${freed.command}).`,
    };
  },
};

function refuseOthers(environment: string, holder: LockHolder, who: string): void {
  if (holder.process === undefined && holder.who === who) return;
  throw new StackError('LOCKED', `${environment} is locked by ${holder.who} (${holder.command})`, {
    evidence: lockEvidence(holder),
    next: `Ask them. If the run is certainly dead: node runner lock release --env ${environment} --force`,
  });
}

const free = (environment: string) => `${environment} is not locked.`;
const utc = (time: string) => `${time.slice(0, 19).replace('T', ' ')} UTC`;

export const commands = [status, acquire, release];
