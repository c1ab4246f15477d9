import type { HostFailure } from '../../../../hosts/rules/ansibleEvents.js';
import { StackError, toErrorRecord, wordsWithout } from '../../../../base/errors.js';
import type { BehindCause } from '../../../../domain/records.js';

/** Why one host does not run the release, and what it runs instead. */
export interface FailedHost {
  readonly host: string;
  readonly cause: BehindCause;
  readonly reason: string;
  /** The reason without the host's name, where it begins with that. */
  readonly words?: string;
  /** Last log lines, or what the failed task printed. */
  readonly log: readonly string[];
  /**
   * `healthy`: what ran before runs again. `untouched`: nothing was changed. `other`: the playbook did not bring back
   * what ran before. `unknown`: it cannot be asked.
   */
  readonly now: 'healthy' | 'unhealthy' | 'none' | 'untouched' | 'other' | 'unknown';
  readonly where?: string;
}

/** A host that Ansible gave up on; the module app_container reports what became of the old container. */
export function failedByPlaybook(failure: HostFailure): FailedHost {
  const { host } = failure;
  const { restored, log } = failure.report ?? {};
  if (restored === 'healthy' || restored === 'unhealthy' || restored === 'none') {
    const lines = Array.isArray(log) ? log.map(String) : [];
    return { host, cause: 'unhealthy', reason: failure.message.trim(), log: lines, now: restored };
  }
  const task = failure.task === '' ? '' : `task "${failure.task}": `;
  return {
    host,
    cause: failure.unreachable ? 'unreachable' : failure.leftOut === true ? 'not-replaced' : 'playbook',
    reason: `${task}${failure.message.trim()}`,
    log: failure.output,
    now: 'unknown',
    ...(failure.where === '' ? {} : { where: failure.where }),
  };
}

/** A host that could not be reached or asked. */
export function failedByError(host: string, error: unknown, now: FailedHost['now']): FailedHost {
  const record = toErrorRecord(error);
  const cause = record.code.startsWith('SSH_') ? 'unreachable' : 'playbook';
  const words = wordsWithout(host, error);
  return {
    host,
    cause,
    reason: record.message,
    ...(words === record.message ? {} : { words }),
    log: record.evidence ?? [],
    now,
  };
}

const NOW: Readonly<Record<FailedHost['now'], string>> = {
  healthy: 'back on what ran before, healthy',
  unhealthy: 'what ran before is restored, but not healthy',
  none: 'nothing ran before, nothing runs now',
  untouched: 'nothing was changed there',
  other: 'the playbook did not restore what ran before',
  unknown: 'it is unknown what runs there now',
};

/** The failure of a whole fleet: hosts, reasons, last log lines. */
export function fleetFailure(
  fleet: { readonly name: string; readonly environmentName: string },
  failed: readonly FailedHost[],
  total: number,
): StackError {
  const [first] = failed as readonly [FailedHost, ...FailedHost[]];
  const count = failed.length === 1 ? '' : ` (and ${failed.length - 1} more of ${total} hosts)`;
  return new StackError('DEPLOY_FAILED', `${first.host}: ${first.words ?? first.reason}${count}`, {
    where: first.where ?? `${fleet.name} of ${fleet.environmentName}, ${first.host}`,
    evidence: failed.flatMap((host) => [
      `${host.host}: ${host.words ?? host.reason}; ${NOW[host.now]}`,
      ...host.log.map((line) => `${host.host} | ${line}`),
    ]),
    next: `Fix the cause and deploy again: node runner deploy --env ${fleet.environmentName}`,
  });
}

/** A fleet that does not run what the ledger says. */
export function runsNowhere(
  { name, environmentName }: { readonly name: string; readonly environmentName: string },
  { version }: { readonly version: string },
): StackError {
  return new StackError('STATE_CONFLICT', `no host of ${name} runs ${version}`, {
    where: `targets.${name} of ${environmentName}`,
    next: `\`node runner status --env ${environmentName} --live\` shows what runs; deploy the release that you want.`,
  });
}
