import type { EcsServiceConfig } from '../../config/schema.js';
import { StackError } from '../../core/errors.js';
import type { EventBody } from '../../core/events.js';
import type { Clock } from '../../core/ports.js';
import type { ReleaseRecord, TargetRecord } from '../../core/release.js';
import { fillRelease } from '../../core/releaseValues.js';
import { judgeService, primaryOf, shortName } from '../../core/rollout/service.js';
import type { AwsClients } from '../../adapters/aws/clients.js';
import {
  createEcsApi,
  serviceView,
  type EcsApi,
  type EcsScope,
  type Service,
} from '../../adapters/aws/ecs.js';
import { lastLogLines } from '../../adapters/aws/logs.js';
import type { Rollout, Target, TargetSnapshot, TargetStatus } from '../target.js';
import { moveService, registerRevision, type Change } from './changes.js';
import type { ProbeRoute } from './endpoints.js';
import type { Probe } from './gate.js';
import { Looker, type Look } from './look.js';
import { followRollout, type Report, type RolloutOptions } from './rollout.js';
import { probePlan, resolveRoute } from './route.js';
import { readSnapshot, type EcsSnapshot } from './snapshot.js';
import { digestOf, findContainer, nextTaskDefinition } from './taskDefinition.js';

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
  readonly probe?: Probe;
}

const LOG_LINES = 15;

/** An ECS service: rolled by ECS itself, watched and gated by us. */
export class EcsTarget implements Target {
  readonly kind = 'ecs-service';
  readonly name: string;
  private readonly scope: EcsScope;
  private readonly api: EcsApi;
  private readonly looker: Looker;
  /** What this process moved the service to: anything else found later is someone else's doing. */
  private movedTo: string | undefined;

  constructor(private readonly options: EcsTargetOptions) {
    const { cluster, service } = options.config;
    this.name = options.name;
    this.scope = { cluster, service, environment: options.environmentName };
    this.api = options.api ?? createEcsApi(options.aws, this.scope);
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

  async deploy(release: ReleaseRecord, rollout: Rollout): Promise<TargetRecord> {
    const { config, registry } = this.options;
    const image = release.images[config.image];
    if (image === undefined) throw this.withoutImage(release);
    const look = await this.looker.freshLook(rollout.signal);
    const report = this.reporter(rollout.stage);
    const next = nextTaskDefinition(look.definition, look.tags, {
      container: config.container,
      image: `${registry(accountOf(look.service))}/${image.repository}@${image.digest}`,
      environment: fillRelease(config.environment, release),
    });
    const previous = look.service.taskDefinition ?? '';
    const verdict = judgeService(serviceView(look.service), { taskDefinition: previous });
    const { digest } = image;
    if (!next.changed && verdict.state === 'stable') {
      const { running, desired } = verdict;
      report('update', `already runs ${shortName(previous)}, ${running}/${desired} tasks running`);
      return this.record('unchanged', previous, digest, { stableMs: rollout.expectedStableMs });
    }
    const change = { api: this.api, scope: this.scope, rollout, report };
    const [route, taskDefinition] = await Promise.all([
      this.route(look, report),
      next.changed ? registerRevision(change, next.input) : previous,
    ]);
    // What a killed run left on its way is waited for; what the platform gave up is started anew.
    const underWay = !next.changed && verdict.state === 'progress';
    const service = underWay
      ? look.service
      : await this.move(change, previous, taskDefinition, !next.changed);
    const watched = await followRollout({
      ...this.following(look, service, route, rollout, report),
      wanted: { taskDefinition, ...(previous === taskDefinition ? {} : { previous }) },
    });
    return this.record('healthy', taskDefinition, digest, { stableMs: watched.stableMs, route });
  }

  async restore(before: TargetSnapshot, rollout: Rollout): Promise<TargetRecord> {
    const { taskDefinition, digest } = readSnapshot(before, this.name);
    const report = this.reporter(rollout.stage);
    const look = await this.looker.look(rollout.signal);
    const view = serviceView(look.service);
    const primary = primaryOf(view);
    const runs = primary?.taskDefinition ?? view.taskDefinition;
    if (this.movedTo !== undefined && runs !== this.movedTo && runs !== taskDefinition) {
      throw this.overtaken(runs);
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
    const watched = await followRollout({ ...following, health, wanted: { taskDefinition } });
    return this.record('rolled-back', taskDefinition, digest, { stableMs: watched.stableMs, route });
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
      summary: `${primaryOf(view)?.running ?? view.running}/${view.desired} tasks`,
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
    return moveService(change, { from, to, force });
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
        environment: this.scope.environment,
        service: config.service,
        logLines: (stream, signal) => lastLogLines(aws, stream, LOG_LINES, signal),
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
    const about = { type: 'stage.progress', stage, subject: this.name, status: 'running' } as const;
    return (phase, message) => emit({ ...about, phase, message });
  }

  private record(
    status: TargetRecord['status'],
    taskDefinition: string,
    digest: string | undefined,
    found: { readonly stableMs: number | undefined; readonly route?: ProbeRoute },
  ): TargetRecord {
    const { cluster, service } = this.scope;
    return {
      kind: this.kind,
      status,
      ...(digest === undefined ? {} : { digest }),
      ...(found.stableMs === undefined ? {} : { stableMs: found.stableMs }),
      facts: {
        taskDefinition: shortName(taskDefinition),
        cluster,
        service,
        ...(found.route?.kind === 'url' ? { url: found.route.url } : {}),
      },
    };
  }

  private withoutImage(release: ReleaseRecord): StackError {
    const { image } = this.options.config;
    return new StackError('CONFIG_INVALID', `release ${release.version} has no image ${image}`, {
      where: `environments.${this.scope.environment}.targets.${this.name}.image`,
      next: `Its images are: ${Object.keys(release.images).join(', ') || 'none'}. Build a new release: node runner build`,
    });
  }

  private overtaken(runs: string): StackError {
    const { service, environment } = this.scope;
    return new StackError(
      'ROLLBACK_FAILED',
      `someone else deployed ${shortName(runs)}: it is left as it is`,
      {
        where: `service ${service}, environment ${environment}`,
        next: `Find out who it was (CloudTrail: UpdateService), then deploy the release you want to ${environment}.`,
      },
    );
  }
}

/** `arn:aws:ecs:REGION:ACCOUNT:service/…` */
const accountOf = (service: Service): string => service.serviceArn?.split(':')[4] ?? '';

/** Loaded when first used: a no-change deploy probes nothing. */
const probeByHttp: Probe = async (url, options) =>
  (await import('../../adapters/http/probe.js')).probe(url, options);
