import { ExitCode } from '../base/errors.js';
import { option, type CommandDefinition } from './command.js';

const diff: CommandDefinition = {
  name: 'diff',
  summary: 'Show what a deploy would change',
  description: `Compares what runs with what \`deploy\` would bring: the image by version and digest, environment variables, secrets by name, cpu, memory, ports, command and strategy of an ECS service; the version of each host of a fleet. It changes nothing.

Without \`--release\` it compares the release of this working tree, also if it is not built yet.

What Terraform changed in the task definition since the last deploy is marked: the next deploy takes it along. If what runs was changed otherwise too, that stays, and both are named.

Exits 0 if nothing would change, 5 if something would, and 1 if a part could not be compared (a host that does not answer).`,
  options: [
    {
      name: 'release',
      value: 'VERSION',
      description: 'Release to compare (default: the one of this working tree).',
    },
  ],
  examples: [
    { command: 'diff --env staging', explains: 'What would deploying this working tree change?' },
    { command: 'diff --env production --release 1.4.0', explains: 'The same of a release made before.' },
    { command: 'diff --env staging --json', explains: 'Each difference as data.' },
  ],
  environment: 'required',
  async run(context, input) {
    const [{ requireTargets }, { diffEnvironment }, { environmentDiffText }] = await Promise.all([
      import('../delivery/targets/createTargets.js'),
      import('../delivery/diff/diffEnvironment.js'),
      import('../views/environmentDiff.js'),
    ]);
    const environment = await context.environment();
    requireTargets(environment);
    const found = await diffEnvironment(context, environment, option(input, 'release'));
    const isPart = found.targets.some(({ unknown = [] }) => unknown.length > 0);
    const exitCode = found.different ? ExitCode.drift : isPart ? ExitCode.failed : ExitCode.ok;
    return { exitCode, data: found, text: environmentDiffText(found) };
  },
};

export const commands = [diff];
