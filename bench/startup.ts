import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.js';
import { inTurn, median, ratio } from './measure.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Start-up is a feature: the runner beside an empty Node. */
const bench: Bench = async () => {
  const example = join(root, 'examples/flask-fleet');
  const [empty, version, check] = (await inTurn(
    [
      { file: process.execPath, args: ['-e', '0'] },
      { file: process.execPath, args: [join(root, 'runner'), '--version'] },
      { file: process.execPath, args: [join(root, 'runner'), 'config', 'check', '-C', example] },
    ],
    21,
    3,
  )) as [number[], number[], number[]];
  const row = (label: string, times: number[], limit: number) => {
    const value = ratio(times, empty);
    return { label, value, unit: '×', ratioTo: 'node -e 0', limit, ok: value <= limit };
  };
  return {
    name: 'start-up',
    rows: [
      { label: 'node -e 0', value: median(empty), unit: 'ms' },
      { label: '--version', value: median(version), unit: 'ms' },
      row('--version', version, 1.4),
      { label: 'config check', value: median(check), unit: 'ms' },
      row('config check', check, 2.5),
    ],
  };
};

export default bench;
