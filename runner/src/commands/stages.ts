import type { ContextWith } from '../context/context.js';
import type { Pipeline } from '../pipeline/rules/stageGraph.js';
import { flag, option, type CommandDefinition } from './command.js';

const stages: CommandDefinition = {
  name: 'stages',
  summary: 'Print the stage graph of a branch',
  description:
    'The graph that `run` runs on a laptop and Jenkins runs as its stages: each stage with its id, what it needs, the command that runs it alone, and the environment variables with credentials it refers to. `jenkins` says how Jenkins runs it: on which agents, with which credentials, where it waits for an approval, and who may not approve. With `--resume`, each stage that another run of the same commit has done is marked (`done`).',
  options: [
    { name: 'branch', value: 'BRANCH', description: 'Branch to look at (default: the one checked out).' },
    { name: 'resume', description: 'Mark the stages that are done already, as the ledger proves.' },
  ],
  examples: [
    { command: 'stages --branch develop --json', explains: 'What Jenkins asks before a build.' },
    { command: 'stages --resume', explains: 'What would `run --resume` skip?' },
  ],
  environment: 'none',
  async run(context, input) {
    const [
      { pipelineOf },
      { pipelineInput },
      { jenkinsPlan },
      { pipelineText },
      { noticeLedgerLocation },
      { doneStages, doneWords },
    ] = await Promise.all([
      import('../pipeline/rules/stageGraph.js'),
      import('../pipeline/rules/pipelineInput.js'),
      import('../pipeline/rules/jenkinsBindings.js'),
      import('../views/pipeline.js'),
      import('../state/sharedLocation.js'),
      import('../pipeline/resume.js'),
    ]);
    const config = await context.config();
    const branch = option(input, 'branch') ?? (await context.git.workingTree()).branch;
    const pipeline = pipelineOf(pipelineInput(config), branch);
    // What a build would stop at later is told before it begins.
    if (pipeline.stages.length > 0) noticeLedgerLocation(config, context);
    const done = flag(input, 'resume') ? await doneStages(context, pipeline) : undefined;
    const jenkins = jenkinsPlan(config, pipeline);
    // A program that names no branch asks for the credentials of a command, before each: the graph is no news to it.
    const isForProgram = context.options.resultFile !== undefined && option(input, 'branch') === undefined;
    return {
      data: {
        ...pipeline,
        stages: pipeline.stages.map((stage) => {
          const known = done?.get(stage.id);
          return known === undefined ? stage : { ...stage, done: { ...known, words: doneWords(known) } };
        }),
        jenkins: { ...jenkins, approval: { ...jenkins.approval, ...(await whoMayNot(context, pipeline)) } },
      },
      ...(isForProgram ? {} : { text: pipelineText(pipeline, done) }),
    };
  },
};

/** What is asked of those who approve; looked up only where something is waiting for them. */
async function whoMayNot(
  context: ContextWith<'config' | 'environment' | 'git' | 'state' | 'who'>,
  { stages: all }: Pipeline,
) {
  const stage = all.find(({ kind }) => kind === 'approve' || kind === 'approve-contract');
  if (stage === undefined) return { count: 1, not: [], who: [], notes: [] };
  const { approvalTerms } = await import('../delivery/approvals.js');
  return approvalTerms(context, await context.environment(stage.environment));
}

export const commands = [stages];
