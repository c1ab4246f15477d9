import type { Context } from '../context/context.js';
import type { UpstreamReport } from '../delivery/needs.js';
import { waiting } from './deploy.js';
import type { CommandDefinition, CommandInput } from './command.js';

const needs: CommandDefinition = {
  name: 'needs',
  summary: 'Show the applications this one needs and the status of each',
  description: `The whole graph upstream of this application, in the order of deployment, read from the places that \`needs\` of the configuration names. A circle of applications is refused with their names.

With \`--env\` it is the check that every deploy and promotion makes first: the last deployment of everything upstream must be healthy there. It exits 1 if one failed, was rolled back, was cut off or was never deployed. If one is being deployed, \`--wait\` waits for it; otherwise it exits 4. An application without an environment of that name is ignored.`,
  options: [
    {
      name: 'wait',
      value: 'DURATION',
      description: 'Wait this long for deployments upstream that are running, e.g. 10m; needs --env.',
    },
  ],
  examples: [
    {
      command: 'needs',
      explains: 'The graph, with the last deployment of each application in each environment.',
    },
    { command: 'needs --env staging', explains: 'May this application go to staging now?' },
    { command: 'needs --env staging --wait 10m', explains: 'The same, patiently.' },
  ],
  environment: 'optional',
  async run(context, input) {
    const [config, { upstreamText }] = await Promise.all([
      context.config(),
      import('../views/upstreamTable.js'),
    ]);
    if (context.options.environment !== undefined) {
      const environment = await context.environment();
      const report = await check(context, input, environment.name);
      return { data: dataOf(report), text: upstreamText(report, [environment.name]) };
    }
    const { readUpstream } = await import('../delivery/needs.js');
    const environments = Object.keys(config.environments);
    const report = await readUpstream(context, environments);
    return { data: dataOf(report), text: upstreamText(report, environments) };
  },
};

/** The check as a run of one stage, so that it is told and recorded as in a pipeline. */
async function check(context: Context, input: CommandInput, environment: string): Promise<UpstreamReport> {
  const [{ requireUpstream }, { asStageRun }] = await Promise.all([
    import('../delivery/needs.js'),
    import('../context/runEvents.js'),
  ]);
  return asStageRun(
    context,
    'needs',
    { id: `needs:${environment}`, title: `Check what ${environment} needs`, environment },
    (stage) => requireUpstream(context, { environment, stage, ...waiting(input) }),
    { end: ({ summary }) => ({ reason: summary }) },
  );
}

function dataOf({ application, order, upstream, standings }: UpstreamReport) {
  return {
    application,
    order,
    needs: upstream.map((item) => ({
      ...item,
      environments: standings
        .filter((standing) => standing.application === item.application)
        .map(({ environment, standing, deployment }) => ({ environment, standing, deployment })),
    })),
  };
}

export const commands = [needs];
