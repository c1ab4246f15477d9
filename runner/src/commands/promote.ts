import { approvalOptions, approvers } from './approval.js';
import { option, type CommandDefinition } from './command.js';
import { waiting } from './deploy.js';

const promote: CommandDefinition = {
  name: 'promote',
  summary: 'Bring the release that is healthy in one environment to the next',
  description: `The same digests, never a rebuild. The environment's \`promotion.from\` says where it comes from.
The release is found by the commit that is checked out, else by the digest of its inputs (a merge changes the commit, not the content), or named by \`--release\`.
What never ran healthy there goes through it first, or is refused, as \`promotion.unmatched\` says.
What runs there on some hosts only (\`partial\`) is promoted where the others were merely out of reach, with a word on them; where it failed on a host, it is refused until \`deploy --catch-up\`, but for \`--force REASON\`.`,
  options: [
    { name: 'release', value: 'VERSION', description: 'Release to promote.' },
    ...approvalOptions,
    {
      name: 'force',
      value: 'REASON',
      description:
        'Promote what never ran healthy before, or past what is needed and not healthy; who and why are recorded.',
    },
    {
      name: 'wait',
      value: 'DURATION',
      description: 'Wait this long for the lock, and for what is needed, e.g. 10m.',
    },
  ],
  examples: [
    { command: 'promote --env production --approve', explains: 'Promote what staging runs to production.' },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const [
      { requireTargets, warmUp },
      { asRun },
      { inStage },
      { promoteRelease },
      { deployEnd, deployStatus, deploySummary },
    ] = await Promise.all([
      import('../targets/create.js'),
      import('../steps/runEvents.js'),
      import('../steps/stage.js'),
      import('../steps/promote.js'),
      import('../steps/deploy.js'),
    ]);
    const environment = await context.environment();
    requireTargets(environment);
    warmUp(context, environment);
    if (context.options.dryRun) {
      const { previewPromotion } = await import('../steps/preview.js');
      return previewPromotion(context, environment, option(input, 'release'));
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
    const result = await asRun(
      context,
      'promote',
      [{ id: stage.id, title: stage.title, needs: [] }],
      () =>
        inStage(
          context,
          stage,
          () =>
            promoteRelease(context, {
              environment,
              stage: stage.id,
              ...waiting(input),
              ...(version === undefined ? {} : { version }),
              approvedBy,
              ...(forcedReason === undefined ? {} : { forcedReason }),
            }),
          deployEnd,
        ),
      deploySummary,
      { status: deployStatus },
    );
    return { data: { ...result.deployment, unchanged: result.unchanged } };
  },
};

export const commands = [promote];
