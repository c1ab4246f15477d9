import { formatDuration } from '../base/duration.js';
import { StackError } from '../base/errors.js';
import type { ObjectStore } from '../base/ports.js';
import { unreadableError, type Unreadable } from './documents.js';
import type { ProcessIdentity } from '../adapters/process/processIdentity.js';
import { segment } from './keys.js';

/** Who takes a lock, as others read it. */
export interface LockOwner {
  readonly who: string;
  readonly runUrl?: string;
  /** What runs, e.g. `deploy --env staging`. */
  readonly command: string;
  /** The reason, if a person holds it by hand. */
  readonly reason?: string;
}

export interface LockHolder extends LockOwner {
  readonly since: string;
  readonly expiresAt: string;
  /** The process that renews it; undefined if a person holds it by hand. */
  readonly process?: ProcessIdentity;
}

/** A lock as it is stored. Each time it is taken it gets a new token, also by the same owner. */
export type LockDocument = LockHolder & { readonly state: 'held' | 'released'; readonly token: string };

/** The document is no lock, so nobody can tell whether the lock is held. */
export function unreadableLock(
  store: Pick<ObjectStore, 'location'>,
  environment: string,
  found: Unreadable,
): StackError {
  const next =
    `If nothing runs on ${environment} (\`node runner status --env ${environment}\`): ` +
    `node runner lock release --env ${environment} --force`;
  return unreadableError(store, lockKey(environment), found, next);
}

/** Where the lock of an environment is stored. */
export const lockKey = (environment: string) => `locks/${segment(environment)}.json`;

/** What others may know of a lock. */
export function holderOf({
  who,
  runUrl,
  command,
  reason,
  since,
  expiresAt,
  process,
}: LockDocument): LockHolder {
  return {
    who,
    ...(runUrl === undefined ? {} : { runUrl }),
    command,
    ...(reason === undefined ? {} : { reason }),
    since,
    expiresAt,
    ...(process === undefined ? {} : { process }),
  };
}

/** The lines that help to find the holder of a lock. */
export function lockEvidence({ since, expiresAt, reason, runUrl, process }: LockHolder): string[] {
  return [
    `since ${since}, expires ${expiresAt}`,
    ...(reason === undefined ? [] : [`reason: ${reason}`]),
    ...(runUrl === undefined ? [] : [`run: ${runUrl}`]),
    ...(process === undefined ? [] : [`process ${process.pid} on ${process.hostname}`]),
  ];
}

/** Somebody else holds it. */
export function lockedError(environment: string, holder: LockHolder, now: Date): StackError {
  const held = formatDuration(Math.max(0, now.getTime() - Date.parse(holder.since)));
  const first = holder.process === undefined ? `Ask ${holder.who} first` : 'If it is certainly dead';
  return new StackError(
    'LOCKED',
    `${environment} has been locked by ${holder.who} (${holder.command}) for ${held}`,
    {
      where: environment,
      evidence: lockEvidence(holder),
      next: `\`--wait 10m\` waits for it. ${first}: node runner lock release --env ${environment} --force`,
    },
  );
}

/**
 * The lock is not ours any more.
 * @param holder what is stored now; undefined if it could not be renewed in time
 */
export function lostError(environment: string, holder: LockDocument | undefined): StackError {
  const how =
    holder === undefined
      ? 'could not be renewed before its expiry'
      : holder.state === 'released'
        ? 'was freed by force'
        : `was taken over by ${holder.who} (${holder.command})`;
  return new StackError('LOCKED', `the lock of ${environment} ${how} while this run held it`, {
    where: environment,
    evidence: holder === undefined ? [] : lockEvidence(holder),
    next: `node runner status --env ${environment}`,
  });
}
