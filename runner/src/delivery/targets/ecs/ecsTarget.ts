import { expandOf } from '../../../config/migrateSchema.js';
import type { TargetDiff } from '../../../domain/difference.js';
import type { ReleaseRecord, TargetRecord, TargetSnapshot, DeploymentKind } from '../../../domain/records.js';
import type { MigrationRecord } from '../../../domain/migration.js';
import { isStale, judgeService, primaryOf, shortName, type Wanted } from '../../../domain/ecsService.js';
import {
  createEcsApi,
  serviceView,
  type EcsApi,
  type EcsScope,
  type Service,
} from '../../../adapters/aws/ecs.js';
import { createEcsTasks, type EcsTasks } from '../../../adapters/aws/ecsTasks.js';
import { lastLogLines } from '../../../adapters/aws/logs.js';
import type { Operations } from '../../../context/operations.js';
import type { Begun, Rollout, Target, TargetStatus, Wanted as Wanting } from '../../../context/target.js';
import type { CheckResult } from '../../../domain/finding.js';
import { rollingMover, type Moved, type Move, type Mover, type Moving, type Pause } from './mover.js';
import { registerRevision, type Change } from './serviceChange.js';
import { diffService } from './diffService.js';
import {
  nothingToRestart,
  otherImage,
  overtakenError,
  refuseUnlaunchable,
  refuseForeign,
} from './ecsFailures.js';
import type { ServiceDescription, ServiceReader } from './serviceDescription.js';
import { stopBegunChecks } from './checkTask.js';
import { hasChecks, runEcsChecks, urlOfService } from './ecsChecks.js';
import type { DiagnosisScope } from './diagnosis.js';
import { migrate, stopBegun } from './ecsMigration.js';
import { imageOf, migrationOptions, nextRevision, type NextRevision, type Planned } from './nextRevision.js';
import { ecsRecord } from './record.js';
import { followRollout, type RolloutOptions } from './rollout.js';
import { readSnapshot, type EcsSnapshot } from './rules/ecsSnapshot.js';
import { SharedService, type Member } from './sharedService.js';
import { tellTerraformChanges, withTerraformChanges } from './terraformRevision.js';
import { digestOf, findContainer } from './taskDefinition.js';
import { isNative } from './strategySchema.js';
import type { CheckedRevision, EcsTargetOptions } from './targetOptions.js';
import { noProbeSetup, probeByHttp, probeSetupsOf, type ProbeSetup } from './probeSetup.js';

const LOG_LINES = 15;

/** An ECS service: rolled by ECS itself, watched and gated by us. */
export class EcsTarget implements Target {
  readonly kind = 'ecs-service';
  readonly name: string;
  private readonly scope: EcsScope;
  private readonly api: EcsApi;
  private readonly tasks: EcsTasks;
  private readonly reader: ServiceReader;
  private readonly shared: SharedService;
  private readonly mover: Mover;

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
    this.reader = this.shared.reader;
    this.mover = options.mover ?? rollingMover;
  }

  async snapshot(): Promise<TargetSnapshot> {
    const described = await this.reader.read(undefined, true);
    const digest = this.digest(described);
    const underWay = await this.mover.underWay();
    const snapshot: EcsSnapshot = {
      kind: this.kind,
      cluster: this.scope.cluster,
      service: this.scope.service,
      taskDefinition: described.service.taskDefinition ?? '',
      desiredCount: described.service.desiredCount ?? 0,
      ...(digest === undefined ? {} : { digest }),
      ...(underWay === undefined ? {} : { underWay }),
    };
    return { ...snapshot };
  }

  async requireMovable(): Promise<void> {
    const { service } = await this.reader.readRecent();
    refuseForeign(this.scope, service);
    await this.mover.requireMovable(service);
  }

  endPause(how: 'continue' | 'roll back', begun: readonly Begun[], signal: AbortSignal): Promise<boolean> {
    return this.mover.endPause(how, begun, signal);
  }

  async deploy(release: ReleaseRecord, rollout: Rollout): Promise<TargetRecord> {
    const { digest } = imageOf(this.options, this.scope, release);
    const { config } = this.options;
    const subject = rollout.stage.subject(this.name);
    const key = `deploy ${release.version}`;
    const begun = await this.shared.together(key, this.name, () => this.begin(release, rollout));
    const { described, taskDefinition, previous, setupOf } = begun;
    if (begun.service === undefined) {
      const { runningCount, desiredCount } = described.service;
      const tasks = `${runningCount}/${desiredCount} tasks running`;
      subject.progress('update', `already runs ${shortName(previous)}, ${tasks}`);
      const status = desiredCount === 0 ? 'unproven' : 'unchanged';
      return ecsRecord(this.scope, status, { taskDefinition, digest });
    }
    if (begun.pause !== undefined)
      return ecsRecord(this.scope, 'paused', { taskDefinition, digest, pause: begun.pause });
    const proof = await followRollout({
      ...this.following(described, begun.service, setupOf(this.name), rollout),
      acceptedMs: begun.acceptedMs,
      // Where ECS moves the requests, the commands have run before it did.
      check: (signal, passed) =>
        this.check(
          release,
          { ...begun, rollout, signal },
          passed,
          isNative(config.strategy) ? ['bake'] : undefined,
        ),
      wanted: {
        taskDefinition,
        ...(previous === taskDefinition ? {} : { previous }),
        ...deploymentOf(begun.service, taskDefinition),
      },
    });
    const migrated = expandOf(config.migrate) === undefined ? undefined : begun.migrated;
    if (proof === undefined) {
      subject.progress('health', `${shortName(taskDefinition)} is set, unproven: no task is wanted`, 'ok');
      return ecsRecord(this.scope, 'unproven', { taskDefinition, digest, migrated });
    }
    subject.progress('health', `runs ${shortName(taskDefinition)}: ${proof}`, 'ok');
    const { route } = setupOf(this.name);
    return ecsRecord(this.scope, 'healthy', { taskDefinition, digest, route, proof, migrated });
  }

  /** Changes the service, for all the targets that are containers of it. */
  private async begin(release: ReleaseRecord, rollout: Rollout): Promise<Changed> {
    this.shared.untouched = true;
    const ahead = await this.next(release, rollout.signal, rollout.kind);
    const { described, next } = ahead;
    const subject = rollout.stage.subject(this.name);
    const { config } = this.options;
    const previous = described.service.taskDefinition ?? '';
    const verdict = judgeService(serviceView(described.service), { taskDefinition: previous });
    // What was set where nothing ran has never been judged: it is started anew, and goes through the gate.
    const isUnjudged = rollout.known?.target?.status === 'unproven';
    const goneOn = await this.goOn(release, described, rollout);
    if (goneOn !== undefined) return goneOn;
    const { like } = this.options;
    const isSized = like === undefined || described.service.desiredCount === like.count;
    // A run that was killed while it checked has moved the service, and not come to a verdict.
    const isUnchecked = hasChecks(config) && (rollout.begun ?? []).some(({ action }) => action === 'update');
    const isJudged = !isUnjudged && !isUnchecked;
    const isThere = isSized && (verdict.state === 'empty' || (verdict.state === 'stable' && isJudged));
    if (!next.changed && isThere) {
      return { described, previous, taskDefinition: previous, setupOf: () => noProbeSetup, acceptedMs: 0 };
    }
    const change = { api: this.api, scope: this.scope, rollout, subject };
    tellTerraformChanges(subject, described);
    const { members } = this.shared.parts;
    for (const member of members) {
      const options = { ...this.options, ...member };
      const checked = { ...described, taskDefinition: previous, release, url: undefined };
      const parts = { options, scope: this.scope, tasks: this.tasks, rollout, ...checked };
      await runEcsChecks(parts, { when: 'before-change' });
    }
    // The release is another one: only then can its schema be.
    const migrates = next.changed && rollout.kind !== 'rollback';
    const migrating = migrates
      ? members.find(({ config }) => expandOf(config.migrate) !== undefined)
      : undefined;
    if (migrating !== undefined)
      refuseUnlaunchable(this.scope, migrating.name, described.definition, described.service);
    const [setupOf, taskDefinition] = await Promise.all([
      probeSetupsOf(this.options, this.shared, described, subject, rollout.signal),
      next.changed ? registerRevision(change, next.input) : previous,
      next.changed && rollout.verify !== false && rollout.kind !== 'rollback'
        ? this.refuseUnrunnable(release, ahead, rollout.signal)
        : undefined,
    ]);
    const migrated =
      migrating === undefined
        ? undefined
        : await this.runMigration(release, ahead, taskDefinition, rollout, migrating);
    // What a killed run left on its way is waited for; what the platform gave up is started anew.
    const isOnItsWay = verdict.state === 'progress' || (verdict.state === 'stable' && isUnchecked);
    const underWay = !next.changed && isSized && isOnItsWay;
    // More tasks of the same revision need no push.
    const force = !next.changed && isSized;
    const service = underWay ? described.service : undefined;
    const moving = () => this.moving(change, described, { release, isUndo: false });
    const moved =
      service === undefined
        ? await this.move(moving(), { from: previous, to: taskDefinition, force, count: like?.count })
        : { service };
    const acceptedMs = this.options.clock.now().getTime();
    return { described, previous, taskDefinition, setupOf, migrated, ...moved, acceptedMs };
  }

  /** What a run that was killed or paused left to the platform, which goes on with it. */
  private async goOn(
    release: ReleaseRecord,
    described: ServiceDescription,
    rollout: Rollout,
  ): Promise<Changed | undefined> {
    if ((rollout.begun ?? []).length === 0) return undefined;
    const subject = rollout.stage.subject(this.name);
    const change = { api: this.api, scope: this.scope, rollout, subject };
    const moved = await this.mover.goOn(this.moving(change, described, { release, isUndo: false }));
    if (moved === undefined) return undefined;
    const { from, to, service, pause } = moved;
    this.shared.movedTo = to;
    this.shared.untouched = false;
    this.reader.forget();
    const setupOf = await probeSetupsOf(this.options, this.shared, described, subject, rollout.signal);
    const acceptedMs = this.options.clock.now().getTime();
    return { described, previous: from, taskDefinition: to, setupOf, service, pause, acceptedMs };
  }

  private moving(
    change: Change,
    described: ServiceDescription,
    { release, isUndo }: { readonly release?: ReleaseRecord; readonly isUndo: boolean },
  ): Moving {
    const { name, options } = this;
    const checked = this.shared.parts.members.filter(({ config }) => hasChecks(config));
    const { rollout } = change;
    const isChecked = release !== undefined && checked.length > 0 && rollout.kind !== 'rollback';
    return {
      change,
      described,
      name,
      isUndo,
      version: release?.version,
      diagnosis: this.diagnosis(described, change.rollout),
      check: isChecked
        ? async (url) => {
            const { check = (one) => this.checkBeforeTraffic(one) } = options;
            await Promise.all(checked.map((member) => check({ member, described, release, url, rollout })));
          }
        : undefined,
    };
  }

  async verify(wanted: Wanting): Promise<readonly CheckResult[]> {
    const { name, config, aws, images = aws } = this.options;
    const { service } = await this.reader.read(wanted.signal, true);
    const { described, next, running } = await this.next(wanted.release, wanted.signal);
    const { verifyService } = await import('./verify/verifyService.js');
    const { containerDefinitions } = next.input;
    const definition = { ...described.definition, containerDefinitions };
    const image = imageOf(this.options, this.scope, wanted.release);
    const { signal } = wanted;
    return verifyService({ name, config, aws, images, service, running, definition, image, wanted, signal });
  }

  async diff(release: ReleaseRecord): Promise<TargetDiff> {
    await this.reader.read(undefined, true);
    const ahead = await this.next(release, new AbortController().signal);
    return diffService(ahead.running, ahead, this.name, this.shared.parts.members);
  }

  private async refuseUnrunnable(
    release: ReleaseRecord,
    { described, next, running }: NextRevision,
    signal: AbortSignal,
  ): Promise<void> {
    const { aws, images = aws, clock } = this.options;
    const { refuseUnrunnable } = await import('./verify/verifyAhead.js');
    const { containerDefinitions } = next.input;
    const definition = { ...described.definition, containerDefinitions };
    const { members } = this.shared.parts;
    const nowMs = clock.now().getTime();
    const { scope } = this;
    await refuseUnrunnable({
      ...{ aws, images, scope, running, definition, members, release, nowMs, signal },
    });
  }

  async migrate(release: ReleaseRecord, rollout: Rollout, of?: string): Promise<MigrationRecord> {
    const ahead = await this.next(release, rollout.signal);
    const { described, next } = ahead;
    refuseUnlaunchable(this.scope, this.name, described.definition, described.service);
    const subject = rollout.stage.subject(this.name);
    const change = { api: this.api, scope: this.scope, rollout, subject };
    tellTerraformChanges(subject, described);
    // A contract step goes with what runs, as it runs.
    const isRunning = this.digest(described) === imageOf(this.options, this.scope, release).digest;
    if (of !== undefined && !isRunning) throw otherImage(this.scope, release);
    const isNew = next.changed && of === undefined;
    const taskDefinition = isNew
      ? await registerRevision(change, next.input)
      : (described.service.taskDefinition ?? '');
    return this.runMigration(release, ahead, taskDefinition, rollout, this.options, of);
  }

  async restore(before: TargetSnapshot, rollout: Rollout): Promise<TargetRecord> {
    const { taskDefinition, digest } = readSnapshot(before, this.name);
    const key = `restore ${taskDefinition}`;
    const begun = await this.shared.together(key, this.name, () => this.goBack(taskDefinition, rollout));
    const { described, setupOf } = begun;
    const subject = rollout.stage.subject(this.name);
    if (begun.service === undefined) {
      subject.progress('update', `${shortName(taskDefinition)} was not changed`, 'ok');
      return ecsRecord(this.scope, 'unchanged', { taskDefinition, digest });
    }
    const following = this.following(described, begun.service, setupOf(this.name), rollout);
    const proof = await followRollout({
      ...following,
      acceptedMs: begun.acceptedMs,
      // It was baked when it was deployed; now every second counts.
      health: { ...following.health, for: 0 },
      wanted: { taskDefinition, ...deploymentOf(begun.service, taskDefinition) },
    });
    const { route } = setupOf(this.name);
    return ecsRecord(this.scope, 'rolled-back', { taskDefinition, digest, route, proof });
  }

  /** Brings the service back, for all the targets that are containers of it. */
  private async goBack(taskDefinition: string, rollout: Rollout): Promise<Changed> {
    const subject = rollout.stage.subject(this.name);
    const change = { api: this.api, scope: this.scope, rollout, subject };
    let described = await this.reader.read(rollout.signal);
    const isStopped = await this.mover.stop(this.moving(change, described, { isUndo: true }), taskDefinition);
    if (isStopped) described = await this.reader.read(rollout.signal);
    const view = serviceView(described.service);
    const primary = primaryOf(view);
    const { movedTo, begun } = this.shared;
    const untouched = this.shared.untouched && !isStopped;
    // A view from before our own move would show what ran then: as if it were back already.
    const stale = movedTo !== undefined && isStale(view, begun);
    const runs = stale ? movedTo : (primary?.taskDefinition ?? view.taskDefinition);
    const { family = '' } = described.definition;
    const stopping = { tasks: this.tasks, clock: this.options.clock, subject, family };
    await stopBegun({ ...stopping, rollout });
    await stopBegunChecks({ ...stopping, signal: rollout.signal }, rollout.begun);
    const setupOf = await probeSetupsOf(this.options, this.shared, described, subject, rollout.signal);
    const before = { described, previous: runs, taskDefinition, setupOf, acceptedMs: 0 };
    if (untouched && runs === taskDefinition) return before;
    if (movedTo !== undefined && runs !== movedTo && runs !== taskDefinition) {
      throw overtakenError(this.scope, `someone else deployed ${shortName(runs)}: it is not changed`);
    }
    // A circuit breaker may have gone back already; only where it gave up on that too, it needs a push.
    const force = runs === taskDefinition && primary?.rolloutState === 'FAILED';
    const { like } = this.options;
    const isSized = like === undefined || described.service.desiredCount === like.count;
    const move = { from: runs, to: taskDefinition, force, count: like?.count };
    const moving = this.moving(change, described, { isUndo: true });
    const { service } =
      runs !== taskDefinition || force || !isSized
        ? await this.move(moving, move)
        : { service: described.service };
    return { ...before, service, acceptedMs: this.options.clock.now().getTime() };
  }

  /** Starts the tasks of what runs anew, for all the targets that are containers of the service. */
  async restart(rollout: Rollout): Promise<TargetRecord> {
    const begun = await this.shared.together('restart', this.name, async () => {
      const described = await this.reader.read(rollout.signal);
      refuseForeign(this.scope, described.service);
      if (described.service.desiredCount === 0) throw nothingToRestart(this.scope, this.name);
      const subject = rollout.stage.subject(this.name);
      const setupOf = await probeSetupsOf(this.options, this.shared, described, subject, rollout.signal);
      const runs = described.service.taskDefinition ?? '';
      const change = { api: this.api, scope: this.scope, rollout, subject };
      const moving = this.moving(change, described, { isUndo: false });
      const { service } = await this.move(moving, { from: runs, to: runs, force: true });
      return { described, runs, setupOf, service, acceptedMs: this.options.clock.now().getTime() };
    });
    const { described, runs: taskDefinition, setupOf, service, acceptedMs } = begun;
    const proof = await followRollout({
      ...this.following(described, service, setupOf(this.name), rollout),
      acceptedMs,
      wanted: { taskDefinition, ...deploymentOf(service, taskDefinition) },
    });
    const status = proof === undefined ? 'unproven' : 'healthy';
    return ecsRecord(this.scope, status, { taskDefinition, digest: this.digest(described), proof });
  }

  async operations(): Promise<Operations> {
    const [{ ecsOperations }, { createServiceScaling }] = await Promise.all([
      import('./operate/operations.js'),
      import('../../../adapters/aws/scaling.js'),
    ]);
    return ecsOperations({
      options: this.options,
      scope: this.scope,
      api: this.api,
      tasks: this.tasks,
      reader: this.reader,
      scaling: createServiceScaling(this.options.aws, this.scope),
      next: (release, signal) => this.next(release, signal),
      restart: (rollout) => this.restart(rollout),
    });
  }

  async status(): Promise<TargetStatus> {
    const described = await this.reader.read();
    const view = serviceView(described.service);
    const verdict = judgeService(view, { taskDefinition: view.taskDefinition });
    const digest = this.digest(described);
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

  /** The commands of a member, where ECS moves the requests only after them. */
  private async checkBeforeTraffic({
    member,
    described,
    release,
    url,
    rollout,
  }: CheckedRevision): Promise<void> {
    const { options, scope, tasks } = this;
    const taskDefinition = this.shared.movedTo ?? described.service.taskDefinition ?? '';
    const parts = { options: { ...options, ...member }, scope, tasks, rollout, ...described };
    await runEcsChecks({ ...parts, taskDefinition, release, url }, { when: 'before-traffic' });
  }

  private async move(moving: Moving, move: Move): Promise<Moved> {
    this.shared.movedTo = move.to;
    this.shared.untouched = false;
    this.reader.forget();
    const moved = await this.mover.move(moving, move);
    // What ECS brings back by itself is older than that: only of its rolling update it says so.
    if (this.mover === rollingMover) this.shared.begun = deploymentOf(moved.service, move.to).deployment;
    return moved;
  }

  private diagnosis({ definition }: ServiceDescription, rollout: Rollout): DiagnosisScope {
    const { config, aws, clock } = this.options;
    return {
      api: this.api,
      clock,
      definition,
      container: findContainer(definition, config.container).name ?? '',
      ...this.scope,
      logLines: (stream, signal) => lastLogLines(aws, stream, LOG_LINES, signal),
      cleared: new Set(),
      triedAgain: new Set(),
      subject: rollout.stage.subject(this.name),
    };
  }

  /** The service as it is, and the revision that brings a release to it. */
  private async next(
    release: ReleaseRecord,
    signal: AbortSignal,
    kind?: DeploymentKind,
  ): Promise<NextRevision> {
    const { members } = this.shared.parts;
    // Before anything is asked: a release without one of the images is no release for this service.
    for (const member of members) imageOf(member, this.scope, release);
    const described = await this.reader.takeRecent(signal);
    refuseForeign(this.scope, described.service);
    // The way back brings nothing new, whatever the world has changed since.
    const from = kind === 'rollback' ? { ...described, newest: undefined } : described;
    const { definition, tags } = described;
    return { running: { definition, tags }, ...(await this.revisionOf(release, from, signal)) };
  }

  /** Of a colour that runs another release: made of what the live one runs, with all that was changed there since. */
  private async revisionOf(
    release: ReleaseRecord,
    described: ServiceDescription,
    signal: AbortSignal,
  ): Promise<Planned> {
    const { registry, like } = this.options;
    const { members } = this.shared.parts;
    const caughtUp = await withTerraformChanges(this.api, described, members, signal);
    const own = nextRevision(registry, members, this.scope, release, caughtUp);
    if (like === undefined || !own.next.changed) return own;
    const live = await withTerraformChanges(this.api, like.described, members, signal);
    const made = nextRevision(registry, members, this.scope, release, {
      ...live,
      service: described.service,
    });
    return { ...made, next: { ...made.next, changed: true } };
  }

  /**
   * Whether the service runs a release already, with at least one task, and nothing is on its way.
   * @throws StackError CONFIG_INVALID where the release has no image for it; AWS_*
   */
  async isRunning(release: ReleaseRecord, signal: AbortSignal): Promise<boolean> {
    const { members } = this.shared.parts;
    for (const member of members) imageOf(member, this.scope, release);
    const described = await this.reader.readRecent(signal);
    const view = serviceView(described.service);
    const { state } = judgeService(view, { taskDefinition: view.taskDefinition });
    const caughtUp = await withTerraformChanges(this.api, described, members, signal);
    const { next } = nextRevision(this.options.registry, members, this.scope, release, caughtUp);
    return !next.changed && state === 'stable';
  }

  /**
   * Watches what runs, as a deploy does in the end; alarms and metrics are watched with it.
   * @param release what runs there
   * @param forMs how long it must stay healthy
   * @returns what the verdict rests on, in words
   * @throws StackError DEPLOY_FAILED with reason and evidence
   */
  async watch(release: ReleaseRecord, rollout: Rollout, forMs: number): Promise<string | undefined> {
    const described = await this.reader.read(rollout.signal);
    const subject = rollout.stage.subject(this.name);
    const setupOf = await probeSetupsOf(this.options, this.shared, described, subject, rollout.signal);
    const following = this.following(described, described.service, setupOf(this.name), rollout);
    const { taskDefinition = '' } = described.service;
    const acceptedMs = this.options.clock.now().getTime();
    const checked = { described, taskDefinition, previous: taskDefinition, acceptedMs, setupOf, rollout };
    return followRollout({
      ...following,
      health: { ...following.health, for: forMs },
      acceptedMs,
      wanted: { taskDefinition },
      check: (signal, passed) => this.check(release, { ...checked, signal }, passed, ['bake']),
    });
  }

  private runMigration(
    release: ReleaseRecord,
    next: NextRevision,
    taskDefinition: string,
    rollout: Rollout,
    member: Member = this.options,
    of?: string,
  ): Promise<MigrationRecord> {
    const subject = rollout.stage.subject(this.name);
    const { scope, tasks } = this;
    const warning = refuseUnlaunchable(scope, member.name, next.described.definition, next.described.service);
    if (warning !== undefined) subject.progress('migrate', warning);
    const options = { ...this.options, name: member.name, config: member.config };
    return migrate(
      migrationOptions({ options, scope, tasks, release, next, taskDefinition, rollout, subject, of }),
    );
  }

  /**
   * A rolling update sends requests to new tasks as they become healthy: it can be checked only beside the gate, once the
   * service is stable. The idle colour of a switch gets none until then.
   */
  private async check(
    release: ReleaseRecord,
    { described, service = described.service, taskDefinition, acceptedMs, setupOf, rollout, signal }: Checked,
    passed: AbortSignal,
    moments: readonly ('before-traffic' | 'bake')[] = ['before-traffic', 'bake'],
  ): Promise<void> {
    const { options, scope, tasks } = this;
    const { definition } = described;
    const url = urlOfService(setupOf(this.name).route, options.url);
    const parts = {
      options,
      scope,
      tasks,
      rollout,
      signal,
      service,
      definition,
      taskDefinition,
      release,
      url,
    };
    await Promise.all(
      moments.map((when) =>
        runEcsChecks(parts, when === 'bake' ? { when, lasts: passed, sinceMs: acceptedMs } : { when }),
      ),
    );
  }

  /** @param service as the change left it */
  private following(
    described: ServiceDescription,
    service: Service,
    { route, reachability, groups }: ProbeSetup,
    rollout: Rollout,
  ): Omit<RolloutOptions, 'wanted' | 'acceptedMs'> {
    const { config, aws, probe = probeByHttp } = this.options;
    const createdMs = primaryOf(serviceView(service))?.createdMs;
    return {
      scope: this.diagnosis(described, rollout),
      desired: service.desiredCount ?? 0,
      timeoutMs: config.timeout,
      signal: rollout.signal,
      // Where nothing is wanted there is nothing to watch.
      health: service.desiredCount === 0 ? { ...config.health, for: 0 } : config.health,
      route,
      reachability,
      targets: { aws, api: this.api, groups },
      graceMs: (service.healthCheckGracePeriodSeconds ?? 0) * 1000,
      probe,
      ...(createdMs === undefined ? {} : { sinceMs: createdMs }),
    };
  }

  private digest(described: ServiceDescription): string | undefined {
    return digestOf(findContainer(described.definition, this.options.config.container).image);
  }
}

/** What was done to a service, or, without `service`, that there was nothing to do. */
interface Changed {
  readonly described: ServiceDescription;
  /** What ran before, and what runs now. */
  readonly previous: string;
  readonly taskDefinition: string;
  /** How a target is seen. */
  readonly setupOf: (target: string) => ProbeSetup;
  readonly migrated?: MigrationRecord | undefined;
  /** The service as the change left it. */
  readonly service?: Service;
  /** The platform waits for somebody, until when nothing more is to be seen. */
  readonly pause?: Pause | undefined;
  /** The clock when the platform accepted the change. */
  readonly acceptedMs: number;
}

/** A service that is moved, and what ends its checks. */
type Checked = Changed & { readonly rollout: Rollout; readonly signal: AbortSignal };

/** The deployment that a change began, as its answer tells. */
function deploymentOf(service: Service, taskDefinition: string): Pick<Wanted, 'deployment'> {
  const primary = primaryOf(serviceView(service));
  return primary?.taskDefinition === taskDefinition ? { deployment: primary } : {};
}
