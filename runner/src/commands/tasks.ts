import { list, type CommandDefinition } from './command.js';

const HEADERS = ['target', 'task', 'revision', 'release', 'status', 'health', 'started', 'where'];

const tasks: CommandDefinition = {
  name: 'tasks',
  summary: 'List the tasks and containers that run',
  description: `One line a task of a service, or a host of a fleet: its revision, the release by the digest of its image, how it stands, whether its health check passes, when it was started, and its availability zone or address. Nothing stands under \`release\` where no deployment of the last 30 brought such an image, and under \`health\` where nothing checks the container.`,
  options: [{ name: 'target', value: 'NAME', repeatable: true, description: 'Only this target.' }],
  examples: [
    { command: 'tasks --env staging', explains: 'What runs in staging, task by task.' },
    { command: 'tasks --env production --target web --json', explains: 'The same for a program.' },
  ],
  environment: 'required',
  async run(context, input) {
    const { listTasks } = await import('../delivery/operate/tasks.js');
    const environment = await context.environment();
    const found = await listTasks(context, environment, list(input, 'target'));
    if (found.length === 0) return { data: found, text: `Nothing runs in ${environment.name}.` };
    const [{ table }, { formatDuration }, { shortTask }] = await Promise.all([
      import('../views/table.js'),
      import('../base/duration.js'),
      import('../domain/taskName.js'),
    ]);
    const now = context.clock.now().getTime();
    const rows = found.map((task) => [
      task.target,
      shortTask(task.id),
      task.revision,
      task.version ?? '',
      task.status,
      task.health ?? '',
      task.startedAt === undefined
        ? ''
        : `${formatDuration(Math.max(0, Math.floor((now - Date.parse(task.startedAt)) / 1000) * 1000))} ago`,
      task.place ?? '',
    ]);
    return { data: found, text: table(HEADERS, rows) };
  },
};

export const commands = [tasks];
