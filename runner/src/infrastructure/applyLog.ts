import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../adapters/process/alive.js';
import type { ContextWith } from '../context/context.js';
import { parseMessage } from './rules/terraformMessages.js';

/**
 * Where the output of one apply goes while it runs. Terraform outlives a runner that is killed, and goes on writing
 * there; the file is still around then and tells the next run.
 */
export function applyLog(folder: string, environment: string): string {
  return join(folder, `${environment}.${process.pid}.apply.log`);
}

/** Tells of applies whose runner was killed, and what became of them; logs of those that ended are removed. */
export async function noticeUnfinishedApplies(
  context: ContextWith<'events'>,
  folder: string,
  environment: string,
): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const pattern = new RegExp(`^${environment}\\.(\\d+)\\.apply\\.log$`);
  for (const name of names) {
    const pid = pattern.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const file = join(folder, name);
    const messages = (await readFile(file, 'utf8')).split('\n').flatMap((line) => parseMessage(line) ?? []);
    const last = messages.findLast(({ text }) => text.trim() !== '');
    const over = messages.some(({ type }) => type === 'change_summary' || type === 'diagnostic');
    context.events.emit({
      type: 'notice',
      level: 'warning',
      message:
        `an apply of ${environment} was cut off when its runner was killed; Terraform ` +
        `${over ? 'ended it by itself' : 'continued by itself and has not reported its end'}: ` +
        (last?.text.split('\n')[0] ?? 'it has printed nothing yet'),
    });
    if (over) await rm(file, { force: true });
  }
}
