import { formatDuration } from '../base/duration.js';
import { list, option, type CommandDefinition } from './command.js';
import { durationOption } from './operateOptions.js';
import { runOfOne } from './resourceRun.js';

const METRIC = 'AWS/EC2/CPUUtilization';
const PERIOD_MS = 300_000;

export const alarmsCreate: CommandDefinition = {
  name: 'alarms create',
  summary: 'Create an alarm on a metric, with the tags of an environment',
  description: `An alarm of CloudWatch that goes off when a metric is above or below a number for a time; \`--notify\` names the topics that are told then, and when it is over. \`--instance\` watches one instance of the environment. An alarm that has the name already is refused: delete it first. For what shall stay, Terraform’s module \`monitoring\` describes alarms.`,
  arguments: [{ name: 'name', description: 'Name of the alarm.', required: true }],
  options: [
    { name: 'metric', value: 'NAMESPACE/METRIC', description: `What is watched (default: ${METRIC}).` },
    { name: 'instance', value: 'NAME', description: 'Instance that it is about, by name or id.' },
    { name: 'dimension', value: 'NAME=VALUE', repeatable: true, description: 'Dimension of the metric.' },
    { name: 'above', value: 'N', description: 'It goes off above this number.' },
    { name: 'below', value: 'N', description: 'It goes off below this number.' },
    {
      name: 'statistic',
      value: 'NAME',
      choices: ['Average', 'Maximum', 'Minimum', 'SampleCount', 'Sum'],
      description: 'What is made of the points of a period (default: Average).',
    },
    { name: 'period', value: 'DURATION', description: 'Length of a period (default: 5m).' },
    { name: 'for', value: 'DURATION', description: 'How long, in whole periods (default: one).' },
    { name: 'notify', value: 'ARN', repeatable: true, description: 'Topic that is told. May be repeated.' },
  ],
  examples: [
    {
      command: 'alarms create api-cpu --instance api-1 --above 80 --for 15m --env staging',
      explains: 'An instance that is busy for a quarter of an hour.',
    },
    {
      command:
        'alarms create api-down --metric AWS/EC2/StatusCheckFailed --instance api-1 --above 0 --period 1m --for 2m --notify arn:aws:sns:eu-west-1:111111111111:alerts --env staging',
      explains: 'One that is broken, told to a topic.',
    },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const environment = await context.environment();
    const name = input.arguments[0] as string;
    const [{ alarmSettings }, { checkNewAlarm, createAlarm }, { instanceNamed }] = await Promise.all([
      import('../resources/rules/alarmSettings.js'),
      import('../resources/alarms.js'),
      import('../resources/instances.js'),
    ]);
    const periodMs = durationOption(input, 'period', '5m') ?? PERIOD_MS;
    const asked = {
      ...{ name, periodMs },
      metric: option(input, 'metric') ?? METRIC,
      dimensions: list(input, 'dimension'),
      above: option(input, 'above'),
      below: option(input, 'below'),
      statistic: option(input, 'statistic') ?? 'Average',
      forMs: durationOption(input, 'for', '15m') ?? periodMs,
      notifies: list(input, 'notify'),
    };
    // What is no alarm is refused before AWS is asked.
    alarmSettings(asked);
    const word = option(input, 'instance');
    const instance = word === undefined ? undefined : (await instanceNamed(context, environment, word)).id;
    const settings = alarmSettings({ ...asked, instance });
    await checkNewAlarm(context, environment, name);
    const of = Object.values(settings.dimensions).join(', ');
    const words = `${settings.namespace}/${settings.metric}${of === '' ? '' : ` of ${of}`} ${settings.comparison} ${settings.threshold} for ${formatDuration(asked.forMs)}`;
    const data = { environment: environment.name, alarm: settings };
    if (context.options.dryRun)
      return {
        data: { dryRun: true, ...data },
        text: `Would create the alarm ${name} in ${environment.name}: ${words}.\nNothing was changed.`,
      };
    await runOfOne(
      context,
      environment,
      'alarms create',
      (stage) => createAlarm(context, environment, { settings, stage }),
      () => `the alarm ${name} of ${environment.name} is there: ${words}`,
    );
    return { data };
  },
};
