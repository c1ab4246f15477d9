import { createWriteStream, type WriteStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { makeDirectories } from '../adapters/process/directories.js';
import { StackError } from '../base/errors.js';
import { sharedRun } from '../base/sharedRun.js';
import type { ContextWith, NamedEnvironment } from '../context/context.js';

/** Logs kept; older ones make room. */
const KEPT = 20;
const NAME = /(?:^|\.)provision-.*\.log$/;

/** All that Ansible says in one provisioning, line by line, without secrets. */
export interface PlaybookLog {
  readonly path: string;
  add(line: string): void;
  close(): Promise<void>;
}

/**
 * Opens the log beside the records of runs, readable by its owner only. Where it cannot be written, nothing is kept: a log
 * keeps nobody from the work.
 */
export async function openPlaybookLog(
  context: ContextWith<'clock' | 'config' | 'env' | 'secrets'>,
  environment: NamedEnvironment,
): Promise<PlaybookLog | undefined> {
  const { directory } = await context.config();
  const folder = join(directory, '.automation-stack', 'runs');
  const now = context.clock.now().toISOString();
  const run = sharedRun(context.env) ?? now.slice(0, 19).replace(/[-:]/g, '');
  const path = join(folder, `${run}.provision-${environment.name}.log`);
  let stream: WriteStream;
  try {
    makeDirectories(folder);
    stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
    await new Promise<void>((resolve, reject) => stream.once('open', () => resolve()).once('error', reject));
  } catch {
    return undefined;
  }
  stream.on('error', () => undefined);
  await prune(folder).catch(() => undefined);
  const lines = context.secrets.lines();
  const write = (some: readonly string[]) => {
    const time = context.clock.now().toISOString().slice(11, 19);
    for (const line of some) stream.write(`${time} ${line}\n`);
  };
  return {
    path,
    add: (line) => write(lines.push(line)),
    async close() {
      write(lines.flush());
      stream.end();
      await finished(stream).catch(() => undefined);
    },
  };
}

/** Names begin with the time, so the first ones are the oldest. */
async function prune(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).sort();
  await Promise.all(names.slice(0, -KEPT).map((name) => rm(join(folder, name), { force: true })));
}

/** The same failure, with the log named as its last evidence. */
export function withLog(error: unknown, log: PlaybookLog | undefined): unknown {
  if (log === undefined || !(error instanceof StackError) || error.code !== 'PLAYBOOK_FAILED') return error;
  const { code, message, where, next, exitCode } = error;
  return new StackError(code, message, {
    where,
    next,
    exitCode,
    cause: error,
    evidence: [...error.evidence, `full log: ${log.path}`],
  });
}
