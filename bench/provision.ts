import { cpus } from 'node:os';
import type { Bench, BenchRow } from './bench.js';
import { median, ratio, wallTime, type Command } from './measure.js';
import { twentyTasks, type TwentyTasks } from './support/twentyTasks.js';

const HOSTS = Number(process.env['AUTOMATION_STACK_BENCH_HOSTS'] ?? 50);
const ROUNDS = Number(process.env['AUTOMATION_STACK_BENCH_ROUNDS'] ?? 2);
/** Some of the rows, separated by commas, for a machine that is not free for long; all where left out. */
const ONLY = process.env['AUTOMATION_STACK_BENCH_ONLY']?.split(',');

/** A row: what the runner takes beside what `ansible-playbook` takes, in turn, round by round. */
interface Pair {
  readonly label: string;
  readonly limit: number;
  readonly ours: (tasks: TwentyTasks, round: number) => Command;
  readonly theirs: (tasks: TwentyTasks, round: number) => Command;
  /** Whether hosts are to be as they should be before; its time does not count. */
  readonly before?: (tasks: TwentyTasks, round: number) => Command;
}

const unchanged = {
  before: (tasks: TwentyTasks, round: number) => tasks.runner('plain', `u${round}`, '--full'),
  theirs: (tasks: TwentyTasks, round: number) => tasks.ansible(`u${round}`),
};
const PAIRS: readonly Pair[] = [
  {
    label: 'changed',
    limit: 0.7,
    ours: (tasks, round) => tasks.runner('plain', `b${round}`),
    theirs: (tasks, round) => tasks.ansible(`a${round}`),
  },
  {
    label: 'changed, accelerated',
    limit: 0.5,
    ours: (tasks, round) => tasks.runner('mitogen', `c${round}`),
    theirs: (tasks, round) => tasks.ansible(`d${round}`),
  },
  {
    label: 'unchanged, --full',
    limit: 0.7,
    ours: (tasks, round) => tasks.runner('plain', `u${round}`, '--full'),
    ...unchanged,
  },
  {
    label: 'unchanged, --full, accelerated',
    limit: 0.5,
    ours: (tasks, round) => tasks.runner('mitogen', `u${round}`, '--full'),
    ...unchanged,
  },
  {
    label: 'unchanged',
    limit: 0.35,
    ours: (tasks, round) => tasks.runner('plain', `u${round}`),
    ...unchanged,
  },
];

/** A play of 20 tasks on many hosts over SSH: the runner beside `ansible-playbook` with its defaults, in turn. */
const bench: Bench = async () => {
  const tasks = await twentyTasks(HOSTS);
  try {
    const rows: BenchRow[] = [];
    for (const pair of PAIRS.filter(({ label }) => ONLY === undefined || ONLY.includes(label)))
      rows.push(await measure(tasks, pair));
    return { name: `20 tasks on ${HOSTS} hosts over SSH, ${cpus().length} cores`, rows };
  } finally {
    await tasks.close();
  }
};

async function measure(tasks: TwentyTasks, { label, limit, ours, theirs, before }: Pair): Promise<BenchRow> {
  const mine: number[] = [];
  const other: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    if (before !== undefined) await wallTime(before(tasks, round));
    mine.push(await wallTime(ours(tasks, round)));
    other.push(await wallTime(theirs(tasks, round)));
  }
  const value = ratio(mine, other);
  const ratioTo = `ansible-playbook; ${seconds(mine)} beside ${seconds(other)}`;
  return { label, value, unit: '×', ratioTo, limit, ok: value <= limit };
}

const seconds = (times: readonly number[]) => `${(median(times) / 1000).toFixed(1)} s`;

export default bench;
