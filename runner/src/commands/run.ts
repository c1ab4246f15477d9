import { dirname, resolve } from 'node:path';
import type { Context, ContextWith } from '../context/context.js';
import type { Pipeline } from '../pipeline/rules/stageGraph.js';
import type { StageOutcome } from '../pipeline/rules/schedule.js';
import { approvalOptions, approvers } from './approvalOptions.js';
import { flag, list, option, type CommandDefinition } from './command.js';
import { waiting } from './deploy.js';
import { pauseAnswer, pauseAsker, pauseOptions } from './pauseOptions.js';
import { allowDestroy, allowDestroyOption } from './infrastructureOptions.js';

const run: CommandDefinition = {
  name: 'run',
  summary: 'Run all stages of a branch, as Jenkins would',
  description:
    'Runs the graph that `stages` prints. Independent stages run in parallel; a failed stage holds back only the stages that need it. `--from` starts at a stage, `--only` runs only the named stages. `--resume` skips what another run of the same commit has done and nothing has undone since; what the ledger does not prove is done again. Where a deployment pauses (`strategy: { pause: [...] }`), `run` asks on a terminal whether it goes on; elsewhere it ends there (exit 1, DEPLOY_PAUSED), and after `continue` or `rollback`, `run --resume` goes on. `--dry-run` shows what each stage would do: the images that would be built, what Terraform would change, what would be deployed.',
  options: [
    { name: 'branch', value: 'BRANCH', description: 'Branch to run as (default: the one checked out).' },
    {
      name: 'from',
      value: 'STAGE',
      description: 'Skip what comes before this stage: an id, or a kind such as deploy.',
    },
    {
      name: 'only',
      value: 'STAGE',
      description: 'Run only this stage, or all of a kind; several with commas or repeated.',
      repeatable: true,
    },
    {
      name: 'resume',
      description: 'Skip what another run of this commit has done, as the ledger proves.',
    },
    ...approvalOptions,
    {
      name: 'approved-plan',
      value: 'DIGEST',
      description:
        'The plan that was approved, by its name in `plan` and its stage; no other plan is applied.',
    },
    allowDestroyOption,
    ...pauseOptions,
    { name: 'wait', value: 'DURATION', description: 'Wait this long for locks, e.g. 10m.' },
  ],
  examples: [
    {
      command: 'run --branch develop',
      explains: 'Build, test, push, apply, provision and deploy to staging.',
    },
    { command: 'run --branch develop --dry-run', explains: 'Show what that would change.' },
    { command: 'run --resume', explains: 'Repeat the stage that failed, and continue from there.' },
    { command: 'run --branch main --approve', explains: 'Promote the same content to production.' },
  ],
  changes: true,
  environment: 'none',
  async run(context, input) {
    const [
      { pipelineOf, selectStages },
      { runWords },
      { pipelineInput },
      { asRun },
      { runStages, unknownStage },
    ] = await Promise.all([
      import('../pipeline/rules/stageGraph.js'),
      import('../pipeline/rules/stageWords.js'),
      import('../pipeline/rules/pipelineInput.js'),
      import('../context/runEvents.js'),
      import('../pipeline/run.js'),
    ]);
    const config = await context.config();
    const tree = context.git.workingTree();
    const branch = option(input, 'branch') ?? (await tree).branch;
    const checkedOut = await tree.then((found) => found.branch).catch(() => branch);
    const source =
      checkedOut === branch || checkedOut === 'HEAD' ? branch : `${checkedOut}, run as ${branch},`;
    const pipeline = pipelineOf(pipelineInput(config), branch);
    const only = list(input, 'only').flatMap((ids) => ids.split(','));
    let stages = pipeline.stages;
    try {
      stages = selectStages(pipeline.stages, { from: option(input, 'from'), only });
    } catch (error) {
      if (error instanceof RangeError) throw unknownStage(error.message, pipeline.stages);
      throw error;
    }
    if (context.options.dryRun) {
      const [{ previewRun, previewFailure }, { pipelinePreviewText }] = await Promise.all([
        import('../pipeline/previewRun.js'),
        import('../views/pipeline.js'),
      ]);
      const previews = await previewRun(context, stages);
      const failure = previewFailure(previews);
      return {
        data: { dryRun: true, ...pipeline, stages, previews },
        text: pipelinePreviewText({ ...pipeline, stages }, previews),
        ...(failure === undefined ? {} : { failure }),
      };
    }
    // Jenkins runs the stages of one run in a process each: every one of them knows the whole run.
    const isPart = only.length > 0 && Boolean(context.env['AUTOMATION_STACK_RUN']);
    const approvedBy = approvers(context, input);
    const approvedPlan = option(input, 'approved-plan');
    const resume = flag(input, 'resume');
    const asking =
      isPart || !stages.some(({ kind }) => kind === 'continue') ? {} : await terminalAsker(context);
    const done =
      resume && (!isPart || (await isFirst(context))) ? await whatIsDone(context, pipeline) : undefined;
    const outcomes = await asRun(
      context,
      'run',
      isPart ? pipeline.stages : stages,
      () =>
        runStages(context, {
          stages,
          pipeline: pipeline.stages,
          ...waiting(input),
          ...allowDestroy(input),
          approvedBy,
          resume,
          ...pauseAnswer(input),
          ...asking,
          ...(approvedPlan === undefined ? {} : { approvedPlan }),
          ...(done === undefined ? {} : isPart ? { doneElsewhere: done } : { done }),
        }),
      (ended) =>
        isPart
          ? undefined
          : `${runWords(pipeline, endedWell(ended), source)}${isPartial(ended) ? ', in part' : ''}`,
      {
        environment: pipeline.environment,
        isPart,
        isChoice: !isPart && stages.length < pipeline.stages.length,
        isNothing: (ended) => ended.length === 0,
        status: (ended) => (isPartial(ended) ? 'partial' : 'ok'),
      },
    );
    return {
      data: {
        branch,
        environment: pipeline.environment,
        stages: outcomes.map(({ stage, status, reason }) => ({ id: stage.id, status, reason })),
      },
    };
  },
};

/** Loaded only where something pauses. */
async function terminalAsker(context: Context) {
  const { processTerminal } = await import('../adapters/process/terminal.js');
  return pauseAsker(context, processTerminal(context.env));
}

async function whatIsDone(context: Context, pipeline: Pipeline) {
  const { doneStages } = await import('../pipeline/resume.js');
  return doneStages(context, pipeline);
}

/** Whether no other process of this run has told of it: the first one tells also what need not be done. */
async function isFirst(context: ContextWith<'clock' | 'env' | 'options'>): Promise<boolean> {
  const { RunFiles, runId } = await import('../views/runFiles.js');
  const { directory, configFile } = context.options;
  const files = new RunFiles(dirname(resolve(directory, configFile)));
  return (await files.read(runId(context.env, context.clock.now(), ''))) === undefined;
}

const isPartial = (outcomes: readonly StageOutcome[]) => outcomes.some(({ status }) => status === 'partial');

const endedWell = (outcomes: readonly StageOutcome[]) =>
  new Set(
    outcomes.filter(({ status }) => status === 'ok' || status === 'partial').map(({ stage }) => stage.id),
  );

export const commands = [run];
