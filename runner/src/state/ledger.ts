import type { Clock, ObjectStore } from '../base/ports.js';
import type { DeploymentRecord, ReleaseRecord } from '../domain/records.js';
import { Approvals } from './approvalRecords.js';
import { Builds, type BuildRecord } from './builds.js';
import { Changes } from './changes.js';
import { Contracts } from './contractRecords.js';
import { Deployments, type CurrentDeployments, type DeploymentDraft } from './deployments.js';
import type { BrokenRecord } from './numberedLog.js';
import { Releases } from './releases.js';
import { allReleases, RetiredReleases } from './retiredReleases.js';
import { Tests } from './testRecords.js';

export type { BuildRecord } from './builds.js';
export type { CurrentDeployments, DeploymentDraft } from './deployments.js';

/** What was built and where it was deployed. Callers redact the data; the ledger writes it unchanged. */
export class Ledger {
  /** Applies, destroys and provisions. */
  readonly changes: Changes;
  readonly approvals: Approvals;
  /** Contract steps of migrations. */
  readonly contracts: Contracts;
  readonly tests: Tests;
  readonly builds: Builds;
  /** Releases whose time is over. */
  readonly retired: RetiredReleases;
  private readonly releaseRecords: Releases;
  private readonly deploymentRecords: Deployments;
  private readonly brokenRecords = new Map<string, BrokenRecord>();

  constructor(
    private readonly store: ObjectStore,
    clock: Clock,
  ) {
    const onBroken = (record: BrokenRecord) => void this.brokenRecords.set(record.key, record);
    this.changes = new Changes(store, clock, onBroken);
    this.approvals = new Approvals(store, clock, onBroken);
    this.contracts = new Contracts(store, clock, onBroken);
    this.tests = new Tests(store);
    this.builds = new Builds(store);
    this.retired = new RetiredReleases(store);
    this.releaseRecords = new Releases(store, onBroken);
    this.deploymentRecords = new Deployments(store, clock, onBroken);
  }

  /** Unreadable records so far, which were skipped. */
  get broken(): readonly BrokenRecord[] {
    return [...this.brokenRecords.values()];
  }

  /**
   * Records a release, once for ever. The same release again (same sources, same digests) is no error.
   * @throws StackError STATE_CONFLICT if its version is recorded with other content; STATE_WRITE_FAILED
   */
  putRelease(record: ReleaseRecord): Promise<'created' | 'exists'> {
    return this.releaseRecords.put(record);
  }

  /** @throws StackError STATE_UNREADABLE */
  release(version: string): Promise<ReleaseRecord | undefined> {
    return this.releaseRecords.get(version);
  }

  /** The newest release of a commit; a clean one before a dirty one. */
  releaseByCommit(commit: string): Promise<ReleaseRecord | undefined> {
    return this.releaseRecords.byCommit(commit);
  }

  /** The newest release with this digest of inputs: a merge commit finds the release of the same content. */
  releaseByInputs(inputs: string): Promise<ReleaseRecord | undefined> {
    return this.releaseRecords.byInputs(inputs);
  }

  /** Newest first. */
  releases(limit = 20): Promise<readonly ReleaseRecord[]> {
    return this.releaseRecords.newest(limit);
  }

  /** Every release there is; this lists the store. @throws StackError STATE_UNREADABLE where one cannot be read */
  allReleases(): Promise<readonly ReleaseRecord[]> {
    return allReleases(this.store);
  }

  /** Removes the oldest numbers of the list of releases whose releases are gone. @returns how many */
  trimReleases(): Promise<number> {
    return this.releaseRecords.trim();
  }

  /** Environments that ever had a deployment; this lists the store. */
  deployedEnvironments(): Promise<readonly string[]> {
    return this.deploymentRecords.environments();
  }

  /** Removes the deployments before a number. @returns how many */
  dropDeployments(environment: string, before: number): Promise<number> {
    return this.deploymentRecords.dropBefore(environment, before);
  }

  buildByInputs(image: string, inputs: string): Promise<BuildRecord | undefined> {
    return this.builds.get(image, inputs);
  }

  /**
   * Records the result of a build. The same digest again adds its tags; another digest replaces the record.
   * @returns what is recorded now
   */
  putBuild(image: string, inputs: string, build: BuildRecord): Promise<BuildRecord> {
    return this.builds.put(image, inputs, build);
  }

  /** Writes a deployment with status `running` under the environment's next number; no two runners get the same. */
  startDeployment(draft: DeploymentDraft): Promise<DeploymentRecord> {
    return this.deploymentRecords.start(draft);
  }

  /**
   * Writes how a deployment ended; `endedAt` is now if the record has none.
   * @throws StackError STATE_CONFLICT if another end is recorded already (only `cut-off` may still change)
   */
  finishDeployment(record: DeploymentRecord): Promise<DeploymentRecord> {
    return this.deploymentRecords.finish(record);
  }

  /**
   * Writes that a run goes on with a deployment that was paused.
   * @throws StackError STATE_CONFLICT if it has ended
   */
  continueDeployment(record: DeploymentRecord): Promise<void> {
    return this.deploymentRecords.goOn(record);
  }

  /** Newest first; `before` is a sequence, exclusive. */
  deployments(
    environment: string,
    { limit = 20, before }: { readonly limit?: number; readonly before?: number } = {},
  ): Promise<readonly DeploymentRecord[]> {
    return this.deploymentRecords.newest(environment, limit, before);
  }

  deployment(environment: string, sequence: number): Promise<DeploymentRecord | undefined> {
    return this.deploymentRecords.get(environment, sequence);
  }

  current(environment: string): Promise<CurrentDeployments> {
    return this.deploymentRecords.current(environment);
  }

  /**
   * The release to roll back to: the last other one that was in service here and that no rollback has replaced.
   * @param beforeVersion the version that runs now, or that failed
   */
  async previousHealthy(environment: string, beforeVersion: string): Promise<ReleaseRecord | undefined> {
    for await (const { version } of this.deploymentRecords.rollbackCandidates(environment, beforeVersion)) {
      const release = await this.releaseRecords.find(version);
      if (release !== undefined) return release;
    }
    return undefined;
  }

  /** The last partial deployment of a release in an environment, if the release was never healthy there. */
  onlyPartialIn(version: string, environment: string): Promise<DeploymentRecord | undefined> {
    return this.deploymentRecords.onlyPartial(version, environment);
  }

  /** Whether a release ever ended healthy, on all hosts, in an environment. One read. */
  wasHealthyIn(version: string, environment: string): Promise<boolean> {
    return this.deploymentRecords.wasHealthy(version, environment);
  }
}
