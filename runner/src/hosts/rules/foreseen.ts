import type { AnsibleEvent } from './ansibleEvents.js';

/** A task that would change something, or has, and how the files differ. */
export interface ForeseenChange {
  readonly task: string;
  readonly group: string;
  readonly hosts: readonly string[];
  /** Lines of the difference, without secrets; none where the task shows none. */
  readonly lines: readonly string[];
}

/** Collects what a run changes, or would change. Hosts that a task changes alike are told once. */
export class Foreseen {
  private readonly lines = new Map<string, string[]>();
  private readonly found = new Map<
    string,
    { task: string; group: string; hosts: string[]; lines: string[] }
  >();

  take(event: AnsibleEvent): void {
    if (event.event === 'diff') {
      const key = `${event.host}\0${event.task}`;
      this.lines.set(key, [...(this.lines.get(key) ?? []), ...event.lines]);
    }
    if (event.event !== 'host') return;
    const key = `${event.host}\0${event.task}`;
    const lines = this.lines.get(key) ?? [];
    this.lines.delete(key);
    if (event.status !== 'changed') return;
    const { group = '', task, path, host } = event;
    const same = JSON.stringify([group, task, path, lines]);
    const known = this.found.get(same) ?? { task, group, hosts: [], lines };
    known.hosts.push(host);
    this.found.set(same, known);
  }

  get changes(): readonly ForeseenChange[] {
    // Hosts come as they are done, which is another order each time.
    return [...this.found.values()].map((change) => ({ ...change, hosts: [...change.hosts].sort(byName) }));
  }
}

const byName = (one: string, other: string): number => one.localeCompare(other, 'en', { numeric: true });

/**
 * Changes as text: a line for each task and what differs below it.
 * @param withLines whether differences are shown
 */
export function changesText(changes: readonly ForeseenChange[], withLines: boolean): string {
  return changes
    .flatMap(({ task, group, hosts, lines }) => [
      `${hosts.join(', ')}: ${group === '' ? '' : `${group}: `}${task}`,
      ...(withLines ? lines.map((line) => `    ${line}`) : []),
    ])
    .join('\n');
}
