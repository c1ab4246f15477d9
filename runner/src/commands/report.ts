import { option, type CommandDefinition } from './command.js';

const report: CommandDefinition = {
  name: 'report',
  summary: 'Write the HTML report of a run',
  description:
    'Static files without scripts, which Jenkins shows under its strict content policy: the stages as a timeline, hosts, digests, the plan, and failures with their evidence. Reports the last run of this directory, or one by name. In Jenkins, `AUTOMATION_STACK_RUN` joins the processes of one run.',
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
    const { writeReports } = await import('../views/writeReport.js');
    return writeReports(context, {
      run: option(input, 'run'),
      output: option(input, 'output') ?? 'reports',
      junit: option(input, 'junit'),
    });
  },
};

export const commands = [report];
