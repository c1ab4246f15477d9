import { previewResult } from '../events/commandResult.js';
import { approvalOptions, approvers } from './approvalOptions.js';
import { option, type CommandDefinition } from './command.js';
import { untilPaused, untilPausedOption, waiting } from './deploy.js';

const promote: CommandDefinition = {
  name: 'promote',
  summary: 'Promote the release that is healthy in one environment to the next',
  description: `The same digests are used, nothing is built again. \`promotion.from\` of the environment says where the release comes from.
\`--release\` names the release. Otherwise it is found by the commit that is checked out, or by the digest of its inputs (a merge changes the commit, not the content).
A release that was never healthy there is deployed there first, or refused, as \`promotion.unmatched\` says.
A release that runs on some of the hosts only (\`partial\`) is promoted with a warning if the others were merely unreachable. If it failed on a host, it is refused until \`deploy --catch-up\`, or with \`--force REASON\` promoted all the same.`,
  options: [
    { name: 'release', value: 'VERSION', description: 'Release to promote.' },
    ...approvalOptions,
    {
      name: 'force',
      value: 'REASON',
      description:
        'Promote a release that was never healthy before, or although a needed application is not healthy; who and why are recorded.',
    },
    {
      name: 'wait',
      value: 'DURATION',
      description: 'Wait this long for the lock and for the applications that are needed, e.g. 10m.',
    },
    untilPausedOption,
  ],
  examples: [
    { command: 'promote --env production --approve', explains: 'Promote what staging runs to production.' },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const [
      { requireTargets, warmUp },
      { asStageRun },
      { promoteRelease },
      { deployEnd, deployStatus, deploySummary },
    ] = await Promise.all([
      import('../delivery/targets/createTargets.js'),
      import('../context/runEvents.js'),
      import('../delivery/promote.js'),
      import('../delivery/deploy.js'),
    ]);
    const environment = await context.environment();
    requireTargets(environment);
    warmUp(context, environment);
    if (context.options.dryRun) {
      const { previewPromotion } = await import('../delivery/preview.js');
      return previewResult(await previewPromotion(context, environment, option(input, 'release')));
    }
    const from = environment.config.promotion?.from ?? 'nowhere';
    const stage = {
      id: `promote:${environment.name}`,
      title: `Promote ${from} to ${environment.name}`,
      environment: environment.name,
    };
    const approvedBy = approvers(context, input);
    const version = option(input, 'release');
    const forcedReason = option(input, 'force');
    const result = await asStageRun(
      context,
      'promote',
      stage,
      (telling) =>
        promoteRelease(context, {
          environment,
          stage: telling,
          ...waiting(input),
          ...untilPaused(input),
          ...(version === undefined ? {} : { version }),
          approvedBy,
          ...(forcedReason === undefined ? {} : { forcedReason }),
        }),
      { end: deployEnd, summary: deploySummary, status: deployStatus },
    );
    return { data: { ...result.deployment, unchanged: result.unchanged } };
  },
};

export const commands = [promote];
