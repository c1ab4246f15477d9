import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Bench, BenchRow } from './bench.js';
import { inTurn, median, ratio, type Command } from './measure.js';
import { measured } from './support/measured.js';
import { largePlan } from './support/largePlan.js';
import { slowPlatform, waitingRoot } from './support/slowPlatform.js';

const run = promisify(execFile);
const runner = fileURLToPath(new URL('../runner', import.meta.url));
const RESOURCES = 10_000;
/** So many answers of a platform does Terraform wait for, one after another: a small root of AWS takes it as long. */
const ANSWERS = 15;
const OVERHEAD_ROUNDS = 4;
const ROUNDS = 7;
const CONFIG =
  'application: bench\nenvironments: { staging: { infrastructure: { directory: terraform } } }\n';

/**
 * What `plan` adds: a stand-in hands out a plan of 10,000 resources at once, so that all that is measured is the
 * runner's; and a real root is planned by the runner and by terraform itself in turn.
 */
const bench: Bench = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'automation-stack-bench-'));
  try {
    return {
      name: `plan: a summary of ${RESOURCES.toLocaleString('en')} resources, and beside terraform itself`,
      rows: [...(await summary(join(directory, 'summary'))), ...(await overhead(join(directory, 'root')))],
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

async function summary(directory: string): Promise<readonly BenchRow[]> {
  await project(directory, '');
  await run('terraform', ['plan', '-input=false', `-out=${directory}/ready.tfplan`], {
    cwd: join(directory, 'terraform'),
  });
  await writeFile(join(directory, 'plan.json'), JSON.stringify(largePlan(RESOURCES)));
  await mkdir(join(directory, 'bin'));
  const stand = join(directory, 'bin/terraform');
  await writeFile(
    stand,
    `#!/bin/sh
case "$*" in
  *" show "*) exec cat '${directory}/plan.json' ;;
  *" plan "*)
    echo '{"@message":"Terraform 1.11.4","@timestamp":"2026-01-01T00:00:00Z","type":"version","terraform":"1.11.4"}'
    for word in "$@"; do case "$word" in -out=*) exec cp '${directory}/ready.tfplan' "\${word#-out=}" ;; esac; done ;;
  *) echo '{"terraform_version":"1.11.4"}' ;;
esac
`,
  );
  await chmod(stand, 0o755);
  const env = { PATH: `${join(directory, 'bin')}:${process.env['PATH'] ?? ''}` };
  const files = ['--html', join(directory, 'plan.html'), '--result', join(directory, 'plan-result.json')];
  const ours: Command = { ...command(directory, files), env };
  await measured(ours);
  const runs = [];
  for (let round = 0; round < ROUNDS; round++) runs.push(await measured(ours));
  const ms = median(runs.map(({ startedAt, endedAt }) => endedAt - startedAt));
  const peak = Math.max(...runs.map(({ peakMiB }) => peakMiB));
  return [
    { label: 'text, JSON and HTML, the whole process', value: ms, unit: 'ms', limit: 1000, ok: ms <= 1000 },
    { label: 'its peak memory', value: peak, unit: 'MiB', limit: 300, ok: peak <= 300 },
  ];
}

async function overhead(directory: string): Promise<readonly BenchRow[]> {
  const platform = await slowPlatform();
  try {
    await project(directory, waitingRoot(platform.address, ANSWERS));
    const root = join(directory, 'terraform');
    // As the runner calls it, init and version check left out.
    const plain = join(directory, 'plain.sh');
    const file = join(directory, 'plain.tfplan');
    await writeFile(
      plain,
      `#!/bin/sh -e
terraform -chdir='${root}' plan -input=false -json -lock-timeout=30s -out='${file}' > /dev/null
terraform -chdir='${root}' show -json '${file}' > /dev/null
`,
    );
    const env = { CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1', TF_WORKSPACE: 'default' };
    const theirs: Command = { file: 'sh', args: ['-e', plain], env };
    const [own = [], other = []] = await inTurn([command(directory, []), theirs], OVERHEAD_ROUNDS);
    const value = ratio(own, other);
    const limit = 1.05;
    const words = 'terraform plan + terraform show';
    return [
      { label: `${words}, ${ANSWERS} answers of 0.4 s`, value: median(other), unit: 'ms' },
      { label: 'node runner plan beside it', value, unit: '×', ratioTo: words, limit, ok: value <= limit },
      {
        label: 'what it adds',
        value: median(own.map((ms, round) => ms - (other[round] as number))),
        unit: 'ms',
      },
    ];
  } finally {
    await platform.close();
  }
}

async function project(directory: string, root: string): Promise<void> {
  await mkdir(join(directory, 'terraform'), { recursive: true });
  await writeFile(join(directory, 'automation-stack.yml'), CONFIG);
  await writeFile(join(directory, 'terraform/main.tf'), root);
  await run('terraform', ['init', '-input=false'], { cwd: join(directory, 'terraform') });
}

const command = (directory: string, options: readonly string[]): Command => ({
  file: process.execPath,
  args: [runner, 'plan', '-C', directory, '--env', 'staging', ...options],
});

export default bench;
