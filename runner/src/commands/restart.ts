import { option, type CommandDefinition } from './command.js';
import { waiting } from './deploy.js';
import { targetOption, waitOption } from './operateOptions.js';

const restart: CommandDefinition = {
  name: 'restart',
  summary: 'Start anew what runs in a target, gated on health',
  description: `The release stays. A service gets a new deployment of the same task definition and is watched as in a deploy: new tasks are healthy before old ones end. A fleet restarts its containers batch by batch (\`batch\`): each host leaves the target group, must pass the health gate and returns; a host that does not become healthy stays out, and where more than \`max-failed\` do, the other batches are left alone.

The environment's lock is held, and it is recorded who did it (\`history --changes\`).`,
  options: [targetOption, waitOption],
  examples: [
    { command: 'restart --env staging', explains: 'So that it reads its secrets anew.' },
    { command: 'restart --env production --target web', explains: 'One target of several.' },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const environment = await context.environment();
    const target = option(input, 'target');
    if (context.options.dryRun) {
      const { operatedTarget } = await import('../delivery/operate/chooseTarget.js');
      const { name } = await operatedTarget(context, environment, target, 'restart');
      return {
        data: { dryRun: true, environment: environment.name, target: name },
        text: `Would restart ${name} of ${environment.name}.\nNothing was changed.`,
      };
    }
    const [{ restartTarget, restartSummary }, { asStageRun }] = await Promise.all([
      import('../delivery/operate/restart.js'),
      import('../context/runEvents.js'),
    ]);
    const stage = {
      id: `restart:${environment.name}`,
      title: `Restart ${environment.name}`,
      environment: environment.name,
    };
    const done = await asStageRun(
      context,
      'restart',
      stage,
      (telling) =>
        restartTarget(context, environment, { target, stage: telling, waitMs: 0, ...waiting(input) }),
      { end: (result) => ({ reason: restartSummary(result) }) },
    );
    return { data: done };
  },
};

export const commands = [restart];
