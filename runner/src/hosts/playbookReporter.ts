import type { ContextWith } from '../context/context.js';
import type { Stage } from '../events/stage.js';
import type { AnsibleEvent } from './rules/ansibleEvents.js';

/** Who tells people what a run does. */
export interface PlaybookReporter {
  /** Tells an event of our callback. */
  tell(event: AnsibleEvent): void;
  /** Hands on what Ansible itself says. */
  output(source: string, line: string, stream?: 'stdout' | 'stderr'): void;
}

/** Turns Ansible's events into ours: steps that tasks call by name, and what changes or fails on a host. */
export class StepReporter implements PlaybookReporter {
  private readonly failed = new Set<string>();

  constructor(
    private readonly context: ContextWith<'options'>,
    private readonly request: { readonly stage: Stage; readonly limit: readonly string[] },
  ) {}

  output(source: string, line: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    this.request.stage.output(source, line, stream);
  }

  tell(event: AnsibleEvent): void {
    switch (event.event) {
      case 'task':
        // A step that takes its time is told when it starts, on every host that is still with us.
        if (event.phase === undefined) return;
        for (const host of this.request.limit) {
          if (!this.failed.has(host)) this.progress(host, event.name, 'running', event.phase);
        }
        return;
      case 'host': {
        const { host, status, task, msg, phase, ignored } = event;
        if (this.context.options.verbose) this.output(host, `${status}: ${task}`);
        if (ignored === true || status === 'ok') return;
        if (status === 'changed') {
          if (phase === undefined) this.progress(host, task, 'running', 'changed');
          return;
        }
        this.failed.add(host);
        this.progress(host, `${task}: ${firstLine(msg ?? status)}`, 'failed', status);
        return;
      }
      case 'diff':
        for (const line of event.lines) this.output(event.host, line);
        return;
      case 'play':
      case 'retry':
      case 'stats':
    }
  }

  private progress(subject: string, message: string, status: 'running' | 'failed', phase: string): void {
    this.request.stage.progress(message, { subject, phase, status });
  }
}

export const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
