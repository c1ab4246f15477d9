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
import type { Look, Looker } from './look.js';
import { migrate, stopBegun } from './migration.js';
import { imageOf, migrationOptions, nextRevision, type Next } from './next.js';
import { ecsRecord } from './record.js';
import { followRollout, type Report, type RolloutOptions } from './rollout.js';
import { probePlan, resolveRoute } from './route.js';
import { readSnapshot, type EcsSnapshot } from './snapshot.js';
import { SharedService, type Member } from './sharedService.js';
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
  /** The service with the other targets that are containers of it; of its own where left out. */
  readonly shared?: SharedService;
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
  private readonly shared: SharedService;

  constructor(private readonly options: EcsTargetOptions) {
    const { name, config, clock, aws } = options;
    this.name = name;
    this.scope = { cluster: config.cluster, service: config.service, environment: options.environmentName };
    this.shared =
      options.shared ??
      new SharedService({
        scope: this.scope,
        api: options.api ?? createEcsApi(aws, this.scope),
        tasks: options.tasks ?? createEcsTasks(aws, this.scope),
        clock,
        members: [{ name, config }],
      });
    this.api = this.shared.parts.api;
    this.tasks = this.shared.parts.tasks;
    this.looker = this.shared.looker;
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
    const { digest } = imageOf(this.options, this.scope, release);
    const { config } = this.options;
    const report = this.reporter(rollout.stage);
    const key = `deploy ${release.version}`;
    const begun = await this.shared.together(key, this.name, () => this.begin(release, rollout));
    const { look, taskDefinition, previous, route } = begun;
    if (begun.service === undefined) {
      const { runningCount, desiredCount } = look.service;
      const tasks = `${runningCount}/${desiredCount} tasks running`;
      report('update', `already runs ${shortName(previous)}, ${tasks}`);
      const stableMs = rollout.expectedStableMs;
      return ecsRecord(this.scope, 'unchanged', { taskDefinition, digest, stableMs });
    }
    const watched = await followRollout({
      ...this.following(look, begun.service, route(this.name), rollout),
      acceptedMs: begun.acceptedMs,
      wanted: { taskDefinition, ...(previous === taskDefinition ? {} : { previous }) },
    });
    const { stableMs } = watched;
    const migrated = config.migrate === undefined ? undefined : begun.migrated;
    report('health', `runs ${shortName(taskDefinition)}`, 'ok');
    return ecsRecord(this.scope, 'healthy', {
      taskDefinition,
      digest,
      stableMs,
      route: route(this.name),
      migrated,
    });
  }

  /** Changes the service, for all the targets that are containers of it. */
  private async begin(release: ReleaseRecord, rollout: Rollout): Promise<Changed> {
    this.shared.untouched = true;
    const ahead = await this.next(release, rollout.signal);
    const { look, next } = ahead;
    refuseEmpty(this.scope, look.service);
    const report = this.reporter(rollout.stage);
    const previous = look.service.taskDefinition ?? '';
    const verdict = judgeService(serviceView(look.service), { taskDefinition: previous });
    if (!next.changed && verdict.state === 'stable') {
      const nowhere = (): ProbeRoute => ({ kind: 'tasks-only' });
      return { look, previous, taskDefinition: previous, route: nowhere, acceptedMs: 0 };
    }
    const change = { api: this.api, scope: this.scope, rollout, report };
    const [route, taskDefinition] = await Promise.all([
      this.routes(look, report),
      next.changed ? registerRevision(change, next.input) : previous,
    ]);
    const { members } = this.shared.parts;
    const migrating = members.find(({ config }) => config.migrate !== undefined);
    // The release is another one: only then can its schema be.
    const migrated =
      next.changed && migrating !== undefined && rollout.kind !== 'rollback'
        ? await this.runMigration(release, ahead, taskDefinition, rollout, migrating)
        : undefined;
    // What a killed run left on its way is waited for; what the platform gave up is started anew.
    const underWay = !next.changed && verdict.state === 'progress';
    const service = underWay
      ? look.service
      : await this.move(change, previous, taskDefinition, !next.changed);
    const acceptedMs = this.options.clock.now().getTime();
    return { look, previous, taskDefinition, route, migrated, service, acceptedMs };
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
    const key = `restore ${taskDefinition}`;
    const begun = await this.shared.together(key, this.name, () => this.goBack(taskDefinition, rollout));
    const { look, route } = begun;
    const report = this.reporter(rollout.stage);
    if (begun.service === undefined) {
      report('update', `${shortName(taskDefinition)} was not touched`, 'ok');
      return ecsRecord(this.scope, 'unchanged', { taskDefinition, digest });
    }
    const following = this.following(look, begun.service, route(this.name), rollout);
    const watched = await followRollout({
      ...following,
      acceptedMs: begun.acceptedMs,
      // It was baked when it was deployed; now every second counts.
      health: { ...following.health, for: 0 },
      wanted: { taskDefinition },
      // How many tasks are wanted is not ours to change: what ran before is back, even if that is nothing.
      mayBeEmpty: true,
    });
    const { stableMs } = watched;
    return ecsRecord(this.scope, 'rolled-back', {
      taskDefinition,
      digest,
      stableMs,
      route: route(this.name),
    });
  }

  /** Brings the service back, for all the targets that are containers of it. */
  private async goBack(taskDefinition: string, rollout: Rollout): Promise<Changed> {
    const report = this.reporter(rollout.stage);
    const look = await this.looker.look(rollout.signal);
    const view = serviceView(look.service);
    const primary = primaryOf(view);
    const runs = primary?.taskDefinition ?? view.taskDefinition;
    const { family = '' } = look.definition;
    await stopBegun({ tasks: this.tasks, clock: this.options.clock, rollout, report, family });
    const route = await this.routes(look, report);
    const before = { look, previous: runs, taskDefinition, route, acceptedMs: 0 };
    const { untouched, movedTo } = this.shared;
    if (untouched && runs === taskDefinition) return before;
    if (movedTo !== undefined && runs !== movedTo && runs !== taskDefinition) {
      throw overtaken(this.scope, runs);
    }
    // A circuit breaker may have gone back already; only where it gave up on that too, it needs a push.
    const force = runs === taskDefinition && primary?.rolloutState === 'FAILED';
    const change = { api: this.api, scope: this.scope, rollout, report };
    const service =
      runs !== taskDefinition || force ? await this.move(change, runs, taskDefinition, force) : look.service;
    return { ...before, service, acceptedMs: this.options.clock.now().getTime() };
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
    this.shared.movedTo = to;
    this.shared.untouched = false;
    this.looker.forget();
    return moveService(change, { from, to, force });
  }

  /** The service as it is, and the revision that brings a release to it. */
  private async next(release: ReleaseRecord, signal: AbortSignal): Promise<Next> {
    const { members } = this.shared.parts;
    // Before anything is asked: a release without one of the images is no release for this service.
    for (const member of members) imageOf(member, this.scope, release);
    const look = await this.looker.freshLook(signal);
    return nextRevision(this.options.registry, members, this.scope, release, look);
  }

  private runMigration(
    release: ReleaseRecord,
    next: Next,
    taskDefinition: string,
    rollout: Rollout,
    member: Member = this.options,
  ): Promise<MigrationRecord> {
    const report = this.reporter(rollout.stage);
    const { scope, tasks } = this;
    const options = { ...this.options, name: member.name, config: member.config };
    return migrate(
      migrationOptions({ options, scope, tasks, release, next, taskDefinition, rollout, report }),
    );
  }

  /** How each target of the service is probed: found out before anything is changed. */
  private async routes(look: Look, report: Report): Promise<(target: string) => ProbeRoute> {
    const { members } = this.shared.parts;
    const found = await Promise.all(
      members.map(async ({ name, config }) => {
        const container = findContainer(look.definition, config.container);
        const plan = probePlan(config.health, look.service, look.definition, container);
        const route = await resolveRoute(this.options.aws, plan, (message) => report('health', message));
        return [name, route] as const;
      }),
    );
    const routes = new Map(found);
    return (target) => routes.get(target) ?? { kind: 'tasks-only' };
  }

  /** @param service as the change left it */
  private following(
    { definition }: Look,
    service: Service,
    route: ProbeRoute,
    rollout: Rollout,
  ): Omit<RolloutOptions, 'wanted' | 'acceptedMs'> {
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
      desired: service.desiredCount ?? 0,
      timeoutMs: config.timeout,
      signal: rollout.signal,
      health: config.health,
      route,
      report: this.reporter(rollout.stage),
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

/** What was done to a service, or, without `service`, that there was nothing to do. */
interface Changed {
  readonly look: Look;
  /** What ran before, and what runs now. */
  readonly previous: string;
  readonly taskDefinition: string;
  /** How a target is probed. */
  readonly route: (target: string) => ProbeRoute;
  readonly migrated?: MigrationRecord | undefined;
  /** The service as the change left it. */
  readonly service?: Service;
  /** The clock when the platform accepted the change. */
  readonly acceptedMs: number;
}

function refuseEmpty(scope: EcsScope, service: Service): void {
  if ((service.desiredCount ?? 0) === 0) throw nothingRuns(scope, service);
}

/** Loaded when first used: a no-change deploy probes nothing. */
const probeByHttp: Probe = async (url, options) =>
  (await import('../../adapters/http/probe.js')).probe(url, options);
