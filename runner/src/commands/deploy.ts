import { parseDuration } from '../base/duration.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { DeploymentRecord, ReleaseRecord } from '../domain/records.js';
import type { CaughtUp } from '../delivery/catchUp.js';
import { previewResult, type CommandResult } from '../events/commandResult.js';
import { flag, option, type CommandDefinition, type CommandInput, type OptionDefinition } from './command.js';

/** Of verbs that bring a release somewhere. */
export const untilPausedOption: OptionDefinition = {
  name: 'until',
  value: 'paused',
  description:
    'End (exit 0) where the platform pauses, instead of waiting there; `continue` or `rollback` goes on from it.',
};

const deploy: CommandDefinition = {
  name: 'deploy',
  summary: 'Deploy a release to an environment, gated on health',
  description: `Deploys \`--release VERSION\`, otherwise the release of this working tree; if there is none yet, it is built and pushed first.
Every target of the environment gets the release. If one fails its health gate, all are rolled back to what ran before (exit 3).
A second deploy of the same environment waits with \`--wait\`, or exits 4 naming who holds the lock.

If a run was killed, \`--resume\` continues it and \`rollback\` undoes it. If neither works, \`--release VERSION\` (or \`--force REASON\`) deploys a release that works and ends the deployment that was cut off.

If a fleet allows failures (\`max-failed\`), a deploy that leaves hosts behind is recorded as \`partial\`. Those hosts stay out of the target group until \`--catch-up\` deploys to them the release that the environment runs. It changes no other host.

An ECS service that wants 0 tasks gets the release too, but nothing shows that the release works: it is recorded as \`unproven\` and cannot be promoted without \`--force\`. Let a task run and deploy again to prove it.`,
  options: [
    {
      name: 'release',
      value: 'VERSION',
      description: 'Release to deploy (default: the one of this working tree).',
    },
    { name: 'resume', description: 'Continue a deployment that was cut off.' },
    {
      name: 'catch-up',
      description:
        'Deploy the release that the environment runs to the hosts that are behind, and to no other.',
    },
    {
      name: 'no-verify',
      description: 'Do not refuse what surely cannot run: an image or a new secret that is not there.',
    },
    untilPausedOption,
    {
      name: 'wait',
      value: 'DURATION',
      description: 'Wait this long for the lock and for the applications that are needed, e.g. 10m.',
    },
    {
      name: 'force',
      value: 'REASON',
      description:
        'Deploy without a promotion, although a needed application is not healthy, or an uncommitted tree to a protected environment; who and why are recorded.',
    },
  ],
  examples: [
    { command: 'deploy --env staging', explains: 'Build, push and deploy what is checked out.' },
    { command: 'deploy --env staging --release 1.4.0', explains: 'Deploy a release that was made before.' },
    {
      command: 'deploy --env staging --catch-up',
      explains: 'Update a host that was down to what the others run.',
    },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const [
      { requireTargets, warmUp },
      { asRun },
      { inStage },
      { deployEnd, deployRelease, deployStatus, deploySummary },
    ] = await Promise.all([
      import('../delivery/targets/createTargets.js'),
      import('../context/runEvents.js'),
      import('../events/stage.js'),
      import('../delivery/deploy.js'),
    ]);
    const environment = await context.environment();
    requireTargets(environment);
    refuseOther(input, environment);
    warmUp(context, environment);
    const stage = {
      id: `deploy:${environment.name}`,
      title: `Deploy to ${environment.name}`,
      environment: environment.name,
    };
    if (flag(input, 'catch-up')) return catchUpCommand(context, environment, input, stage);
    if (context.options.dryRun) {
      const { previewDeploy } = await import('../delivery/preview.js');
      return previewResult(await previewDeploy(context, environment, option(input, 'release')));
    }
    const result = await asRun(
      context,
      'deploy',
      [{ id: stage.id, title: stage.title, needs: [] }],
      async () => {
        const resume = flag(input, 'resume') ? await unfinishedDeployment(context, environment) : undefined;
        const release =
          resume === undefined
            ? await chooseRelease(context, environment, input)
            : await knownRelease(context, resume.deployment.version);
        context.events.emit({ type: 'release', release });
        const reason = option(input, 'force');
        const only =
          resume?.deployment.kind === 'catch-up' ? await toCatchUp(context, environment) : undefined;
        return inStage(
          context,
          stage,
          (telling) =>
            deployRelease(context, {
              environment,
              release,
              kind: resume?.deployment.kind ?? 'deploy',
              stage: telling,
              forward: option(input, 'release') !== undefined || option(input, 'force') !== undefined,
              ...(flag(input, 'no-verify') ? { verify: false } : {}),
              ...waiting(input),
              ...untilPaused(input),
              ...(resume === undefined ? {} : { resume }),
              ...(only === undefined ? {} : { only }),
              ...(reason === undefined ? {} : { forcedBy: context.who, forcedReason: reason }),
            }),
          deployEnd,
        );
      },
      deploySummary,
      { status: deployStatus },
    );
    return { data: { ...result.deployment, unchanged: result.unchanged } };
  },
};

/** `deploy --catch-up`: exit 1 while a host is behind still, though the others have caught up. */
async function catchUpCommand(
  context: Context,
  environment: NamedEnvironment,
  input: CommandInput,
  stage: { readonly id: string; readonly title: string; readonly environment: string },
): Promise<CommandResult> {
  const other = ['release', 'resume', 'force'].find((name) => input.options[name] !== undefined);
  if (other !== undefined) {
    throw new StackError(
      'USAGE',
      `--catch-up deploys what the environment runs: --${other} cannot be used with it`,
      {
        next: `Remove --${other} or --catch-up.`,
      },
    );
  }
  const [{ asStageRun }, { catchUp, previewCatchUp, stillBehind }] = await Promise.all([
    import('../context/runEvents.js'),
    import('../delivery/catchUp.js'),
  ]);
  if (context.options.dryRun) {
    const { version, behind } = await previewCatchUp(context, environment);
    const lines = behind.map(({ host, target, reason }) => `  ${host} (${target}): ${reason}`);
    const words = lines.length === 0 ? 'No host is behind.' : `Would update to ${version}:`;
    return previewResult({ data: { dryRun: true, version, behind }, lines: [words, ...lines] });
  }
  const finding = (done: CaughtUp) => stillBehind(environment.name, done);
  const done = await asStageRun(
    context,
    'deploy',
    stage,
    (telling) => catchUp(context, { environment, stage: telling, ...waiting(input) }),
    {
      end: (caughtUp) => ({ reason: caughtUp.summary, behind: caughtUp.behind, finding: finding(caughtUp) }),
      finding,
    },
  );
  return {
    exitCode: done.behind.length > 0 ? 1 : 0,
    data: { ...done.result?.deployment, behind: done.behind, unchanged: done.result?.unchanged ?? true },
  };
}

/** The named release, else the one of this working tree, built and pushed where there is none. */
async function chooseRelease(
  context: Context,
  environment: NamedEnvironment,
  input: CommandInput,
): Promise<ReleaseRecord> {
  const version = option(input, 'release');
  if (version !== undefined) return knownRelease(context, version);
  const [{ ensureRelease }, { requireOpenWay }, { Stage }] = await Promise.all([
    import('../release/findRelease.js'),
    import('../delivery/beforeBuild.js'),
    import('../events/stage.js'),
  ]);
  const forced = option(input, 'force') !== undefined;
  return ensureRelease(context, {
    environment,
    stage: new Stage(context.events, `deploy:${environment.name}`),
    beforeBuild: () => requireOpenWay(context, { environment, kind: 'deploy', forced, ...waiting(input) }),
  });
}

async function knownRelease(context: ContextWith<'state'>, version: string): Promise<ReleaseRecord> {
  const { ledger } = await context.state();
  const release = await ledger.release(version);
  if (release !== undefined) return release;
  const { unknownRelease } = await import('../delivery/promote.js');
  throw unknownRelease(version);
}

/** `--wait DURATION` as milliseconds. */
export function waiting(input: CommandInput): { waitMs?: number } {
  const text = option(input, 'wait');
  if (text === undefined) return {};
  try {
    return { waitMs: parseDuration(text) };
  } catch {
    throw new StackError('USAGE', `--wait ${text} is not a duration`, {
      next: 'Use e.g. --wait 10m or --wait 90s.',
    });
  }
}

/** `--until paused`: a pause of the platform ends the run. */
export function untilPaused(input: CommandInput): { atPause?: 'end' } {
  const until = option(input, 'until');
  if (until === undefined) return {};
  if (until !== 'paused')
    throw new StackError('USAGE', `--until ${until} is not known`, { next: 'Use --until paused.' });
  return { atPause: 'end' };
}

/** The targets that a `--catch-up` goes on with. */
async function toCatchUp(
  context: ContextWith<'kinds'>,
  environment: NamedEnvironment,
): Promise<readonly string[]> {
  const { catchingUp } = await import('../delivery/catchUp.js');
  return catchingUp(context, environment);
}

/** What `--resume` goes on with, or has to close. @throws StackError USAGE where there is nothing */
async function unfinishedDeployment(
  context: ContextWith<'state'>,
  environment: NamedEnvironment,
): Promise<{ readonly deployment: DeploymentRecord }> {
  const [{ readLastRun }, { nothingToResume }] = await Promise.all([
    import('../delivery/unfinished.js'),
    import('../delivery/preflight.js'),
  ]);
  const left = await readLastRun(await context.state(), environment.name);
  if (left.kind === 'unreadable') throw left.error;
  if (left.kind === 'nothing') throw nothingToResume(environment);
  return left.kind === 'open' || left.kind === 'paused' ? left.unfinished : left;
}

/** A deployment that was cut off has its release. @throws StackError USAGE */
function refuseOther(input: CommandInput, environment: NamedEnvironment): void {
  const version = option(input, 'release');
  if (!flag(input, 'resume') || version === undefined) return;
  throw new StackError('USAGE', '--resume continues with the release of the deployment that was cut off', {
    where: `--release ${version}`,
    next:
      `\`node runner deploy --env ${environment.name} --resume\` continues it; ` +
      `\`node runner deploy --env ${environment.name} --release ${version}\` deploys ${version} instead.`,
  });
}

export const commands = [deploy];
