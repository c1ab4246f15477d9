import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeAtomically } from '../../adapters/process/atomicFile.js';
import { resourceFile } from '../../adapters/process/resourceFile.js';
import type { Run } from '../../events/run.js';
import { reportPage } from './page.js';
import { planPage, type PlanPage } from './planSection.js';
import { dark, light, themeRules } from './theme.js';
import { drawTimeline } from './timeline.js';

/**
 * Writes the report of a run: report.html, report.css, timeline.svg and timeline-dark.svg.
 * @param directory made where it is missing
 * @returns the path of the page
 * @throws Error of the file system
 */
export async function writeReport(
  run: Run,
  directory: string,
  made: { readonly at: Date; readonly by: string },
): Promise<string> {
  const page = join(directory, 'report.html');
  await writeStylesheet(directory);
  await writeAtomically(join(directory, 'timeline.svg'), drawTimeline(run, light));
  await writeAtomically(join(directory, 'timeline-dark.svg'), drawTimeline(run, dark));
  await writeAtomically(page, reportPage(run, made));
  return page;
}

/**
 * Writes the page of a plan, and its style sheet beside it.
 * @throws Error of the file system
 */
export async function writePlanPage(page: PlanPage, file: string): Promise<void> {
  await writeStylesheet(dirname(file));
  await writeAtomically(file, planPage(page));
}

async function writeStylesheet(directory: string): Promise<void> {
  const rules = await readFile(resourceFile('report', 'report.css'), 'utf8');
  await writeAtomically(join(directory, 'report.css'), `${themeRules()}\n${rules}`);
}
