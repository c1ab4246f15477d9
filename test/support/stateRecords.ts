import type { Clock } from '../../runner/src/base/ports.js';
import type { ReleaseRecord } from '../../runner/src/domain/records.js';
import type { DeploymentDraft } from '../../runner/src/state/ledger.js';
import type { LockOwner } from '../../runner/src/state/locks.js';

/** A clock that stands still until someone sleeps: sleeping moves it. */
export class FakeClock implements Clock {
  constructor(private time = Date.parse('2026-11-03T12:00:00.000Z')) {}
  now(): Date {
    return new Date(this.time);
  }
  advance(ms: number): void {
    this.time += ms;
  }
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export function release(version: string, change: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return {
    version,
    application: 'shop',
    commit: `commit-${version}`,
    branch: 'develop',
    dirty: false,
    images: {
      web: {
        repository: 'shop/web',
        digest: `sha256:digest-of-${version}`,
        tags: [version],
        inputs: `sha256:inputs-of-${version}`,
      },
    },
    inputs: `sha256:all-inputs-of-${version}`,
    createdAt: '2026-11-03T12:00:00.000Z',
    createdBy: 'alice@laptop',
    ...change,
  };
}

export function draft(version: string, change: Partial<DeploymentDraft> = {}): DeploymentDraft {
  return {
    environment: 'staging',
    kind: 'deploy',
    version,
    who: 'alice@laptop',
    commit: `commit-${version}`,
    ...change,
  };
}

export const alice: LockOwner = {
  who: 'alice@laptop',
  command: 'deploy --env staging',
  runUrl: 'https://ci.example/job/7',
};
export const bob: LockOwner = { who: 'bob@desk', command: 'promote --env staging' };
