import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import type { Config } from '../config/schema.js';
import type { ContextWith } from '../context/context.js';
import type { Check, Finding } from '../domain/finding.js';
import { toErrorRecord } from '../base/errors.js';

const MEGABYTE = 1024 * 1024;
/** Below this no release is recorded reliably. */
const LEAST_FREE = 100 * MEGABYTE;
/** Images and plans want more. */
const GOOD_FREE = 2048 * MEGABYTE;

/** The configuration file itself; a directory without one is no failure: `init` makes it. */
export function configCheck(
  context: ContextWith<'options'>,
  config: Config | undefined,
  error: unknown,
): Check {
  return {
    id: 'config',
    title: 'Configuration',
    required: true,
    run: () => {
      if (config !== undefined) {
        const environments = Object.keys(config.environments).join(', ');
        return Promise.resolve({
          status: 'ok',
          found: `${relative(context.options.directory, config.file) || config.file}: ${config.application}, environments ${environments}`,
        });
      }
      const record = toErrorRecord(error);
      const [first = record.message] = record.evidence ?? [];
      const more = (record.evidence?.length ?? 1) - 1;
      const isMissing = record.code === 'CONFIG_NOT_FOUND';
      return Promise.resolve({
        status: isMissing ? 'skipped' : 'failed',
        found: isMissing ? 'none here' : `${first}${more > 0 ? ` (and ${more} more)` : ''}`,
        next: isMissing ? 'node runner init' : 'node runner config check',
      });
    },
  };
}

/** Where the ledger, locks and journal live. */
export function stateChecks(context: ContextWith<'clock' | 'store'>, config: Config): readonly Check[] {
  const { stateFolder } = config;
  return [
    { id: 'state', title: 'State', required: true, run: () => stateIsWritable(context) },
    ...(stateFolder === undefined
      ? []
      : [{ id: 'disk', title: 'Disk space', required: true, run: () => diskSpace(stateFolder) }]),
  ];
}

/** Writes, reads and removes a document as a deployment would. */
async function stateIsWritable(context: ContextWith<'clock' | 'store'>): Promise<Finding> {
  const store = await context.store();
  const key = `doctor/${context.clock.now().getTime()}-${process.pid}.json`;
  await store.put(key, '{}', { ifAbsent: true });
  await store.delete(key);
  return { status: 'ok', found: `${store.location} is writable` };
}

async function diskSpace(directory: string): Promise<Finding> {
  let existing = directory;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const found = `${(free / MEGABYTE / 1024).toFixed(1)} GiB free at ${existing}`;
  if (free >= GOOD_FREE) return { status: 'ok', found };
  return {
    status: free < LEAST_FREE ? 'failed' : 'warning',
    found,
    next: 'Free some: docker system df, docker image prune',
  };
}
