import type { CommandDefinition } from './command.js';
import { untilPaused, waiting } from './deploy.js';

const continueDeployment: CommandDefinition = {
  name: 'continue',
  summary: 'Continue a deployment that is paused',
  description: `Ends the pause of a deployment whose target has \`strategy: { pause: [...] }\`, and follows it to its end, or to its next pause with \`--until paused\`. The deployment is then recorded as any other.
\`status\` shows where it is paused and until when; after that the platform goes back by itself. \`rollback\` goes back at once.
If a run waits at the pause in another terminal, the pause is ended and that run goes on with it.`,
  options: [
    {
      name: 'until',
      value: 'paused',
      description: 'End (exit 0) at the next pause, instead of waiting there.',
    },
    { name: 'wait', value: 'DURATION', description: 'Wait this long for the lock, e.g. 10m.' },
  ],
  examples: [
    { command: 'continue --env production', explains: 'Move the requests to the release that was tested.' },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const [
      { warmUp },
      { asStageRun },
      { deployEnd, deployStatus, deploySummary },
      paused,
      { endPauseOfRun },
    ] = await Promise.all([
      import('../delivery/targets/createTargets.js'),
      import('../context/runEvents.js'),
      import('../delivery/deploy.js'),
      import('../delivery/continue.js'),
      import('../delivery/endPause.js'),
    ]);
    const environment = await context.environment();
    warmUp(context, environment);
    if (context.options.dryRun) {
      const deployment = await paused.pausedDeployment(context, environment);
      const text = `Would continue deployment ${deployment.sequence} of ${deployment.version}.\nNothing was changed.`;
      return { data: { dryRun: true, ...deployment }, text };
    }
    const handedOver = await endPauseOfRun(context, environment);
    if (handedOver !== undefined) return { data: handedOver.deployment, text: handedOver.summary };
    const stage = {
      id: `continue:${environment.name}`,
      title: `Continue in ${environment.name}`,
      environment: environment.name,
    };
    const result = await asStageRun(
      context,
      'continue',
      stage,
      (telling) =>
        paused.continueDeployment(context, {
          environment,
          stage: telling,
          ...waiting(input),
          ...untilPaused(input),
        }),
      { end: deployEnd, summary: deploySummary, status: deployStatus },
    );
    return { data: { ...result.deployment, unchanged: result.unchanged } };
  },
};

export const commands = [continueDeployment];
