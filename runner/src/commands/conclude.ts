import { dirname, resolve } from 'node:path';
import { StackError } from '../core/errors.js';
import { option, type CommandDefinition } from './command.js';

const ENDINGS = ['refused', 'expired', 'interrupted', 'lost', 'failed'] as const;

const conclude: CommandDefinition = {
  name: 'conclude',
  summary: 'Record how a run of several processes ended',
  description:
    'What Jenkins alone knows, told by the step `automationStack`: an approval that was refused or never came, a build that was aborted, an agent that went away. Stages that have not run are recorded as skipped, and Slack hears of the end.',
  options: [
    { name: 'branch', value: 'BRANCH', description: 'Branch of the run (default: the one checked out).' },
    { name: 'stage', value: 'STAGE', description: 'Stage that ended without a word of its own.' },
    { name: 'ending', value: 'HOW', choices: ENDINGS, description: 'How that stage ended.' },
    { name: 'by', value: 'NAME', description: 'Who refused it.' },
    { name: 'reason', value: 'TEXT', description: 'What Jenkins says of it.' },
    { name: 'after', value: 'DURATION', description: 'How long it was waited for.' },
  ],
  environment: 'none',
  hidden: true,
  async run(context, input) {
    const [
      { pipelineOf },
      { runWords },
      { pipelineInput },
      { concludeRun },
      { joinRun },
      { mayBeAlive, runId, RunFiles },
    ] = await Promise.all([
      import('../core/pipeline.js'),
      import('../core/pipelineWords.js'),
      import('../config/pipelineInput.js'),
      import('../steps/conclude.js'),
      import('../views/run.js'),
      import('../views/runFiles.js'),
    ]);
    const config = await context.config();
    const branch = option(input, 'branch') ?? (await context.git.workingTree()).branch;
    const pipeline = pipelineOf(pipelineInput(config), branch);
    const { directory, configFile } = context.options;
    const id = runId(context.env, context.clock.now(), '');
    const record = await new RunFiles(dirname(resolve(directory, configFile))).read(id);
    const before = record === undefined ? undefined : joinRun(record, mayBeAlive, context.clock.now());
    const stage = option(input, 'stage');
    await concludeRun(context, {
      pipeline,
      told: new Map((before?.stages ?? []).map((item) => [item.id, item.status])),
      ...(stage === undefined ? {} : { ended: { stage, error: failureOf(stage, input) } }),
      summary: runWords(pipeline, new Set(pipeline.stages.map(({ id }) => id))),
    });
    return { data: { run: id } };
  },
};

/** The failure that stands for how the stage ended. */
function failureOf(stage: string, input: Parameters<typeof option>[0]): StackError {
  const by = option(input, 'by');
  const reason = option(input, 'reason') ?? 'the build was aborted';
  const subject = stage.split(':')[1] ?? stage;
  switch (option(input, 'ending') as (typeof ENDINGS)[number] | undefined) {
    case 'refused':
      return new StackError('APPROVAL_REFUSED', `refused by ${by ?? 'somebody'}`, {
        where: subject,
        next: 'Run the build again when it may pass; what came before is not built anew.',
      });
    case 'expired':
      return new StackError(
        'APPROVAL_EXPIRED',
        `nobody approved it within ${option(input, 'after') ?? 'the time given'}`,
        {
          where: subject,
          next: 'Run the build again, or set jenkins.approval.timeout.',
        },
      );
    case 'lost':
      return new StackError('AGENT_LOST', 'the agent that ran it went away', {
        where: stage,
        next: `\`node runner status\` says whether a deployment was cut off; then run the build again.`,
      });
    case 'failed':
      return new StackError('JENKINS_FAILED', reason, {
        where: stage,
        next: 'A step of Jenkins itself failed: correct its cause, then run the build again.',
      });
    default:
      return new StackError('INTERRUPTED', reason, {
        where: stage,
        next: 'Run the build again; stages that ended well are not done anew.',
      });
  }
}

export const commands = [conclude];
