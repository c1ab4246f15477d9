import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { referencesIn } from '../config/referencesIn.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { toErrorRecord } from '../base/errors.js';
import { runField } from '../base/sharedRun.js';
import type { ChangeDraft, ChangeKind } from '../state/changes.js';
import { ownIdentity } from '../adapters/process/processIdentity.js';
import { cleanCommit } from '../context/checkedOut.js';
import { openRoot } from './terraformRoot.js';

export interface Change<T = unknown> {
  readonly kind: ChangeKind;
  /** True where only a part of what is configured was asked for: it proves nothing of the rest. */
  readonly isPart?: boolean;
  readonly plan?: string;
  /** What was configured beside the files of the commit; see {@link terraformInputs}. */
  readonly inputs?: string | undefined;
  /** Targets that it is done with. */
  readonly targets?: readonly string[];
  /** What is done, in words that hold no secret. */
  readonly summary?: string;
  /** What was done, where the end says more than the beginning; and whether that counts as a failure. */
  readonly told?: (result: T) => { readonly summary: string; readonly isFailed?: boolean };
}

/**
 * Records a change of an environment around the body that makes it. What cannot be recorded keeps nobody from it: it is
 * told, and the next build does it again.
 */
export async function recordingChange<T>(
  context: Context,
  { name }: NamedEnvironment,
  { kind, isPart = false, plan, inputs, targets, summary, told }: Change<T>,
  body: () => Promise<T>,
): Promise<T> {
  const commit = isPart ? undefined : await cleanCommit(context);
  const draft: ChangeDraft = {
    kind,
    ...(commit === undefined ? {} : { commit }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(plan === undefined ? {} : { plan }),
    ...(targets === undefined ? {} : { targets }),
    ...(summary === undefined ? {} : { summary }),
    who: context.who,
    ...runField(context.env),
    ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
    process: ownIdentity(),
  };
  const changes = async () => (await context.state()).ledger.changes;
  const started = await quietly(context, `the ${kind} of ${name}`, async () =>
    (await changes()).start(name, draft),
  );
  const end = async (status: 'ok' | 'failed', words = summary) => {
    if (started === undefined) return;
    const record = words === undefined ? started : { ...started, summary: words };
    await quietly(context, `the end of the ${kind} of ${name}`, async () =>
      (await changes()).finish(name, record, status),
    );
  };
  try {
    const result = await body();
    const done = told?.(result);
    await end(done?.isFailed === true ? 'failed' : 'ok', done?.summary);
    return result;
  } catch (error) {
    await end('failed');
    throw error;
  }
}

/**
 * Digest of what Terraform was given beside the files of the commit: variables of the process, files of values (which git
 * may ignore), the scope. Undefined where something is looked up elsewhere: what it was then nobody can tell later.
 * @param scope its name; undefined for the whole root
 * @throws StackError CONFIG_INVALID where the directory of the root is missing
 */
export async function terraformInputs(
  context: ContextWith<'config' | 'env' | 'resolve'>,
  environment: NamedEnvironment,
  scope: string | undefined,
): Promise<string | undefined> {
  const { infrastructure, variables, aws } = environment.config;
  if (infrastructure === undefined || referencesIn([infrastructure, variables, aws]).length > 0)
    return undefined;
  const root = await openRoot(context, environment);
  const names = (await readdir(root.directory)).filter((name) => /\.tfvars(?:\.json)?$/.test(name)).sort();
  const files = [
    ...names.map((name) => join(root.directory, name)),
    ...root.varFiles.map((file) => resolve(root.directory, file)),
  ];
  const contents = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const given = Object.entries(context.env).filter(([name]) => /^TF_(?:VAR|CLI_ARGS)/.test(name));
  return createHash('sha256')
    .update(JSON.stringify([root.workspace, scope, given.sort(), contents]))
    .digest('hex');
}

async function quietly<T>(
  context: ContextWith<'events'>,
  what: string,
  write: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await write();
  } catch (error) {
    const { message, next } = toErrorRecord(error);
    context.events.emit({
      type: 'notice',
      level: 'warning',
      message: `${what} is not in the ledger: ${message}`,
      ...(next === undefined ? {} : { next }),
    });
    return undefined;
  }
}
