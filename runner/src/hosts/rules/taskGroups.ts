import type { AnsibleEvent, AnsibleHostEvent } from './ansibleEvents.js';

/** What a group of tasks (a role, else the tasks of a play) has done on one host. */
export interface GroupLine {
  readonly host: string;
  readonly group: string;
  readonly ok: number;
  readonly changed: number;
  /** Sum of the times of its tasks on this host, in seconds. */
  readonly seconds: number;
  readonly failed: boolean;
}

/**
 * Follows a run and says of each host how a group of tasks ended, as soon as it has: a host goes on to another group, the
 * run does, or it is over.
 */
export class TaskGroups {
  private readonly open = new Map<string, GroupLine>();
  private current = '';

  /** @returns groups that ended by this event, in the order in which hosts came to them */
  take(event: AnsibleEvent): readonly GroupLine[] {
    if (event.event === 'task') return this.enter(event.group ?? '');
    if (event.event === 'host') return this.count(event);
    if (event.event === 'play' || event.event === 'stats') return this.close();
    return [];
  }

  /** @returns what is still open, where a run was cut off */
  close(): readonly GroupLine[] {
    this.current = '';
    const lines = [...this.open.values()];
    this.open.clear();
    return lines;
  }

  /** The group that the run is at; empty between groups. */
  get at(): string {
    return this.current;
  }

  private enter(group: string): readonly GroupLine[] {
    if (group === this.current) return [];
    const ended = this.close();
    this.current = group;
    return ended;
  }

  private count(event: AnsibleHostEvent): readonly GroupLine[] {
    const { host, status, group = '', seconds = 0 } = event;
    const before = this.open.get(host);
    const isOther = before !== undefined && before.group !== group;
    const { ok, changed, failed, seconds: sum } = before === undefined || isOther ? NOTHING : before;
    const isBad = status === 'failed' || status === 'unreachable';
    this.open.delete(isOther ? host : '');
    this.open.set(host, {
      host,
      group,
      ok: ok + (status === 'ok' || (isBad && event.ignored === true) ? 1 : 0),
      changed: changed + (status === 'changed' ? 1 : 0),
      failed: failed || (isBad && event.ignored !== true),
      seconds: sum + seconds,
    });
    return isOther ? [before] : [];
  }
}

const NOTHING = { ok: 0, changed: 0, failed: false, seconds: 0 };

/** The line as people read it: `apache: 6 ok, 2 changed in 4.1s`. */
export function groupWords({ group, ok, changed, seconds }: GroupLine): string {
  const counts = [`${ok} ok`, ...(changed > 0 ? [`${changed} changed`] : [])].join(', ');
  return `${group === '' ? 'tasks' : group}: ${counts} in ${seconds.toFixed(1)}s`;
}
