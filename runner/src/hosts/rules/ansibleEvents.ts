import { isRecord, jsonIn } from '../../base/toolJson.js';

/** What our stdout callback (ansible/plugins/callback/automation_stack.py) prints, one JSON object a line. */
export type AnsibleEvent =
  /** `pattern` is what the play says of its hosts. */
  | {
      readonly event: 'play';
      readonly name: string;
      readonly hosts: number;
      readonly pattern?: string;
    }
  /** `phase` is what a task calls the step it stands for: pull, start, healthy …; `group` its role, else its play. */
  | {
      readonly event: 'task';
      readonly name: string;
      readonly path: string;
      readonly phase?: string;
      readonly group?: string;
    }
  | ({ readonly event: 'host' } & AnsibleHostEvent)
  | { readonly event: 'retry'; readonly host: string; readonly task: string; readonly left: number }
  | {
      readonly event: 'diff';
      readonly host: string;
      readonly task: string;
      readonly lines: readonly string[];
    }
  | { readonly event: 'stats'; readonly hosts: Readonly<Record<string, HostRecap>> };

export interface AnsibleHostEvent {
  readonly host: string;
  readonly status: 'ok' | 'changed' | 'failed' | 'unreachable';
  readonly task: string;
  /** `file:line` of the task. */
  readonly path: string;
  readonly phase?: string;
  readonly msg?: string;
  readonly rc?: number;
  /** Last lines of what the task printed. */
  readonly output?: readonly string[];
  /** What a module of ours adds to its message, e.g. app_container: what became of the old container. */
  readonly report?: Readonly<Record<string, unknown>>;
  /** True where `ignore_errors` or a rescue may take care of it. */
  readonly ignored?: boolean;
  /** True where the task only gathers facts, which it does whatever tags were asked for. */
  readonly facts?: boolean;
  /** Role of the task, else its play. */
  readonly group?: string;
  /** How long it took on this host. */
  readonly seconds?: number;
  /** Files on the host that it stands for. */
  readonly paths?: readonly string[];
}

export interface HostRecap {
  readonly ok: number;
  readonly changed: number;
  readonly failed: number;
  readonly unreachable: number;
  readonly skipped: number;
  readonly rescued: number;
}

/** Every line of ours starts so, behind what a wrapper may have printed without an end of line; all else is Ansible's own words (warnings, fatal parser errors). */
const MARK = '{"event":';

/** @returns undefined for a line that is not an event of ours */
export function parseAnsibleLine(line: string): AnsibleEvent | undefined {
  const begin = line.indexOf(MARK);
  if (begin === -1) return undefined;
  return jsonIn(line.slice(begin), isEvent);
}

const isEvent = (value: unknown): value is AnsibleEvent =>
  isRecord(value) && typeof value['event'] === 'string';

/** Why a host failed, as people read it: the task, the message, the place. */
export interface HostFailure {
  readonly host: string;
  readonly unreachable: boolean;
  /** True where no play worked on it at all. */
  readonly leftOut?: boolean;
  readonly task: string;
  readonly message: string;
  readonly where: string;
  readonly output: readonly string[];
  readonly report?: Readonly<Record<string, unknown>>;
}

/** Follows a run line by line and knows in the end which host failed, and why. */
export class PlaybookOutcome {
  private readonly last = new Map<string, HostFailure>();
  private readonly worked = new Set<string>();
  private readonly written = new Map<string, Set<string>>();
  private recaps: Readonly<Record<string, HostRecap>> = {};

  take(event: AnsibleEvent): void {
    // A recap of many hosts comes in several lines.
    if (event.event === 'stats') this.recaps = { ...this.recaps, ...event.hosts };
    if (event.event !== 'host' || event.ignored === true) return;
    if (event.status === 'ok' || event.status === 'changed') {
      if (event.facts !== true) this.worked.add(event.host);
      if (event.paths !== undefined) this.keepPaths(event.host, event.paths);
      return;
    }
    this.last.set(event.host, {
      host: event.host,
      unreachable: event.status === 'unreachable',
      task: event.task,
      message: event.msg ?? (event.rc === undefined ? 'failed' : `exit code ${event.rc}`),
      where: event.path,
      output: event.output ?? [],
      ...(event.report === undefined ? {} : { report: event.report }),
    });
  }

  /** Files that tasks stand for, by host. */
  get paths(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.written;
  }

  private keepPaths(host: string, paths: readonly string[]): void {
    const known = this.written.get(host) ?? new Set();
    for (const path of paths) known.add(path);
    this.written.set(host, known);
  }

  /** Hosts on which a task did its work, gathering facts aside. */
  get workedOn(): ReadonlySet<string> {
    return this.worked;
  }

  /**
   * Hosts that no play worked on: the playbook names others, or none. Ansible calls such a run a success.
   * @param wanted names of the hosts that the run was for
   */
  leftOut(wanted: readonly string[]): readonly string[] {
    return wanted.filter((host) => this.recaps[host] === undefined);
  }

  get hosts(): Readonly<Record<string, HostRecap>> {
    return this.recaps;
  }

  /** Hosts that ended badly. A task whose failure a rescue healed is forgotten; the last failure is the reason. */
  get failures(): readonly HostFailure[] {
    const ended = Object.entries(this.recaps);
    // Without a recap the run was cut off: every failure seen counts.
    if (ended.length === 0) return [...this.last.values()];
    return ended
      .filter(([, recap]) => recap.failed > 0 || recap.unreachable > 0)
      .map(([host, recap]) => this.last.get(host) ?? unexplained(host, recap));
  }
}

function unexplained(host: string, recap: HostRecap): HostFailure {
  const message = 'failed without a message';
  return { host, unreachable: recap.unreachable > 0, task: '', message, where: '', output: [] };
}
