import type { CheckResult } from '../../../domain/finding.js';
import type { TargetDiff } from '../../../domain/difference.js';
import { judgeService, primaryOf, shortName } from '../../../domain/ecsService.js';
import type { MigrationRecord } from '../../../domain/migration.js';
import type { ReleaseRecord, TargetRecord, TargetSnapshot } from '../../../domain/records.js';
import { serviceView } from '../../../adapters/aws/ecs.js';
import type { Operations } from '../../../context/operations.js';
import type { Begun, Known, Rollout, Target, TargetStatus, Wanted } from '../../../context/target.js';
import { deployService } from './deployService.js';
import { diffService } from './diffService.js';
import { overtakenBack, refuseForeign } from './ecsFailures.js';
import { watchService } from './followService.js';
import { migrateService } from './migrateService.js';
import { imageOf } from './nextRevision.js';
import { planRelease, runsRelease } from './releasePlan.js';
import { restartService } from './restartService.js';
import { restoreService } from './restoreService.js';
import type { EcsSnapshot } from './rules/ecsSnapshot.js';
import type { EcsTargetOptions } from './targetOptions.js';
import { createTargetParts, runningDigest, type TargetParts } from './targetParts.js';

/** An ECS service: moved by ECS itself, watched and gated by us. */
export class EcsTarget implements Target {
  readonly kind = 'ecs-service';
  readonly name: string;
  private readonly parts: TargetParts;

  constructor(options: EcsTargetOptions) {
    this.name = options.name;
    this.parts = createTargetParts(options);
  }

  async snapshot(): Promise<TargetSnapshot> {
    const { reader, mover, scope } = this.parts;
    const described = await reader.read(undefined, true);
    const digest = runningDigest(this.parts, described);
    const underWay = await mover.underWay();
    const snapshot: EcsSnapshot = {
      kind: this.kind,
      cluster: scope.cluster,
      service: scope.service,
      taskDefinition: described.service.taskDefinition ?? '',
      desiredCount: described.service.desiredCount ?? 0,
      ...(digest === undefined ? {} : { digest }),
      ...(underWay === undefined ? {} : { underWay }),
    };
    return { ...snapshot };
  }

  async requireMovable(known?: Known, back?: ReleaseRecord): Promise<void> {
    const { reader, mover, scope, options } = this.parts;
    const described = await reader.readRecent();
    const { service } = described;
    refuseForeign(scope, service);
    await mover.requireMovable(service);
    if (back === undefined || known?.target?.digest === undefined) return;
    const digest = runningDigest(this.parts, described);
    const ours = [known.target.digest, back.images[options.config.image]?.digest];
    if (!ours.includes(digest))
      throw overtakenBack(scope, `${shortName(service.taskDefinition ?? '')} after ${known.version}`);
  }

  endPause(how: 'continue' | 'roll back', begun: readonly Begun[], signal: AbortSignal): Promise<boolean> {
    return this.parts.mover.endPause(how, begun, signal);
  }

  deploy(release: ReleaseRecord, rollout: Rollout): Promise<TargetRecord> {
    return deployService(this.parts, release, rollout);
  }

  restore(before: TargetSnapshot, rollout: Rollout): Promise<TargetRecord> {
    return restoreService(this.parts, before, rollout);
  }

  /** Starts the tasks of what runs anew. */
  restart(rollout: Rollout): Promise<TargetRecord> {
    return restartService(this.parts, rollout);
  }

  migrate(release: ReleaseRecord, rollout: Rollout, of?: string): Promise<MigrationRecord> {
    return migrateService(this.parts, release, rollout, of);
  }

  /** Whether the service runs a release already, see `runsRelease`. */
  isRunning(release: ReleaseRecord, signal: AbortSignal): Promise<boolean> {
    return runsRelease(this.parts, release, signal);
  }

  /** Watches what runs for a while, see `watchService`. */
  watch(release: ReleaseRecord, rollout: Rollout, forMs: number): Promise<string | undefined> {
    return watchService(this.parts, release, rollout, forMs);
  }

  async verify(wanted: Wanted): Promise<readonly CheckResult[]> {
    const { options, reader, scope } = this.parts;
    const { name, config, aws, images = aws, clock } = options;
    const { service } = await reader.read(wanted.signal, true);
    const { described, next, running } = await planRelease(this.parts, wanted.release, wanted.signal);
    const { verifyService } = await import('./verify/verifyService.js');
    const { containerDefinitions } = next.input;
    const definition = { ...described.definition, containerDefinitions };
    const image = imageOf(options, scope, wanted.release);
    const { signal } = wanted;
    const nowMs = clock.now().getTime();
    return verifyService({
      ...{ name, config, aws, images, service, running, definition, image, wanted, nowMs, signal },
    });
  }

  async diff(release: ReleaseRecord): Promise<TargetDiff> {
    const { reader, shared } = this.parts;
    await reader.read(undefined, true);
    const ahead = await planRelease(this.parts, release, new AbortController().signal);
    return diffService(ahead.running, ahead, this.name, shared.parts.members);
  }

  async operations(): Promise<Operations> {
    const [{ ecsOperations }, { createServiceScaling }] = await Promise.all([
      import('./operate/operations.js'),
      import('../../../adapters/aws/scaling.js'),
    ]);
    const { options, scope, api, tasks, reader } = this.parts;
    return ecsOperations({
      ...{ options, scope, api, tasks, reader },
      scaling: createServiceScaling(options.aws, scope),
      next: (release, signal) => planRelease(this.parts, release, signal),
      restart: (rollout) => this.restart(rollout),
    });
  }

  async status(): Promise<TargetStatus> {
    const { reader, scope } = this.parts;
    const described = await reader.read();
    const view = serviceView(described.service);
    const verdict = judgeService(view, { taskDefinition: view.taskDefinition });
    const digest = runningDigest(this.parts, described);
    return {
      kind: this.kind,
      healthy: verdict.state === 'stable',
      ...(digest === undefined ? {} : { digest }),
      summary: `${primaryOf(view)?.running ?? view.running}/${view.desired} tasks${view.desired === 0 ? ', none is wanted' : ''}`,
      details: {
        cluster: scope.cluster,
        service: scope.service,
        taskDefinition: shortName(view.taskDefinition),
        state: verdict.state,
        ...(verdict.state === 'stable' ? {} : { events: view.events }),
      },
    };
  }
}
