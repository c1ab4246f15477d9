import type { PowerStatus } from '../resources/power/powerStatus.js';
import type { CommandDefinition } from './command.js';

export const powerStatusCommand: CommandDefinition = {
  name: 'power status',
  summary: 'Show whether an environment is powered, and what its schedule saves',
  description:
    'What `power off` would stop, what it costs by the hour, what the schedule says, and what that saves a month. The prices are a small table in the runner: an estimate, of us-east-1 on demand; what the table does not know is named. Nobody is asked for prices. Volumes, addresses and load balancers cost the same, on or off.',
  examples: [{ command: 'power status --env staging', explains: 'On or off, until when, and what for.' }],
  environment: 'required',
  async run(context) {
    const environment = await context.environment();
    const { powerStatus } = await import('../resources/power/powerStatus.js');
    const status = await powerStatus(context, environment);
    return { data: status, text: (await lines(status)).join('\n') };
  },
};

const DOLLARS = (amount: number) => `$${amount.toFixed(2)}`;

async function lines(status: PowerStatus): Promise<readonly string[]> {
  const [{ table }, { PRICES_OF }] = await Promise.all([
    import('../views/table.js'),
    import('../resources/rules/prices.js'),
  ]);
  const { environment, record, schedule, costs, savings, left } = status;
  const rows = costs.map(({ name, what, size, hourly }) => [
    ...[name, what, size],
    hourly === undefined ? '' : `$${hourly.toFixed(4)}`,
  ]);
  return [
    `${environment} is ${recordWords(record)}.`,
    ...(schedule === undefined
      ? ['It has no schedule (`power.hours`).']
      : [
          `Schedule: on ${schedule.hours.join(', ')} (${schedule.timezone}); now it says ${schedule.wanted}${schedule.next === undefined ? '' : `, until ${utc(schedule.next)}`}.`,
        ]),
    ...(rows.length === 0
      ? ['Nothing there can be powered off.']
      : ['', table(['name', 'what', 'size', '$/hour'], rows)]),
    ...(savings === undefined
      ? []
      : [
          '',
          `Off for ${savings.hoursOff} of 168 hours a week: it saves about ${DOLLARS(savings.saved)} of ${DOLLARS(savings.monthly)} a month (an estimate: ${PRICES_OF}).`,
          ...(savings.unpriced.length === 0 ? [] : [`Without a price here: ${savings.unpriced.join(', ')}.`]),
        ]),
    ...(left.length === 0 ? [] : ['', ...left.map((one) => `${one}.`)]),
  ];
}

function recordWords(record: PowerStatus['record']): string {
  if (record === undefined) return 'on';
  const { status, since, who, until } = record;
  const word = { on: 'on', off: 'off', 'turning-off': 'half off', 'turning-on': 'half on' }[status];
  return `${word} since ${utc(since)}, by ${who}${until === undefined ? '' : `; the schedule leaves it until ${utc(until)}`}`;
}

const utc = (time: string) => `${time.slice(0, 16).replace('T', ' ')} UTC`;
