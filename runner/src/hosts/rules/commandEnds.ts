import type { Host } from '../../domain/host.js';
import type { AnsibleEvent } from './ansibleEvents.js';

interface End {
  readonly status: string;
  readonly exitCode: number;
  readonly stderr: string;
}

/** Why a play was not begun, or not ended, by the status of AWS. */
const REASONS: Readonly<Record<string, string>> = {
  Undeliverable: 'no agent of Systems Manager answers there',
  DeliveryTimedOut: 'the host went away, or its agent did not take the command in time',
  ExecutionTimedOut: 'the playbook took longer than inventory.run-command.timeout',
  Terminated: 'not begun: more hosts have failed than inventory.run-command.max-errors',
  Cancelled: 'the command was cancelled',
};
const SILENT = new Set(['Undeliverable', 'DeliveryTimedOut']);

/**
 * What happened on a host, up to how its command ended: Ansible that was cut short says nothing of its end.
 * @param end how its command ended; undefined where AWS does not know
 * @param events what Ansible itself said there
 */
export function eventsToTheEnd(
  host: Host,
  end: End | undefined,
  events: readonly AnsibleEvent[],
): readonly AnsibleEvent[] {
  const saysWhy = events.some((event) => {
    const recap = event.event === 'stats' ? event.hosts[host.name] : undefined;
    return recap !== undefined && recap.failed + recap.unreachable > 0;
  });
  return end?.status === 'Success' || saysWhy ? events : [...events, ...endWithoutEvents(host, end)];
}

function endWithoutEvents({ name }: Host, end: End | undefined): readonly AnsibleEvent[] {
  const { status = 'unknown', stderr = '', exitCode = -1 } = end ?? {};
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const own = lines.find((line) => line.startsWith('automation-stack: '))?.replace('automation-stack: ', '');
  const unreachable = SILENT.has(status);
  const recap = { ok: 0, changed: 0, failed: unreachable ? 0 : 1, unreachable: unreachable ? 1 : 0 };
  return [
    {
      event: 'host',
      host: name,
      status: unreachable ? 'unreachable' : 'failed',
      task: 'Run Command',
      path: '',
      msg: REASONS[status] ?? own ?? `Ansible did not run (${status}, exit code ${exitCode})`,
      output: lines.slice(-15),
    },
    { event: 'stats', hosts: { [name]: { ...recap, skipped: 0, rescued: 0 } } },
  ];
}
