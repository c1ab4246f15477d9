import { dirname, resolve } from 'node:path';
import type { ContextWith } from '../context/context.js';
import { toErrorRecord } from '../base/errors.js';
import type { StageEnding } from '../pipeline/rules/stageEnding.js';
import { list, option, type CommandDefinition, type CommandInput } from './command.js';

const ENDINGS = ['refused', 'expired', 'interrupted', 'superseded', 'lost', 'failed'] as const;

const conclude: CommandDefinition = {
  name: 'conclude',
  summary: 'Record how a run of several processes ended',
  description:
    'Records what only Jenkins knows, reported by the step `automationStack`: a refused or missing approval, a build that was aborted, superseded or out of time, a lost agent. Stages that did not run are recorded as skipped, and Slack is notified of the end.',
  options: [
    { name: 'branch', value: 'BRANCH', description: 'Branch of the run (default: the one checked out).' },
    {
      name: 'done',
      value: 'STAGE',
      description: 'Stage that succeeded in Jenkins; several with commas or repeated.',
      repeatable: true,
    },
    {
      name: 'resumed',
      value: 'STAGE=WORDS',
      description: 'Stage that another run has done, and what `stages --resume` says about it.',
      repeatable: true,
    },
    { name: 'stage', value: 'STAGE', description: 'Stage that ended without a result.' },
    { name: 'ending', value: 'HOW', choices: ENDINGS, description: 'How that stage ended.' },
    { name: 'by', value: 'NAME', description: 'Who refused it, or the build that overtook it.' },
    { name: 'reason', value: 'TEXT', description: 'What Jenkins says about it.' },
    { name: 'key', value: 'KEY', description: 'Setting that limited the time.' },
    { name: 'output', value: 'DIR', description: 'Write the report of the run there.' },
    { name: 'junit', value: 'FILE', description: 'With the report, the stages as JUnit XML.' },
    {
      name: 'after',
      value: 'DURATION',
      description: 'How long the build waited for it, or how long it could take.',
    },
  ],
  environment: 'none',
  hidden: true,
  async run(context, input) {
    const [
      { pipelineOf },
      { runWords },
      { pipelineInput },
      { concludeRun },
      { failureOfStage },
      { joinRun },
      { mayBeAlive, runId, RunFiles },
    ] = await Promise.all([
      import('../pipeline/rules/stageGraph.js'),
      import('../pipeline/rules/stageWords.js'),
      import('../pipeline/rules/pipelineInput.js'),
      import('../pipeline/conclude.js'),
      import('../pipeline/rules/stageEnding.js'),
      import('../views/runModel.js'),
      import('../views/runFiles.js'),
    ]);
    const config = await context.config();
    const branch = option(input, 'branch') ?? (await context.git.workingTree()).branch;
    const pipeline = pipelineOf(pipelineInput(config), branch);
    const { directory, configFile } = context.options;
    const id = runId(context.env, context.clock.now(), '');
    const record = await new RunFiles(dirname(resolve(directory, configFile))).read(id);
    const before = record === undefined ? undefined : joinRun(record, mayBeAlive, context.clock.now());
    const failure = before?.failures[0]?.error;
    const stage = option(input, 'stage');
    const ended = pipeline.stages.find(({ id: one }) => one === stage) ?? { id: stage ?? '' };
    await concludeRun(context, {
      pipeline,
      ...(before === undefined ? {} : { startedAt: before.startedAt }),
      reported: new Map((before?.stages ?? []).map((item) => [item.id, item.status])),
      ...(failure === undefined ? {} : { failure }),
      done: list(input, 'done').flatMap((ids) => ids.split(',')),
      resumed: new Map(
        list(input, 'resumed').map((text) => [text.split('=', 1)[0] ?? '', text.replace(/^[^=]*=/, '')]),
      ),
      ...(stage === undefined
        ? {}
        : { ended: { stage, error: failureOfStage(config, ended, stageEnding(input)) } }),
      summary: (done) => runWords(pipeline, done),
    });
    return { data: { run: id, ...(await report(context, input, id)) } };
  },
};

/** The report in the same breath: whoever tells the end of a build publishes it. What keeps it away is no failure. */
async function report(
  context: ContextWith<'clock' | 'config' | 'events' | 'options' | 'secrets'>,
  input: CommandInput,
  run: string,
) {
  const output = option(input, 'output');
  if (output === undefined) return {};
  const [{ writeReports }] = await Promise.all([import('../views/writeReport.js'), context.events.close()]);
  try {
    const { data } = await writeReports(context, { run, output, junit: option(input, 'junit') });
    return { report: data.files };
  } catch (error) {
    return { unreported: toErrorRecord(error).message };
  }
}

const stageEnding = (input: CommandInput): StageEnding => ({
  ending: (option(input, 'ending') as StageEnding['ending'] | undefined) ?? 'interrupted',
  by: option(input, 'by'),
  reason: option(input, 'reason'),
  key: option(input, 'key'),
  after: option(input, 'after'),
});

export const commands = [conclude];
