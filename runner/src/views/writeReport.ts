import { dirname, relative, resolve } from 'node:path';
import type { ContextWith } from '../context/context.js';
import { runnerVersion } from '../base/version.js';
import { writeAtomically } from '../adapters/process/atomicFile.js';
import { writeReport } from './html/write.js';
import { junitOf } from './junit.js';
import { joinRun } from './runModel.js';
import { mayBeAlive, requireRun, RunFiles } from './runFiles.js';

export interface ReportRequest {
  /** Name of the run; the last one where left out. */
  readonly run?: string | undefined;
  /** Folder of the page. */
  readonly output: string;
  /** File for the stages as JUnit XML; none where left out. */
  readonly junit?: string | undefined;
}

/**
 * Writes what people read of a run.
 * @returns the files, and a line that says so
 * @throws StackError where there is no such run, or a file cannot be written
 */
export async function writeReports(
  context: ContextWith<'clock' | 'config' | 'options' | 'secrets'>,
  request: ReportRequest,
) {
  const { directory, configFile } = context.options;
  const files = new RunFiles(dirname(resolve(directory, configFile)));
  const now = context.clock.now();
  const record = await requireRun(files, request.run);
  // What the configuration names is a secret here too, whoever wrote the record; a report needs no configuration.
  await context.config().catch(() => undefined);
  const run = context.secrets.value(joinRun(record, mayBeAlive, now));
  const page = await writeReport(run, resolve(directory, request.output), { at: now, by: runnerVersion });
  const written = [page];
  if (request.junit !== undefined) {
    const file = resolve(directory, request.junit);
    await writeAtomically(file, junitOf(run));
    written.push(file);
  }
  const shown = written.map((file) => relative(directory, file) || file);
  return {
    data: { run: run.id, status: run.status, files: written },
    text: `Wrote ${shown.join(' and ')} (run ${run.id}).`,
  };
}
