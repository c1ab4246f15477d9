import { StackError } from '../base/errors.js';
import type { Context } from '../context/context.js';
import { commandVariables } from '../delivery/commandVariables.js';
import { environmentUrl } from '../delivery/environmentUrl.js';
import { commandFailure } from '../delivery/rules/checkCommands.js';
import type { Stage } from '../events/stage.js';
import type { Stage as PlannedStage } from './rules/stageGraph.js';

/**
 * Runs a stage of the project's own, in the configuration's directory, with the AWS, the variables, the URL and the version
 * of its environment.
 * @returns how it ended, in words
 * @throws StackError STAGE_FAILED with its last lines; CONFIG_REFERENCE, AWS_*; the signal's reason on abort
 */
export async function runOwnStage(context: Context, planned: PlannedStage, stage: Stage): Promise<string> {
  const { stages, directory } = await context.config();
  const settings = stages[planned.id];
  if (settings === undefined) throw new Error(`there is no stage ${planned.id}`);
  const { environment: name } = planned;
  const environment = name === undefined ? undefined : await context.environment(name);
  const env: Record<string, string> = {};
  let run = settings.run;
  if (environment !== undefined) {
    run = await context.resolve(run, environment);
    const { healthy } = await (await context.state()).ledger.current(environment.name);
    const url = await environmentUrl(context, environment);
    Object.assign(env, await commandVariables(context, environment), {
      AUTOMATION_STACK_ENVIRONMENT: environment.name,
      ...(url === undefined ? {} : { AUTOMATION_STACK_URL: url }),
      ...(healthy === undefined
        ? {}
        : { AUTOMATION_STACK_VERSION: healthy.version, AUTOMATION_STACK_COMMIT: healthy.commit }),
    });
  }
  if (settings.after.includes('release')) Object.assign(env, await releaseVariables(context));
  const [file = '', ...args] = run;
  const words = settings.run.join(' ');
  stage.progress(words, { subject: planned.id, phase: 'run', status: 'running' });
  const startedMs = context.clock.now().getTime();
  const { exitCode, tail } = await context.processes.run(
    { file, args, cwd: directory, env },
    {
      signal: context.signal,
      timeoutMs: settings.timeout,
      onLine: (line, stream) => stage.output(planned.id, line, stream),
    },
  );
  const elapsedMs = context.clock.now().getTime() - startedMs;
  const failure = commandFailure({ exitCode }, { elapsedMs, timeoutMs: settings.timeout });
  if (failure === undefined) return `${words}: done`;
  throw new StackError('STAGE_FAILED', `stage ${planned.id} failed: ${failure}`, {
    where: `stages.${planned.id}`,
    evidence: tail.slice(-20),
    next: `Run it alone, with all its output: node runner run --only ${planned.id} --verbose`,
  });
}

/** What a stage behind the release learns of it. */
async function releaseVariables(context: Context): Promise<Readonly<Record<string, string>>> {
  const { releasedVersion } = await import('../release/releasedVersion.js');
  const released = await releasedVersion(context);
  if (released === undefined) return {};
  return { AUTOMATION_STACK_RELEASE: released.version, AUTOMATION_STACK_TAG: released.name };
}
