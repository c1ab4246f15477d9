import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Bench } from './bench.js';
import { inTurn, median, ratio } from './measure.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Start-up is a feature: the runner beside an empty Node. */
const bench: Bench = async () => {
  const example = join(root, 'examples/flask-fleet');
  await execa(process.execPath, [join(root, 'scripts/pack.mjs')]);
  const packed = join(mkdtempSync(join(tmpdir(), 'bench-')), 'runner.mjs');
  copyFileSync(join(root, 'resources/automation-stack/runner.mjs'), packed);
  const [empty, version, check, jenkins] = (await inTurn(
    [
      { file: process.execPath, args: ['-e', '0'] },
      { file: process.execPath, args: [join(root, 'runner'), '--version'] },
      { file: process.execPath, args: [join(root, 'runner'), 'config', 'check', '-C', example] },
      // As the Jenkins library starts it; the first time, which is not counted, it unpacks itself.
      { file: process.execPath, args: [packed, '--version'] },
    ],
    21,
    3,
  )) as [number[], number[], number[], number[]];
  rmSync(dirname(packed), { recursive: true });
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
      { label: 'packed for Jenkins, --version', value: median(jenkins), unit: 'ms' },
      row('packed for Jenkins, --version', jenkins, 1.7),
    ],
  };
};

export default bench;
