import type { CommandDefinition } from './command.js';
import { option } from './command.js';

const stages: CommandDefinition = {
  name: 'stages',
  summary: 'Print the stage graph of a branch',
  description:
    'The graph that `run` runs on a laptop and Jenkins runs as its stages: each with its id, what it needs, the command that runs it alone, and the environment variables with credentials it refers to. `jenkins` says how Jenkins walks it: on which agents, with which credentials, where it waits for an approval.',
  options: [
    { name: 'branch', value: 'BRANCH', description: 'Branch to look at (default: the one checked out).' },
  ],
  examples: [{ command: 'stages --branch develop --json', explains: 'What Jenkins asks before a build.' }],
  environment: 'none',
  async run(context, input) {
    const [{ pipelineOf }, { pipelineInput }, { jenkinsPlan }] = await Promise.all([
      import('../core/pipeline.js'),
      import('../config/pipelineInput.js'),
      import('../config/jenkins.js'),
    ]);
    const config = await context.config();
    const branch = option(input, 'branch') ?? (await context.git.workingTree()).branch;
    const pipeline = pipelineOf(pipelineInput(config), branch);
    const { pipelineText } = await import('../views/pipeline.js');
    return { data: { ...pipeline, jenkins: jenkinsPlan(config, pipeline) }, text: pipelineText(pipeline) };
  },
};

export const commands = [stages];
