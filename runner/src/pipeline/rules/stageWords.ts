import type { Pipeline, Stage, StageKind } from './stageGraph.js';

/** Stages that change an environment. */
const CHANGING: ReadonlySet<StageKind> = new Set(['apply', 'provision', 'deploy', 'promote']);

/** Where a branch leads and what becomes of it there, in one sentence without its full stop. */
export function destinationWords(pipeline: Pipeline): string {
  const { branch, environment, stages } = pipeline;
  if (branch === 'HEAD') return 'No branch is checked out: name one with --branch';
  if (environment === undefined) {
    const words = `Branch ${branch} matches no branch rule: it is only built and tested`;
    return stages.length === 0 ? `${words}, and there are no images, so nothing is run` : words;
  }
  const words = `Branch ${branch} leads to ${environment}`;
  if (stages.length === 0) return `${words}, but there is nothing to run: ${emptiness(pipeline)}`;
  const isChanged = stages.some((stage) => CHANGING.has(stage.kind) && stage.environment === environment);
  return isChanged ? words : `${words}, but nothing is changed there: ${lacking(environment)}`;
}

/**
 * What a run has really done, in one line that claims no more than its stages did.
 * @param done ids of the stages that ended well
 * @param source what was run: the branch, unless something else was checked out
 */
export function runWords(pipeline: Pipeline, done: ReadonlySet<string>, source = pipeline.branch): string {
  if (pipeline.stages.length === 0) return `nothing was run: ${emptiness(pipeline)}`;
  const ran = pipeline.stages.filter(({ id }) => done.has(id));
  if (ran.length === 0) return 'nothing was run';
  const told = [contentWords(pipeline, ran, source), environmentWords(pipeline, ran), needsWords(ran)];
  const clauses = [
    ...told,
    releaseWords(ran, told.every((clause) => clause === undefined) ? source : undefined),
  ];
  const [first = 'nothing was run', ...others] = clauses.filter((clause) => clause !== undefined);
  // What was needed is no news where something was done with it.
  const sentence = [first, ...others.filter((clause) => clause !== needsWords(ran))].join('; ');
  const part =
    ran.length === pipeline.stages.length ? '' : ` (${ran.length} of ${pipeline.stages.length} stages)`;
  return `${sentence}${part}`;
}

/** How far the content came: built, tested, pushed, or into an environment. */
function contentWords(pipeline: Pipeline, ran: readonly Stage[], source: string): string | undefined {
  const into = ran.filter(({ kind }) => kind === 'deploy' || kind === 'promote').at(-1)?.environment;
  const isContinued = (stages: readonly Stage[]) =>
    stages.some(({ kind, environment }) => kind === 'continue' && environment === into);
  if (into !== undefined && isContinued(pipeline.stages) && !isContinued(ran))
    return `${source} is on its way to ${into}`;
  if (into !== undefined) return `${source} is in ${into}`;
  const imagesOf = (stages: readonly Stage[], kind?: StageKind) => [
    ...new Set(
      stages.flatMap((stage) => (kind === undefined || stage.kind === kind ? (stage.image ?? []) : [])),
    ),
  ];
  const images = imagesOf(ran);
  const tested = imagesOf(ran, 'test');
  const all = ran.some(({ kind }) => kind === 'push') ? imagesOf(pipeline.stages) : images;
  // An image without a test is not tested with the others.
  const test = tested.length === all.length ? 'tested' : `tested (${tested.join(', ')})`;
  const verbs = verbsOf(ran, { build: 'built', test, push: 'pushed' });
  if (verbs.length === 0) return undefined;
  const isWhole = all.length === imagesOf(pipeline.stages).length;
  const subject = isWhole ? source : joined(images);
  return `${subject} ${!isWhole && images.length > 1 ? 'are' : 'is'} ${joined(verbs)}`;
}

/** What was done to the environment itself; undefined where a release arrived in it, which says enough. */
function environmentWords({ environment }: Pipeline, ran: readonly Stage[]): string | undefined {
  const here = ran.filter((stage) => stage.environment === environment);
  if (environment === undefined || here.some(({ kind }) => kind === 'deploy' || kind === 'promote'))
    return undefined;
  const verbs = verbsOf(here, {
    plan: 'planned',
    approve: 'approved',
    apply: 'applied',
    provision: 'provisioned',
  });
  return verbs.length === 0 ? undefined : `${environment} is ${joined(verbs)}`;
}

/** @param subject what was released, where nothing else is told of it */
function releaseWords(ran: readonly Stage[], subject: string | undefined): string | undefined {
  if (!ran.some(({ kind }) => kind === 'release')) return undefined;
  return subject === undefined ? 'its version is released' : `${subject} is released`;
}

function needsWords(ran: readonly Stage[]): string | undefined {
  const environments = ran.flatMap(({ kind, environment }) => (kind === 'needs' ? (environment ?? []) : []));
  return environments.length === 0 ? undefined : `what ${joined(environments)} needs was checked`;
}

function verbsOf(ran: readonly Stage[], words: Partial<Record<StageKind, string>>): readonly string[] {
  return [...new Set(ran.flatMap(({ kind }) => words[kind] ?? []))];
}

const joined = (words: readonly string[]) =>
  [words.slice(0, -1).join(', '), words.at(-1)].filter((part) => part !== '').join(' and ');

const lacking = (environment: string) => `${environment} has no infrastructure, playbooks or targets`;

function emptiness({ branch, environment }: Pipeline): string {
  const where = environment === undefined ? `no branch rule matches ${branch}` : lacking(environment);
  return `${where}, and there are no images`;
}
