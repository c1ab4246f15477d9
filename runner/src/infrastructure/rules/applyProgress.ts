import type { TerraformMessage } from './terraformMessages.js';

/** A resource as an apply goes over it. */
export interface AppliedResource {
  readonly address: string;
  readonly action: string;
  readonly status: 'running' | 'ok' | 'failed';
  readonly startedAt: number;
  readonly seconds?: number;
}

/** What one message means to somebody who watches. */
export interface ApplyStep {
  readonly subject: string;
  readonly status: AppliedResource['status'];
  readonly message: string;
  /** Changes ended so far. */
  readonly done: number;
}

const DOING: Readonly<Record<string, string>> = {
  create: 'creating',
  update: 'changing',
  delete: 'destroying',
  read: 'reading',
};
const DONE: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'changed',
  delete: 'destroyed',
  read: 'read',
};

/** Follows the messages of `terraform apply -json`. Pure but for what it remembers of them. */
export class ApplyProgress {
  private readonly known = new Map<string, AppliedResource>();

  /** Changes in the order they began; a replaced resource is there twice: destroyed, created. */
  get resources(): readonly AppliedResource[] {
    return [...this.known.values()];
  }

  /** @returns what to show, or undefined where the message is not about a resource's progress */
  take(message: TerraformMessage): ApplyStep | undefined {
    if (!('hook' in message) || message.hook.action === undefined) return undefined;
    const { action, resource } = message.hook;
    const subject = resource.addr;
    const key = `${action} ${subject}`;
    const before = this.known.get(key);
    const startedAt = before?.startedAt ?? message.at;
    const entry = { address: subject, action, startedAt };
    const elapsed = (message.at - startedAt) / 1000;
    switch (message.type) {
      case 'apply_start':
        this.known.set(key, { ...entry, status: 'running' });
        return this.step(subject, 'running', DOING[action] ?? action);
      case 'apply_progress':
        return this.step(subject, 'running', `still ${DOING[action] ?? action}, ${seconds(elapsed)}`);
      case 'apply_complete':
        this.known.set(key, { ...entry, status: 'ok', seconds: elapsed });
        return this.step(subject, 'ok', `${DONE[action] ?? action} in ${seconds(elapsed)}`);
      case 'apply_errored':
        this.known.set(key, { ...entry, status: 'failed', seconds: elapsed });
        return this.step(subject, 'failed', `failed ${DOING[action] ?? action} after ${seconds(elapsed)}`);
      default:
        return undefined;
    }
  }

  private step(subject: string, status: AppliedResource['status'], message: string): ApplyStep {
    const done = this.resources.filter((resource) => resource.status !== 'running').length;
    return { subject, status, message, done };
  }
}

function seconds(value: number): string {
  if (value < 1) return `${Math.round(value * 1000)}ms`;
  return value < 10 ? `${value.toFixed(1)}s` : `${Math.round(value)}s`;
}
