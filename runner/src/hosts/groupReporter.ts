import type { Stage } from '../events/stage.js';
import type { PlaybookLog } from './playbookLog.js';
import { firstLine, type PlaybookReporter } from './playbookReporter.js';
import type { AnsibleEvent, AnsibleHostEvent } from './rules/ansibleEvents.js';
import { Foreseen } from './rules/foreseen.js';
import type { Layer } from './rules/layers.js';
import { groupWords, TaskGroups, type GroupLine } from './rules/taskGroups.js';

/**
 * Tells a provisioning: each play with its group, then a line for each host and group of tasks as soon as it is done.
 * Every task goes to the log.
 */
export class GroupReporter implements PlaybookReporter {
  /** What the run changes, or would change. */
  readonly changes = new Foreseen();
  private readonly groups = new TaskGroups();

  constructor(
    private readonly stage: Stage,
    private readonly layer: Layer,
    private readonly log: PlaybookLog | undefined,
  ) {}

  output(source: string, line: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    this.stage.output(source, line, stream);
    this.log?.add(line);
  }

  tell(event: AnsibleEvent): void {
    this.changes.take(event);
    for (const line of this.groups.take(event)) this.tellGroup(line);
    switch (event.event) {
      case 'play': {
        const { layer } = this;
        const group = layer.group ?? event.pattern ?? 'all';
        const hosts = `${event.hosts} ${event.hosts === 1 ? 'host' : 'hosts'}`;
        this.stage.progress(`${layer.playbook} (${group}): ${event.name}, ${hosts}`);
        return this.log?.add(`PLAY ${layer.playbook} (${group}): ${event.name}`);
      }
      case 'task':
        return this.output('ansible', `${event.group === undefined ? '' : `${event.group}: `}${event.name}`);
      case 'host':
        return this.tellHost(event);
      case 'retry':
        return this.log?.add(`${event.host}: again, ${event.left} left: ${event.task}`);
      case 'diff':
        for (const line of event.lines) this.output(event.host, line);
        return;
      case 'stats':
    }
  }

  private tellHost(event: AnsibleHostEvent): void {
    const { host, status, task, seconds, msg = status, output = [], ignored } = event;
    const time = seconds === undefined ? '' : ` (${seconds.toFixed(1)}s)`;
    const isBad = status === 'failed' || status === 'unreachable';
    this.log?.add(`${host}: ${ignored === true ? 'ignored' : status}: ${task}${time}`);
    if (!isBad) return;
    for (const line of [...msg.split('\n'), ...output]) this.log?.add(`    ${line}`);
    if (ignored === true) return;
    this.stage.progress(`${task}: ${firstLine(msg)}`, { subject: host, phase: status, status: 'failed' });
  }

  /** A failed host has said so itself. */
  private tellGroup(line: GroupLine): void {
    if (line.failed) return;
    this.stage.progress(groupWords(line), { subject: line.host, phase: line.group, status: 'running' });
  }
}
