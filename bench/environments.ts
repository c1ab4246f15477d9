import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.js';
import { inTurn, median, wallTime } from './measure.js';
import { slowPlatform, waitingRoot } from './support/slowPlatform.js';

const runner = fileURLToPath(new URL('../runner', import.meta.url));
const NAMES = ['one', 'two', 'three', 'four'];
/** Plans mostly wait for a platform's answers: so many, one after the other. */
const ANSWERS = 6;
/** Resources of the root that only computes; there is no provider to be started. */
const RESOURCES = 150;
const LIMIT = 0.5;
const ROUNDS = 3;

/** Four environments of one root: `plan` of all beside `plan` of each, one after another. */
const bench: Bench = async () => {
  const platform = await slowPlatform();
  const directory = await mkdtemp(join(tmpdir(), 'automation-stack-bench-'));
  try {
    const waiting = await project(join(directory, 'waiting'), waitingRoot(platform.address, ANSWERS));
    const computing = await project(join(directory, 'computing'), computingRoot());
    const byWaiting = await compare(waiting);
    const byComputing = await compare(computing);
    const row = (label: string, { together, apart }: Compared) => ({
      label,
      value: together / apart,
      unit: '×',
      ratioTo: `one after another; ${together.toFixed(0)} ms beside ${apart.toFixed(0)}`,
    });
    const waited = row('plans that wait for a platform, 4 side by side', byWaiting);
    return {
      name: `four environments of one root, ${cpus().length} cores`,
      rows: [
        { ...waited, limit: LIMIT, ok: waited.value <= LIMIT },
        // No limit: four plans that only compute cannot be done faster than the cores allow.
        row(`plans that only compute (${RESOURCES} resources), 4 side by side`, byComputing),
      ],
    };
  } finally {
    await platform.close();
    await rm(directory, { recursive: true, force: true });
  }
};

interface Compared {
  readonly together: number;
  readonly apart: number;
}

/** Median times in milliseconds; in turn, so that a machine whose speed drifts slows both. */
async function compare(where: string): Promise<Compared> {
  const plan = (names: string) => ({
    file: process.execPath,
    args: [runner, 'plan', '--env', names, '-C', where],
    env: { CI: 'true' },
  });
  await wallTime(plan(NAMES[0] as string));
  const times = await inTurn([plan(NAMES.join(',')), ...NAMES.map(plan)], ROUNDS);
  const [together, ...each] = times.map(median) as [number, ...number[]];
  return { together, apart: each.reduce((sum, ms) => sum + ms, 0) };
}

async function project(directory: string, root: string): Promise<string> {
  await mkdir(join(directory, 'terraform'), { recursive: true });
  const environments = NAMES.map((name) => `  ${name}: { infrastructure: { workspace: ${name} } }`);
  await writeFile(
    join(directory, 'automation-stack.yml'),
    `application: shop\nenvironments:\n${environments.join('\n')}\n`,
  );
  await writeFile(join(directory, 'terraform/main.tf'), root);
  return directory;
}

const computingRoot = () => `resource "terraform_data" "x" {
  for_each = toset([for i in range(${RESOURCES}) : tostring(i)])
  input    = { for i in range(20) : "key\${i}" => sha512("\${each.key} \${i}") }
}
`;

export default bench;
