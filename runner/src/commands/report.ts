import { dirname, relative, resolve } from 'node:path';
import { runnerVersion } from '../version.js';
import { option, type CommandDefinition } from './command.js';

const report: CommandDefinition = {
  name: 'report',
  summary: 'Write the HTML report of a run',
  description:
    'Static files without scripts (they show under Jenkins’ strict content policy): the stages as a timeline, hosts, digests, the plan, and what failed with its evidence. The last run of this directory, or one by name. Jenkins joins the processes of one run by `AUTOMATION_STACK_RUN`.',
  options: [
    { name: 'run', value: 'ID', description: 'Run to report (default: the last one).' },
    { name: 'output', value: 'DIR', description: 'Where to write it (default: reports).' },
    { name: 'junit', value: 'FILE', description: 'Also write the stages as JUnit XML.' },
  ],
  examples: [
    { command: 'report', explains: 'reports/report.html of the last run.' },
    { command: 'report --output build/report --junit build/stages.xml', explains: 'For Jenkins to publish.' },
  ],
  environment: 'none',
  async run(context, input) {
    const [{ joinRun }, { mayBeAlive, requireRun, RunFiles }, { writeReport }] = await Promise.all([
      import('../views/run.js'),
      import('../views/runFiles.js'),
      import('../views/html/write.js'),
    ]);
    const { directory, configFile } = context.options;
    const files = new RunFiles(dirname(resolve(directory, configFile)));
    const now = context.clock.now();
    const run = joinRun(await requireRun(files, option(input, 'run')), mayBeAlive, now);
    const made = { at: now, by: runnerVersion };
    const page = await writeReport(run, resolve(directory, option(input, 'output') ?? 'reports'), made);
    const written = [page];
    const junit = option(input, 'junit');
    if (junit !== undefined) {
      const [{ junitOf }, { writeWhole }] = await Promise.all([
        import('../views/junit.js'),
        import('../views/files.js'),
      ]);
      const file = resolve(directory, junit);
      await writeWhole(file, junitOf(run));
      written.push(file);
    }
    const shown = written.map((file) => relative(directory, file) || file);
    return {
      data: { run: run.id, status: run.status, files: written },
      text: `Wrote ${shown.join(' and ')} (run ${run.id}).`,
    };
  },
};

export const commands = [report];
