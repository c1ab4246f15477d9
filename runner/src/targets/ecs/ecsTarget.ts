import type { EcsServiceConfig } from '../../config/schema.js';
import type { EventBody } from '../../core/events.js';
import type { Clock } from '../../core/ports.js';
import type { ReleaseRecord, TargetRecord } from '../../core/release.js';
import type { MigrationRecord } from '../../core/rollout/migration.js';
import { judgeService, primaryOf, shortName } from '../../core/rollout/service.js';
import type { AwsClients } from '../../adapters/aws/clients.js';
import {
  createEcsApi,
  serviceView,
  type EcsApi,
  type EcsScope,
  type Service,
} from '../../adapters/aws/ecs.js';
import { createEcsTasks, type EcsTasks } from '../../adapters/aws/ecsTasks.js';
import { lastLogLines } from '../../adapters/aws/logs.js';
import type { Rollout, Target, TargetSnapshot, TargetStatus } from '../target.js';
import { moveService, registerRevision, type Change } from './changes.js';
import type { ProbeRoute } from './endpoints.js';
import type { Probe } from './gate.js';
import { nothingRuns, overtaken } from './failures.js';
import { Looker, type Look } from './look.js';
import { migrate, stopBegun } from './migration.js';
import { imageOf, migrationOptions, nextRevision, type Next } from './next.js';
import { ecsRecord } from './record.js';
import { followRollout, type Report, type RolloutOptions } from './rollout.js';
import { probePlan, resolveRoute } from './route.js';
import { readSnapshot, type EcsSnapshot } from './snapshot.js';
import { digestOf, findContainer } from './taskDefinition.js';

export interface EcsTargetOptions {
  readonly name: string;
  /** References already resolved. */
  readonly config: EcsServiceConfig;
  readonly environmentName: string;
  readonly aws: AwsClients;
  readonly clock: Clock;
  readonly emit: (event: EventBody) => void;
  /**
   * What stands before the repository in image references: a registry host, or a host and a prefix.
   * @param account the one the service runs in, which its ARN tells without another call
   */
  readonly registry: (account: string) => string;
  /** The service's API; made from `aws` where left out. */
  readonly api?: EcsApi;
  /** Tasks beside the service, made from `aws` where left out. */
  readonly tasks?: EcsTasks;
  readonly probe?: Probe;
}

const LOG_LINES = 15;

/** An ECS service: rolled by ECS itself, watched and gated by us. */
export class EcsTarget implements Target {
  readonly kind = 'ecs-service';
  readonly name: string;
  private readonly scope: EcsScope;
  private readonly api: EcsApi;
  private readonly tasks: EcsTasks;
  private readonly looker: Looker;
  /** True from the beginning of a deploy until it moves the service. */
  private untouched = false;
  /** What this process moved the service to: anything else found later is someone else's doing. */
  private movedTo: string | undefined;

  constructor(private readonly options: EcsTargetOptions) {
    const { cluster, service } = options.config;
    this.name = options.name;
    this.scope = { cluster, service, environment: options.environmentName };
    this.api = options.api ?? createEcsApi(options.aws, this.scope);
    this.tasks = options.tasks ?? createEcsTasks(options.aws, this.scope);
    this.looker = new Looker(this.api, options.clock, this.scope);
  }

  async snapshot(): Promise<TargetSnapshot> {
    const look = await this.looker.look();
    const digest = this.digest(look);
    const snapshot: EcsSnapshot = {
      kind: this.kind,
      cluster: this.scope.cluster,
      service: this.scope.service,
      taskDefinition: look.service.taskDefinition ?? '',
      desiredCount: look.service.desiredCount ?? 0,
      ...(digest === undefined ? {} : { digest }),
    };
    return { ...snapshot };
  }

  async requireProvable(): Promise<void> {
    refuseEmpty(this.scope, (await this.looker.recentLook()).service);
  }

  async deploy(release: ReleaseRecord, rollout: Rollout): Promise<TargetRecord> {
    this.untouched = true;
    const ahead = await this.next(release, rollout.signal);
    const { look, next, image } = ahead;
    refuseEmpty(this.scope, look.service);
    const report = this.reporter(rollout.stage);
    const previous = look.service.taskDefinition ?? '';
    const verdict = judgeService(serviceView(look.service), { taskDefinition: previous });
    const { digest } = image;
    const { config } = this.options;
    if (!next.changed && verdict.state === 'stable') {
      const { running, desired } = verdict;
      report('update', `already runs ${shortName(previous)}, ${running}/${desired} tasks running`);
      const stableMs = rollout.expectedStableMs;
      return ecsRecord(this.scope, 'unchanged', { taskDefinition: previous, digest, stableMs });
    }
    const change = { api: this.api, scope: this.scope, rollout, report };
    const [route, taskDefinition] = await Promise.all([
      this.route(look, report),
      next.changed ? registerRevision(change, next.input) : previous,
    ]);
    // The release is another one: only then can its schema be.
    const migrates = next.changed && config.migrate !== undefined && rollout.kind !== 'rollback';
    const migrated = migrates ? await this.runMigration(release, ahead, taskDefinition, rollout) : undefined;
    // What a killed run left on its way is waited for; what the platform gave up is started anew.
    const underWay = !next.changed && verdict.state === 'progress';
    const service = underWay
      ? look.service
      : await this.move(change, previous, taskDefinition, !next.changed);
    const watched = await followRollout({
      ...this.following(look, service, route, rollout, report),
      wanted: { taskDefinition, ...(previous === taskDefinition ? {} : { previous }) },
    });
    const { stableMs } = watched;
    report('health', `runs ${shortName(taskDefinition)}`, 'ok');
    return ecsRecord(this.scope, 'healthy', { taskDefinition, digest, stableMs, route, migrated });
  }

  async migrate(release: ReleaseRecord, rollout: Rollout): Promise<MigrationRecord> {
    const ahead = await this.next(release, rollout.signal);
    const { look, next } = ahead;
    const report = this.reporter(rollout.stage);
    const change = { api: this.api, scope: this.scope, rollout, report };
    const taskDefinition = next.changed
      ? await registerRevision(change, next.input)
      : (look.service.taskDefinition ?? '');
    return this.runMigration(release, ahead, taskDefinition, rollout);
  }

  async restore(before: TargetSnapshot, rollout: Rollout): Promise<TargetRecord> {
    const { taskDefinition, digest } = readSnapshot(before, this.name);
    const report = this.reporter(rollout.stage);
    const look = await this.looker.look(rollout.signal);
    const view = serviceView(look.service);
    const primary = primaryOf(view);
    const runs = primary?.taskDefinition ?? view.taskDefinition;
    const { family = '' } = look.definition;
    await stopBegun({ tasks: this.tasks, clock: this.options.clock, rollout, report, family });
    if (this.untouched && runs === taskDefinition) {
      report('update', `${shortName(taskDefinition)} was not touched`, 'ok');
      return ecsRecord(this.scope, 'unchanged', { taskDefinition, digest });
    }
    if (this.movedTo !== undefined && runs !== this.movedTo && runs !== taskDefinition) {
      throw overtaken(this.scope, runs);
    }
    // A circuit breaker may have gone back already; only where it gave up on that too, it needs a push.
    const force = runs === taskDefinition && primary?.rolloutState === 'FAILED';
    const change = { api: this.api, scope: this.scope, rollout, report };
    const route = await this.route(look, report);
    const service =
      runs !== taskDefinition || force ? await this.move(change, runs, taskDefinition, force) : look.service;
    const following = this.following(look, service, route, rollout, report);
    // It was baked when it was deployed; now every second counts.
    const health = { ...following.health, for: 0 };
    const watched = await followRollout({
      ...following,
      health,
      wanted: { taskDefinition },
      // How many tasks are wanted is not ours to change: what ran before is back, even if that is nothing.
      mayBeEmpty: true,
    });
    const { stableMs } = watched;
    // Its last word: a failed stage must not look as if this target had failed to come back.
    report('update', `runs ${shortName(taskDefinition)} again`, 'rolled-back');
    return ecsRecord(this.scope, 'rolled-back', { taskDefinition, digest, stableMs, route });
  }

  async status(): Promise<TargetStatus> {
    const look = await this.looker.look();
    const view = serviceView(look.service);
    const verdict = judgeService(view, { taskDefinition: view.taskDefinition });
    const digest = this.digest(look);
    return {
      kind: this.kind,
      healthy: verdict.state === 'stable',
      ...(digest === undefined ? {} : { digest }),
      summary: `${primaryOf(view)?.running ?? view.running}/${view.desired} tasks${view.desired === 0 ? ', none is wanted' : ''}`,
      details: {
        cluster: this.scope.cluster,
        service: this.scope.service,
        taskDefinition: shortName(view.taskDefinition),
        state: verdict.state,
        ...(verdict.state === 'stable' ? {} : { events: view.events }),
      },
    };
  }

  private move(change: Change, from: string, to: string, force: boolean): Promise<Service> {
    this.movedTo = to;
    this.untouched = false;
    return moveService(change, { from, to, force });
  }

  /** The service as it is, and the revision that brings a release to it. */
  private async next(release: ReleaseRecord, signal: AbortSignal): Promise<Next> {
    const image = imageOf(this.options, this.scope, release);
    return nextRevision(this.options, release, image, await this.looker.freshLook(signal));
  }

  private runMigration(
    release: ReleaseRecord,
    next: Next,
    taskDefinition: string,
    rollout: Rollout,
  ): Promise<MigrationRecord> {
    const report = this.reporter(rollout.stage);
    const { options, scope, tasks } = this;
    return migrate(
      migrationOptions({ options, scope, tasks, release, next, taskDefinition, rollout, report }),
    );
  }

  private route(look: Look, report: Report): Promise<ProbeRoute> {
    const { config, aws } = this.options;
    const container = findContainer(look.definition, config.container);
    const plan = probePlan(config.health, look.service, look.definition, container);
    return resolveRoute(aws, plan, (message) => report('health', message));
  }

  /** @param service as the change left it */
  private following(
    { definition }: Look,
    service: Service,
    route: ProbeRoute,
    rollout: Rollout,
    report: Report,
  ): Omit<RolloutOptions, 'wanted'> {
    const { config, aws, clock, probe = probeByHttp } = this.options;
    const createdMs = primaryOf(serviceView(service))?.createdMs;
    return {
      scope: {
        api: this.api,
        clock,
        definition,
        container: findContainer(definition, config.container).name ?? '',
        ...this.scope,
        logLines: (stream, signal) => lastLogLines(aws, stream, LOG_LINES, signal),
        cleared: new Set(),
      },
      acceptedMs: clock.now().getTime(),
      desired: service.desiredCount ?? 0,
      timeoutMs: config.timeout,
      signal: rollout.signal,
      health: config.health,
      route,
      report,
      probe,
      ...(createdMs === undefined ? {} : { sinceMs: createdMs }),
      ...(rollout.expectedStableMs === undefined ? {} : { expectedMs: rollout.expectedStableMs }),
    };
  }

  private digest(look: Look): string | undefined {
    return digestOf(findContainer(look.definition, this.options.config.container).image);
  }

  private reporter(stage: string): Report {
    const { emit } = this.options;
    const about = { type: 'stage.progress', stage, subject: this.name } as const;
    return (phase, message, status = 'running') => emit({ ...about, phase, message, status });
  }
}

function refuseEmpty(scope: EcsScope, service: Service): void {
  if ((service.desiredCount ?? 0) === 0) throw nothingRuns(scope, service);
}

/** Loaded when first used: a no-change deploy probes nothing. */
const probeByHttp: Probe = async (url, options) =>
  (await import('../../adapters/http/probe.js')).probe(url, options);
