import { cpus } from 'node:os';
import type { Bench, BenchRow } from './bench.js';
import { measuredTree } from './support/measuredTree.js';
import { twentyTasks } from './support/twentyTasks.js';

const SIZES = (process.env['AUTOMATION_STACK_BENCH_SIZES'] ?? '10,50,100,200').split(',').map(Number);

/**
 * What fleets of several sizes cost the machine that provisions them: time, memory and work, for a play of 20 tasks that
 * all change something, and for a run where nothing has changed.
 */
const bench: Bench = async () => {
  const rows: BenchRow[] = [];
  for (const size of SIZES) {
    const tasks = await twentyTasks(size);
    try {
      const changed = await measuredTree(tasks.runner('plain', 'a'));
      const unchanged = await measuredTree(tasks.runner('plain', 'a'));
      rows.push(
        { label: `${size} hosts, changed`, value: changed.seconds, unit: 's' },
        { label: `${size} hosts, changed: memory`, value: changed.peakMiB, unit: 'MiB' },
        { label: `${size} hosts, changed: processor`, value: changed.processorSeconds, unit: 's' },
        { label: `${size} hosts, unchanged`, value: unchanged.seconds, unit: 's' },
        { label: `${size} hosts, unchanged: memory`, value: unchanged.peakMiB, unit: 'MiB' },
      );
    } finally {
      await tasks.close();
    }
  }
  return {
    name: `provisioning of fleets by their size, ${cpus().length} cores, hosts on the same machine`,
    rows,
  };
};

export default bench;
