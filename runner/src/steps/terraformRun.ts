import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../container.js';
import type { Invocation, ProcessOptions, ProcessResult } from '../core/ports.js';
import { parseMessage, withoutCliWarning, type Diagnostic } from '../core/terraformMessages.js';
import { terraformInit, type TerraformRoot } from '../invocations/terraform.js';
import { terraformFailure } from './terraformFailure.js';

/** Terraform's own words, in all its messages, for a root that was not initialised or no longer fits. */
const ASKS_FOR_INIT = /\bterraform init\b/;

export interface TerraformResult extends ProcessResult {
  /** Errors and warnings of commands that print JSON lines. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Runs a terraform command, initialising the root first where Terraform asks for it, so that a command on a root that
 * is ready costs one process. An interrupt reaches Terraform as one SIGINT: it ends what it is doing and saves its
 * state.
 * @param options `onLine` hears error messages when the command has ended, and none that only ask for init
 * @returns also of a failed command, unless init itself failed
 * @throws StackError TERRAFORM_FAILED of a failed init, TOOL_MISSING, INTERRUPTED
 */
export async function runTerraform(
  context: Context,
  root: TerraformRoot,
  invocation: Invocation,
  options: Omit<ProcessOptions, 'killSignal'> = {},
): Promise<TerraformResult> {
  const first = await attempt(context, invocation, options);
  if (first.exitCode !== 0 && asksForInit(first)) {
    await initialise(context, root, options);
    const second = await attempt(context, invocation, options);
    second.tellErrors();
    return second;
  }
  first.tellErrors();
  return first;
}

async function attempt(
  context: Context,
  invocation: Invocation,
  options: Omit<ProcessOptions, 'killSignal'>,
): Promise<TerraformResult & { tellErrors: () => void }> {
  const diagnostics: Diagnostic[] = [];
  const held: string[] = [];
  const isWorthShowing = withoutCliWarning();
  const result = await context.processes.run(invocation, {
    signal: context.signal,
    ...options,
    killSignal: 'SIGINT',
    onLine: (line, stream) => {
      const message = stream === 'stdout' ? parseMessage(line) : undefined;
      if (message?.type === 'diagnostic') diagnostics.push(message.diagnostic);
      if (message?.type === 'diagnostic' && message.diagnostic.severity === 'error') held.push(line);
      else if (isWorthShowing(line)) options.onLine?.(line, stream);
    },
  });
  return {
    ...result,
    diagnostics,
    tellErrors: () => held.forEach((line) => options.onLine?.(line, 'stdout')),
  };
}

function asksForInit(result: TerraformResult): boolean {
  return (
    result.tail.some((line) => ASKS_FOR_INIT.test(line)) ||
    result.diagnostics.some(({ summary, detail }) => ASKS_FOR_INIT.test(`${summary}\n${detail}`))
  );
}

/** Warnings told at most; more are in the verbose output. */
const TOLD_WARNINGS = 5;

/** The file that the environment's variables travel in; nobody else knows it by its name. */
const GENERATED_FILE = /file "[^"]*\/variables\.tfvars\.json"/;

/** Tells Terraform's warnings, each once: a misspelt variable is one. */
export function tellWarnings(context: Context, diagnostics: readonly Diagnostic[]): void {
  const warnings = diagnostics.filter(({ severity }) => severity !== 'error');
  const texts = warnings.map(({ summary, detail }) =>
    `Terraform: ${summary}. ${detail.split('\n\n')[0] ?? ''}`.trim(),
  );
  for (const text of [...new Set(texts)].slice(0, TOLD_WARNINGS)) {
    const message = text.replaceAll('\n', ' ').replace(GENERATED_FILE, 'infrastructure.variables');
    context.events.emit({ type: 'notice', level: 'warning', message });
  }
}

/** Roots being initialised in this process, by context: two environments of one root must not do it at once. */
const initialising = new WeakMap<Context, Map<string, Promise<void>>>();

async function initialise(
  context: Context,
  root: TerraformRoot,
  options: Omit<ProcessOptions, 'killSignal'>,
): Promise<void> {
  const running = initialising.get(context) ?? new Map<string, Promise<void>>();
  initialising.set(context, running);
  const before = running.get(root.directory) ?? Promise.resolve();
  const mine = before.catch(() => undefined).then(() => runInit(context, root, options));
  running.set(root.directory, mine);
  await mine;
}

async function runInit(
  context: Context,
  root: TerraformRoot,
  options: Omit<ProcessOptions, 'killSignal'>,
): Promise<void> {
  const { backendConfig, cleanUp } = await hideSecrets(context, root.backendConfig);
  try {
    const { onLine, signal = context.signal } = options;
    const result = await context.processes.run(terraformInit(root, backendConfig), {
      signal,
      killSignal: 'SIGINT',
      ...(onLine === undefined ? {} : { onLine }),
    });
    if (result.exitCode !== 0) throw terraformFailure('init', root, { ...result, diagnostics: [] });
  } finally {
    await cleanUp();
  }
}

/** Moves `key=value` settings that hold a secret into a file only this user can read: argv is there for all to see. */
async function hideSecrets(
  context: Context,
  settings: readonly string[],
): Promise<{ backendConfig: readonly string[]; cleanUp: () => Promise<void> }> {
  const secret = settings.filter((item) => item.includes('=') && context.secrets.text(item) !== item);
  if (secret.length === 0) return { backendConfig: settings, cleanUp: () => Promise.resolve() };
  const directory = await mkdtemp(join(context.env['TMPDIR'] ?? tmpdir(), 'automation-stack-'));
  const file = join(directory, 'secrets.tfbackend');
  const lines = secret.map((item) => {
    const at = item.indexOf('=');
    const value = JSON.stringify(item.slice(at + 1))
      .replaceAll('${', '$${')
      .replaceAll('%{', '%%{');
    return `${item.slice(0, at)} = ${value}\n`;
  });
  await writeFile(file, lines.join(''), { mode: 0o600 });
  return {
    backendConfig: [...settings.filter((item) => !secret.includes(item)), file],
    cleanUp: () => rm(directory, { recursive: true, force: true }),
  };
}
