import { StackError, toErrorRecord } from '../../base/errors.js';
import { digest } from '../../base/digest.js';
import type { Hook, HooksConfig } from '../../config/hooksSchema.js';
import type { ContextWith, NamedEnvironment } from '../../context/context.js';
import type { Stage } from '../../events/stage.js';
import { commandVariables } from '../commandVariables.js';
import { commandFailure } from '../rules/checkCommands.js';
import { hookVariables, type HookedDeploy } from '../rules/hookVariables.js';

/** Whoever interrupts a run waits for no hook for long, in milliseconds. */
const INTERRUPTED_MS = 10_000;

export type HookContext = ContextWith<'aws' | 'clock' | 'config' | 'env' | 'processes' | 'resolve'>;

export interface HookRun {
  readonly environment: NamedEnvironment;
  readonly stage: Stage;
  readonly deploy: HookedDeploy;
  readonly signal: AbortSignal;
  /** Tells one deployment from another, so that nothing is made twice of one. */
  readonly reference: string;
}

/**
 * Runs the hooks of one moment, one after the other; the first that fails ends them.
 * @throws StackError HOOK_FAILED with its last lines, CONFIG_REFERENCE, AWS_*; the signal's reason on abort
 */
export async function runHooks(context: HookContext, moment: keyof HooksConfig, run: HookRun): Promise<void> {
  const { environment, deploy, stage, signal } = run;
  const written = environment.config.hooks?.[moment] ?? [];
  if (written.length === 0) return;
  const hooks: readonly Hook[] = await context.resolve(written, environment);
  const shared = await commandVariables(context, environment);
  const env = { ...shared, ...hookVariables(deploy) };
  for (const [index, hook] of hooks.entries()) {
    signal.throwIfAborted();
    const where = `environments.${environment.name}.hooks.${moment}[${index}]`;
    if ('cloudfront' in hook) await invalidateCopies(context, hook, run);
    else await runCommand(context, { hook, moment, where, env, stage, signal, deploy });
  }
}

type Command = Extract<Hook, { readonly run: readonly string[] }>;

async function runCommand(
  context: HookContext,
  one: {
    readonly hook: Command;
    readonly moment: string;
    readonly where: string;
    readonly env: Readonly<Record<string, string>>;
    readonly stage: Stage;
    readonly signal: AbortSignal;
    readonly deploy: HookedDeploy;
  },
): Promise<void> {
  const { hook, moment, where, env, stage, signal, deploy } = one;
  const { clock, processes } = context;
  const { directory } = await context.config();
  const [file = '', ...args] = hook.run;
  const words = hook.run.join(' ');
  const subject = stage.subject(`hook ${moment}`);
  const timeoutMs =
    deploy.failure?.code === 'INTERRUPTED' ? Math.min(hook.timeout, INTERRUPTED_MS) : hook.timeout;
  subject.progress('hook', words);
  const startedMs = clock.now().getTime();
  const { exitCode, tail } = await processes.run(
    { file, args, cwd: directory, env },
    { signal, timeoutMs, onLine: (line, stream) => stage.output(`hook ${moment}`, line, stream) },
  );
  const failure = commandFailure({ exitCode }, { elapsedMs: clock.now().getTime() - startedMs, timeoutMs });
  if (failure === undefined) return subject.progress('hook', `${words}: done`, 'ok');
  subject.progress('hook', `${words}: ${failure}`, 'failed');
  throw new StackError('HOOK_FAILED', `the hook \`${words}\` failed: ${failure}`, {
    where,
    evidence: tail.slice(-20),
    next: 'Correct the hook, then run the command again.',
  });
}

/** What CloudFront keeps of the release before is not served any longer. */
async function invalidateCopies(
  context: HookContext,
  { cloudfront, paths }: Exclude<Hook, Command>,
  { environment, stage, signal, reference }: HookRun,
): Promise<void> {
  const { invalidate } = await import('../../adapters/aws/cloudFront.js');
  const aws = await context.aws(environment);
  const named = digest(JSON.stringify([reference, cloudfront, paths]));
  const id = await invalidate(aws, { distribution: cloudfront, paths, reference: named }, signal);
  stage
    .subject('hook after')
    .progress('hook', `CloudFront ${cloudfront} invalidates ${paths.join(' ')} (${id})`, 'ok');
}

/**
 * Runs the hooks of a deploy that failed. One that fails too is told, and is not the failure.
 * @param warn told of it
 */
export async function runFailedHooks(
  context: HookContext,
  run: HookRun,
  error: unknown,
  warn: (message: string) => void,
): Promise<void> {
  const { code, message } = toErrorRecord(error);
  try {
    await runHooks(context, 'failed', { ...run, deploy: { ...run.deploy, failure: { code, message } } });
  } catch (failed) {
    warn(toErrorRecord(failed).message);
  }
}
