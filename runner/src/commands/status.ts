import { reportBroken } from './broken.js';
import { flag, type CommandDefinition } from './command.js';

const status: CommandDefinition = {
  name: 'status',
  summary: 'Show what each environment runs',
  description: `From the ledger: the healthy release, since when, by whom, the last attempt, who holds the lock, which hosts are behind, whether a deployment was cut off, whether it is powered off, and what the last \`drift\` found.
\`--live\` also asks the targets themselves (ECS, hosts over SSH), and exits 1 if one is not healthy, does not answer, or runs something else than the ledger says.`,
  options: [{ name: 'live', description: 'Ask the targets what runs.' }],
  examples: [
    { command: 'status', explains: 'All environments at a glance.' },
    { command: 'status --env production --live', explains: 'What the platform itself says.' },
  ],
  environment: 'optional',
  async run(context, input) {
    const [{ statusOfEnvironments }, { environmentStatusText }] = await Promise.all([
      import('../delivery/status.js'),
      import('../views/environmentStatus.js'),
    ]);
    const environments = await statusOfEnvironments(context, flag(input, 'live'));
    const { ledger } = await context.state();
    reportBroken(context, ledger.broken);
    const healthy = environments.every((item) => item.targets?.every((target) => target.healthy) ?? true);
    return {
      exitCode: healthy ? 0 : 1,
      data: environments,
      text: environmentStatusText(environments, context.clock.now().getTime()),
    };
  },
};

export const commands = [status];
