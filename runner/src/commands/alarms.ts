import { shellQuote } from '../base/shell.js';
import { list, type CommandDefinition } from './command.js';
import { alarmsCreate } from './alarmsCreate.js';
import { listResources, withEnvironments } from './resourceList.js';
import {
  ago,
  allEnvironmentsOption,
  confirmed,
  isWatched,
  tagOption,
  tagsAsked,
  watchOption,
  yesOption,
} from './resourceOptions.js';
import { runOfOne } from './resourceRun.js';

const HEADERS = ['environment', 'name', 'state', 'since', 'watches', 'tells'];

const alarmsList: CommandDefinition = {
  name: 'alarms list',
  summary: 'List the alarms of an environment',
  description:
    'Alarms of CloudWatch that carry the tags of the deployment, with what they watch and who is told. CloudWatch tells the tags of one alarm a call: in an account with hundreds of alarms it takes some seconds.',
  options: [
    tagOption,
    {
      name: 'state',
      value: 'STATE',
      repeatable: true,
      choices: ['OK', 'ALARM', 'INSUFFICIENT_DATA'],
      description: 'Only those in this state. May be repeated.',
    },
    allEnvironmentsOption,
    watchOption,
  ],
  examples: [
    { command: 'alarms list --env production', explains: 'What is watched.' },
    { command: 'alarms list --all-environments --state ALARM', explains: 'What has gone off anywhere.' },
  ],
  environment: 'several',
  endless: isWatched,
  async run(context, input) {
    const filter = { tags: tagsAsked(input), states: list(input, 'state') };
    const { alarmsOf } = await import('../resources/alarms.js');
    return listResources(context, input, {
      look: (environment) => alarmsOf(context, environment, filter),
      show: (found, now) => {
        const data = withEnvironments(found);
        const rows = data.map((alarm) => [
          ...[alarm.environment, alarm.name, alarm.state, ago(alarm.since, now), alarm.watches],
          alarm.notifies.map((arn) => arn.slice(arn.lastIndexOf(':') + 1)).join(', '),
        ]);
        return { data, tables: [{ headers: HEADERS, rows }] };
      },
      none: 'no such alarm',
    });
  },
};

const alarmsDelete: CommandDefinition = {
  name: 'alarms delete',
  summary: 'Delete alarms of an environment',
  description:
    'It asks first, unless `--yes`. An alarm of another deployment, or without its tags, is refused by its name. What Terraform manages comes back with the next `apply`.',
  arguments: [{ name: 'alarm', description: 'Name of an alarm.', required: true, variadic: true }],
  options: [yesOption],
  examples: [{ command: 'alarms delete api-cpu --env staging', explains: 'After a question.' }],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const environment = await context.environment();
    const { alarmsMeant, removeAlarms } = await import('../resources/alarms.js');
    const alarms = await alarmsMeant(context, environment, input.arguments);
    const names = alarms.map(({ name }) => name);
    const data = { environment: environment.name, alarms: names };
    if (context.options.dryRun) {
      const lines = alarms.map(({ name, watches }) => `Would delete the alarm ${name}: ${watches}.`);
      return { data: { dryRun: true, ...data }, text: [...lines, 'Nothing was changed.'].join('\n') };
    }
    await confirmed(context, input, {
      question: alarms.map(
        ({ name, watches }) => `The alarm ${name} of ${environment.name} (${watches}) will be deleted.`,
      ),
      command: `node runner alarms delete ${input.arguments.map(shellQuote).join(' ')} --env ${environment.name}`,
    });
    await runOfOne(
      context,
      environment,
      'alarms delete',
      (stage) => removeAlarms(context, environment, { alarms, stage }),
      () => `${names.join(', ')} of ${environment.name}: deleted`,
    );
    return { data };
  },
};

export const commands: readonly CommandDefinition[] = [alarmsList, alarmsCreate, alarmsDelete];
