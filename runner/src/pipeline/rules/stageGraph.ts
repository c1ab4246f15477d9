import { approvalRule, type ApprovalSetting } from '../../domain/approvalDecision.js';
import type { OwnStages } from '../../config/stagesSchema.js';
import { environmentOfBranch, isBranchAmong } from '../../domain/branches.js';
import { inOrder, withOwnStages } from './ownStages.js';

export type StageKind =
  | 'needs'
  | 'build'
  | 'test'
  | 'push'
  | 'plan'
  | 'approve'
  | 'apply'
  | 'provision'
  | 'deploy'
  | 'promote'
  | 'continue'
  | 'approve-contract'
  | 'contract'
  | 'release'
  | 'own';

/** One node of the stage graph: the same for a laptop's `run` and for Jenkins. */
export interface Stage {
  /** `kind`, or `kind:subject`, e.g. `build:web`, `deploy:staging`; of an own stage its name. */
  readonly id: string;
  readonly kind: StageKind;
  /** What Jenkins and the reports call it. */
  readonly title: string;
  /** Ids of the stages that must have ended well before. */
  readonly needs: readonly string[];
  readonly environment?: string;
  readonly image?: string;
  /** What one would type to run this stage alone, without `node runner`. */
  readonly command: readonly string[];
  /** Environment variables with credentials that the configuration refers to in this stage. */
  readonly credentials: readonly string[];
}

export interface Pipeline {
  readonly application: string;
  readonly branch: string;
  /** Where the branch leads; undefined: it is built and tested only. */
  readonly environment?: string;
  readonly stages: readonly Stage[];
  /** Applications that this one needs: a release of one of them is a reason to run again. */
  readonly upstream: readonly string[];
}

/**
 * A target, as far as the graph goes: whether a contract step follows its release, and somebody approves that; where its
 * platform pauses until somebody says how it goes on.
 */
interface PlannedTarget {
  readonly migrate?:
    { readonly contract?: { readonly approval: 'required' | 'none' } | undefined } | undefined;
  readonly strategy?: { readonly pause?: readonly string[] | undefined } | undefined;
}

/** The parts of the configuration that shape the graph. */
export interface PipelineInput {
  readonly application: string;
  /** Applications that must be healthy in an environment before this one goes there. */
  readonly needs?: Readonly<Record<string, unknown>>;
  readonly branches: Readonly<Record<string, string>>;
  /** Branches whose runs end with a release, names or globs. */
  readonly releaseBranches?: readonly string[];
  readonly images: Readonly<Record<string, { readonly test?: unknown }>>;
  readonly artifacts?: Readonly<Record<string, unknown>>;
  readonly environments: Readonly<
    Record<
      string,
      {
        readonly infrastructure?: unknown;
        readonly provision?: unknown;
        readonly promotion?: { readonly from: string; readonly approval: ApprovalSetting } | undefined;
        readonly targets: Readonly<Record<string, PlannedTarget>>;
      }
    >
  >;
  /** The project's own stages, by name. */
  readonly stages?: OwnStages;
  /** Credential variables that a part of the configuration refers to. */
  credentialsOf(part: unknown): readonly string[];
}

/**
 * The stage graph of a branch, in an order that respects `needs`.
 * Build, test and push make the release; a direct environment is planned, applied, provisioned and deployed; an
 * environment with a promotion gets the very release that is healthy in the one before, going through that first
 * where it has not been there yet.
 * @throws StackError CONFIG_INVALID where own stages wait for each other
 */
export function pipelineOf(config: PipelineInput, branch: string): Pipeline {
  const pipeline = unorderedPipeline(config, branch);
  return { ...pipeline, stages: inOrder(pipeline.stages) };
}

/** The same as the configuration has it: own stages stand last, and may wait for each other. */
export function unorderedPipeline(config: PipelineInput, branch: string): Pipeline {
  const pipeline = builtIn(config, branch);
  const { stages: own = {} } = config;
  const waiting = new Map(
    pipeline.stages.flatMap(({ id, kind, needs }) =>
      kind === 'continue' ? needs.map((need) => [need, id] as const) : [],
    ),
  );
  const stages = withOwnStages(pipeline.stages, own, (id, settings, environment): Stage => {
    const place = environment === undefined ? undefined : config.environments[environment];
    // After a deploy is after its pauses, unless it is to help with deciding them.
    const behind = (stage: string) => {
      const pause = waiting.get(stage);
      return pause === undefined || settings.before?.includes(pause) === true ? stage : pause;
    };
    return {
      id,
      kind: 'own',
      title: id,
      needs: settings.after.map(behind),
      ...(environment === undefined ? {} : { environment }),
      command: ['run', '--only', id],
      credentials: [...new Set([...settings.credentials, ...config.credentialsOf([settings, place])])],
    };
  });
  return { ...pipeline, stages };
}

function builtIn(config: PipelineInput, branch: string): Pipeline {
  const pipeline = deliveryOf(config, branch);
  if (!isBranchAmong(config.releaseBranches ?? [], branch)) return pipeline;
  const { stages, environment } = pipeline;
  // What only older releases need may take days to be removed: that holds no version up.
  const delivering = stages.filter(({ kind }) => kind !== 'contract' && kind !== 'approve-contract');
  const needed = new Set(delivering.flatMap(({ needs }) => needs));
  const registry = stages.find(({ kind }) => kind === 'push')?.environment ?? environment;
  const release: Stage = {
    id: 'release',
    kind: 'release',
    title: 'Release',
    needs: delivering.map(({ id }) => id).filter((id) => !needed.has(id)),
    ...(registry === undefined ? {} : { environment: registry }),
    command: ['release', '--tag-only'],
    credentials: config.credentialsOf([config.images, config.artifacts ?? {}]),
  };
  return { ...pipeline, stages: [...stages, release] };
}

function deliveryOf(config: PipelineInput, branch: string): Pipeline {
  const name = environmentOfBranch(config.branches, branch);
  const environment = name === undefined ? undefined : config.environments[name];
  const stages: Stage[] = [];
  const add = (stage: Stage) => {
    stages.push(stage);
    return stage.id;
  };
  const upstream = Object.keys(config.needs ?? {});
  // They stand beside the builds: whoever must wait for another application learns it at once.
  const promotion = environment?.promotion;
  // Where nothing is deployed there is only infrastructure to bring over: no release goes through it first.
  const isDeployedTo = (at: string) => Object.keys(config.environments[at]?.targets ?? {}).length > 0;
  const from = promotion !== undefined && isDeployedTo(promotion.from) ? promotion.from : undefined;
  const isChanged =
    name !== undefined &&
    (environment?.infrastructure !== undefined || environment?.provision !== undefined || isDeployedTo(name));
  const gates = [from, isChanged ? name : undefined].map((at) =>
    at === undefined || upstream.length === 0
      ? []
      : [
          add({
            id: `needs:${at}`,
            kind: 'needs',
            title: `Check what ${at} needs`,
            needs: [],
            environment: at,
            command: ['needs', '--env', at],
            credentials: config.credentialsOf(undefined),
          }),
        ],
  );
  const [gateBefore = [], gate = []] = gates;
  const artifacts = Object.entries(config.artifacts ?? {}).map(([artifact, settings]) =>
    add({
      id: `build:${artifact}`,
      kind: 'build',
      title: `Build ${artifact}`,
      needs: [],
      image: artifact,
      command: ['build', artifact],
      credentials: config.credentialsOf(settings),
    }),
  );
  const images = Object.entries(config.images).map(([image, settings]) => {
    const build = add({
      id: `build:${image}`,
      kind: 'build',
      title: `Build ${image}`,
      needs: [],
      image,
      command: ['build', image],
      credentials: config.credentialsOf(settings),
    });
    if (settings.test === undefined) return build;
    return add({
      id: `test:${image}`,
      kind: 'test',
      title: `Test ${image}`,
      needs: [build],
      image,
      command: ['test', image],
      credentials: config.credentialsOf(settings),
    });
  });
  const built = [...images, ...artifacts];
  if (name === undefined || environment === undefined)
    return { application: config.application, branch, stages, upstream };

  const credentials = config.credentialsOf(environment);
  const released =
    built.length === 0
      ? []
      : [
          add({
            id: 'push',
            kind: 'push',
            title: images.length === 0 ? 'Push artifacts' : 'Push images',
            needs: built,
            environment: environment.promotion?.from ?? name,
            command: ['push', '--env', environment.promotion?.from ?? name],
            credentials: config.credentialsOf([config.images, config.artifacts ?? {}]),
          }),
        ];
  const inEnvironment = (
    kind: StageKind,
    title: string,
    needs: readonly string[],
    extra: readonly string[] = [],
  ) =>
    add({
      id: `${kind}:${name}`,
      kind,
      title,
      needs,
      environment: name,
      command: [kind, '--env', name, ...extra],
      credentials,
    });

  const isPausing = (at: string) =>
    Object.values(config.environments[at]?.targets ?? {}).some(
      ({ strategy }) => (strategy?.pause ?? []).length > 0,
    );
  const untilPaused = (at: string) => (isPausing(at) ? ['--until', 'paused'] : []);
  /** Where the platform pauses, somebody says how it goes on; all that follows waits for that. */
  const continued = (at: string, after: string) =>
    isPausing(at)
      ? add({
          id: `continue:${at}`,
          kind: 'continue',
          title: `Continue in ${at}`,
          needs: [after],
          environment: at,
          command: ['continue', '--env', at, ...untilPaused(at)],
          credentials: config.credentialsOf(config.environments[at]),
        })
      : after;
  /** What only older releases need is removed once the release has proved itself; nothing waits for it. */
  const contract = (at: string, after: string) => {
    const steps = Object.values(config.environments[at]?.targets ?? {}).flatMap(
      ({ migrate }) => migrate?.contract ?? [],
    );
    if (steps.length === 0) return;
    const own = { environment: at, credentials: config.credentialsOf(config.environments[at]) };
    const approved = steps.some(({ approval }) => approval === 'required')
      ? [
          add({
            id: `approve-contract:${at}`,
            kind: 'approve-contract',
            title: `Approve the contract of ${at}`,
            needs: [after],
            environment: at,
            command: [],
            credentials: config.credentialsOf(undefined),
          }),
        ]
      : [];
    add({
      id: `contract:${at}`,
      kind: 'contract',
      title: `Contract ${at}`,
      needs: approved.length === 0 ? [after] : approved,
      command: [
        'migrate',
        '--env',
        at,
        '--phase',
        'contract',
        ...(approved.length === 0 ? [] : ['--approve']),
      ],
      ...own,
    });
  };

  let ready: readonly string[] = [...gate, ...released];
  if (from !== undefined) {
    const deployed = add({
      id: `deploy:${from}`,
      kind: 'deploy',
      title: `Deploy to ${from}`,
      needs: [...gateBefore, ...released],
      environment: from,
      command: ['deploy', '--env', from, ...untilPaused(from)],
      credentials: config.credentialsOf(config.environments[from]),
    });
    const there = continued(from, deployed);
    ready = [...gate, there];
    contract(from, there);
  }
  const planned = environment.infrastructure === undefined ? [] : [inEnvironment('plan', `Plan ${name}`, [])];
  // Nobody is asked to let nothing pass.
  if (approvalRule(promotion?.approval) !== undefined && isChanged) {
    ready = [
      add({
        id: `approve:${name}`,
        kind: 'approve',
        title: `Approve ${name}`,
        needs: [...ready, ...planned],
        environment: name,
        command: [],
        credentials: config.credentialsOf(undefined),
      }),
    ];
  }
  if (planned.length > 0) ready = [inEnvironment('apply', `Apply ${name}`, [...planned, ...ready])];
  if (environment.provision !== undefined) ready = [inEnvironment('provision', `Provision ${name}`, ready)];
  if (isDeployedTo(name)) {
    const moved =
      promotion === undefined
        ? inEnvironment('deploy', `Deploy to ${name}`, ready, untilPaused(name))
        : inEnvironment('promote', `Promote ${promotion.from} to ${name}`, ready, [
            ...(approvalRule(promotion.approval) !== undefined ? ['--approve'] : []),
            ...untilPaused(name),
          ]);
    contract(name, continued(name, moved));
  }
  return { application: config.application, branch, environment: name, stages, upstream };
}

/**
 * The part of a pipeline that `--from` and `--only` choose, each by the id of a stage or by a kind, which stands for all
 * stages of it; needs outside the choice count as done.
 * @throws RangeError naming a word that is neither
 */
export function selectStages(
  stages: readonly Stage[],
  choice: { readonly from?: string | undefined; readonly only?: readonly string[] },
): readonly Stage[] {
  const named = (word: string): readonly string[] => {
    const found = stages.filter(({ id, kind }) => id === word || kind === word);
    if (found.length === 0) throw new RangeError(word);
    return found.map(({ id }) => id);
  };
  const only = new Set((choice.only ?? []).flatMap(named));
  const first = choice.from === undefined ? [] : named(choice.from);
  // Everything that hangs on it, and what stands beside it: only what comes before is left out.
  const before = new Set(first.flatMap((id) => ancestors(stages, id)).filter((id) => !first.includes(id)));
  const chosen = stages.filter(({ id }) => !before.has(id) && (only.size === 0 || only.has(id)));
  const kept = new Set(chosen.map((stage) => stage.id));
  return chosen.map((stage) => ({ ...stage, needs: stage.needs.filter((need) => kept.has(need)) }));
}

function ancestors(stages: readonly Stage[], id: string): readonly string[] {
  const needs = stages.find((stage) => stage.id === id)?.needs ?? [];
  return needs.flatMap((need) => [need, ...ancestors(stages, need)]);
}
