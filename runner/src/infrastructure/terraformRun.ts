import type { ContextWith } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { ProcessEnd } from '../base/interruption.js';
import { LONGEST_RECORD } from '../base/longLines.js';
import type { Invocation, ProcessOptions, ProcessResult } from '../base/ports.js';
import { parseMessage, withoutCliWarning, type Diagnostic } from './rules/terraformMessages.js';
import { hclText } from './rules/hcl.js';
import { dataDirectory, terraformInit, type TerraformRoot } from './rules/terraformArguments.js';
import { withCacheLock, pluginCache } from './pluginCache.js';
import { privateFolder } from '../adapters/process/privateFolder.js';
import { isUnsaved, terraformFailure } from './rules/terraformFailure.js';

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
  context: ContextWith<'env' | 'events' | 'processes' | 'secrets' | 'signal'>,
  root: TerraformRoot,
  invocation: Invocation,
  options: Omit<ProcessOptions, 'killSignal'> = {},
): Promise<TerraformResult> {
  const cache = pluginCache(context, root);
  const cached = { ...invocation, env: { ...cache?.env, ...invocation.env } };
  let result: Attempt;
  // A second time where another environment of the root had initialised it meanwhile, and that was not enough.
  for (let tries = 0; ; tries += 1) {
    const known = initialisations(context, root);
    result = await attempt(context, cached, options);
    if (result.exitCode === 0 || !asksForInit(result) || tries === 2) break;
    await initialise(context, root, known, options);
  }
  result.tellErrors();
  return result;
}

/** Terraform was interrupted, and has ended. */
export class TerraformInterrupted extends StackError {
  /**
   * @param reason what interrupted it
   * @param how `killed`: before it came to its end; `unsaved`: it could not write its state
   */
  constructor(
    reason: StackError,
    readonly how: 'in-order' | 'killed' | 'unsaved',
  ) {
    super(reason.code, reason.message, { cause: reason, interruption: reason.interruption });
  }
}

interface Attempt extends TerraformResult {
  readonly tellErrors: () => void;
}

async function attempt(
  context: ContextWith<'processes' | 'signal'>,
  invocation: Invocation,
  options: Omit<ProcessOptions, 'killSignal'>,
): Promise<Attempt> {
  const diagnostics: Diagnostic[] = [];
  const held: string[] = [];
  const isWorthShowing = withoutCliWarning();
  let end: ProcessEnd | undefined;
  const running = context.processes.run(invocation, {
    signal: context.signal,
    ...options,
    killSignal: 'SIGINT',
    longestLine: LONGEST_RECORD,
    onEnd: (how) => (end = how),
    onLine: (line, stream) => {
      const message = stream === 'stdout' ? parseMessage(line) : undefined;
      if (message?.type === 'diagnostic') diagnostics.push(message.diagnostic);
      if (message?.type === 'diagnostic' && message.diagnostic.severity === 'error') held.push(line);
      else if (isWorthShowing(line)) options.onLine?.(line, stream);
    },
  });
  const result = await running.catch((error: unknown) => {
    if (!(error instanceof StackError) || error.code !== 'INTERRUPTED' || end === undefined) throw error;
    const saved = isUnsaved(diagnostics) ? 'unsaved' : 'in-order';
    throw new TerraformInterrupted(error, end.signal === undefined ? saved : 'killed');
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
const SHOWN_WARNINGS = 5;

/** The file that the environment's variables travel in; nobody else knows it by its name. */
const GENERATED_FILE = /file "[^"]*\/variables\.tfvars\.json"/;

/** Tells Terraform's warnings, each once: a misspelt variable is one. */
export function tellWarnings(context: ContextWith<'events'>, diagnostics: readonly Diagnostic[]): void {
  const warnings = diagnostics.filter(({ severity }) => severity !== 'error');
  const texts = warnings.map(({ summary, detail }) =>
    `Terraform: ${summary}. ${detail.split('\n\n')[0] ?? ''}`.trim(),
  );
  for (const text of [...new Set(texts)].slice(0, SHOWN_WARNINGS)) {
    const message = text.replaceAll('\n', ' ').replace(GENERATED_FILE, 'infrastructure.variables');
    context.events.emit({ type: 'notice', level: 'warning', message });
  }
}

/** Inits of this process, by context: one after the other, and how many each data directory has had. */
const inits = new WeakMap<object, { last: Promise<void>; readonly done: Map<string, number> }>();

function initsOf(context: object) {
  const known = inits.get(context) ?? { last: Promise.resolve(), done: new Map<string, number>() };
  inits.set(context, known);
  return known;
}

const initialisations = (context: object, root: TerraformRoot) =>
  initsOf(context).done.get(dataDirectory(root)) ?? 0;

/**
 * Initialises a root, unless another environment of it has done so since.
 * @param known how many times it had been initialised before Terraform asked for it
 */
async function initialise(
  context: ContextWith<'env' | 'events' | 'processes' | 'secrets' | 'signal'>,
  root: TerraformRoot,
  known: number,
  options: Omit<ProcessOptions, 'killSignal'>,
): Promise<void> {
  const all = initsOf(context);
  const mine = all.last
    .catch(() => undefined)
    .then(async () => {
      const now = initialisations(context, root);
      if (now !== known) return;
      const tell = () => options.onLine?.('waiting for another terraform init on this machine', 'stdout');
      await withCacheLock(context, pluginCache(context, root), () => runInit(context, root, options), tell);
      all.done.set(dataDirectory(root), now + 1);
    });
  all.last = mine;
  await mine;
}

async function runInit(
  context: ContextWith<'env' | 'events' | 'processes' | 'secrets' | 'signal'>,
  root: TerraformRoot,
  options: Omit<ProcessOptions, 'killSignal'>,
): Promise<void> {
  const { backendConfig, cleanUp } = await hideSecrets(context, root.backendConfig);
  try {
    const { onLine, signal = context.signal } = options;
    const init = terraformInit(root, backendConfig);
    const cached = { ...init, env: { ...pluginCache(context, root)?.env, ...init.env } };
    const result = await context.processes.run(cached, {
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
  context: ContextWith<'env' | 'secrets'>,
  settings: readonly string[],
): Promise<{ backendConfig: readonly string[]; cleanUp: () => Promise<void> }> {
  const secret = settings.filter((item) => item.includes('=') && context.secrets.text(item) !== item);
  if (secret.length === 0) return { backendConfig: settings, cleanUp: () => Promise.resolve() };
  const lines = secret.map((item) => {
    const at = item.indexOf('=');
    return `${item.slice(0, at)} = ${hclText(item.slice(at + 1))}\n`;
  });
  const folder = await privateFolder(context.env, 'memory');
  return {
    backendConfig: [
      ...settings.filter((item) => !secret.includes(item)),
      await folder.file('secrets.tfbackend', lines.join('')),
    ],
    cleanUp: () => folder.remove(),
  };
}
