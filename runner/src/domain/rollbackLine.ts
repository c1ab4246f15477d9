import type { DeploymentRecord } from './records.js';

/**
 * Which of the deployments that one sees newest first can be gone back to: those in the line of what runs now, without the
 * ones that a rollback left behind. After A, B, rollback to A, the way back from A is what ran before A, never B.
 */
export class RollbackLine {
  private readonly seen: Set<string>;

  /** @param version what runs now, or failed */
  constructor(version: string) {
    this.seen = new Set([version]);
  }

  /** @param hasRun whether its release worked there; one that did not is passed by */
  offers({ kind, version, previous }: DeploymentRecord, hasRun: boolean): boolean {
    const isNew = hasRun && !this.seen.has(version);
    if (isNew) this.seen.add(version);
    if (kind === 'rollback' && previous !== undefined) this.seen.add(previous);
    return isNew;
  }
}
