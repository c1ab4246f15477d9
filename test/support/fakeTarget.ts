import { StackError } from '../../runner/src/base/errors.js';
import type { ReleaseRecord, TargetRecord, TargetSnapshot } from '../../runner/src/domain/records.js';
import type { Rollout, Target } from '../../runner/src/context/target.js';

/** A target in memory: remembers what runs, and fails or waits where a test says so. */
export class FakeTarget implements Target {
  readonly kind = 'fake';
  readonly calls: string[] = [];
  running: string;
  failDeploy: Error | undefined;
  failRestore: Error | undefined;
  /** Why it is not to be moved. */
  unmovable: Error | undefined;
  /** Whether it wants nothing to run. */
  isEmpty = false;
  /** The platform waits at this one until it is continued. */
  pauses: string | undefined;
  /** Awaited in the middle of a deploy, after the change was made. */
  midway: (rollout: Rollout) => Promise<void> = async () => undefined;

  constructor(
    readonly name: string,
    running = '0.1.0',
  ) {
    this.running = running;
  }

  async snapshot(): Promise<TargetSnapshot> {
    return { running: this.running };
  }

  async requireMovable(): Promise<void> {
    if (this.unmovable !== undefined) throw this.unmovable;
  }

  async deploy(release: ReleaseRecord, rollout: Rollout): Promise<TargetRecord> {
    this.calls.push(`deploy ${release.version}`);
    const empty = { kind: this.kind, status: 'unproven' } as const;
    if (this.running === release.version && rollout.continues?.includes(this.pauses ?? '') === true) {
      this.pauses = undefined;
      return { kind: this.kind, status: 'healthy' };
    }
    if (this.running === release.version && this.pauses === undefined)
      return this.isEmpty ? empty : { kind: this.kind, status: 'unchanged' };
    await rollout.journal('move', { to: release.version });
    this.running = release.version;
    await this.midway(rollout);
    rollout.signal.throwIfAborted();
    if (this.failDeploy !== undefined) throw this.failDeploy;
    if (this.pauses !== undefined && rollout.atPause === 'end') {
      const facts = {
        hook: this.pauses,
        'paused-at': 'after-test-traffic',
        'paused-since': '2026-11-03T12:00:00.000Z',
      };
      return { kind: this.kind, status: 'paused', facts };
    }
    return this.isEmpty ? empty : { kind: this.kind, status: 'healthy' };
  }

  async restore(snapshot: TargetSnapshot): Promise<TargetRecord> {
    this.calls.push(`restore ${String(snapshot['running'])}`);
    if (this.failRestore !== undefined) throw this.failRestore;
    this.running = String(snapshot['running']);
    return { kind: this.kind, status: 'healthy' };
  }

  async status() {
    return { kind: this.kind, healthy: true, summary: this.running };
  }
}

export const crash = () =>
  new StackError('DEPLOY_FAILED', 'web crashed with exit code 1', {
    evidence: ['boom'],
    next: 'Look at the log.',
  });
