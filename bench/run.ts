// Runs the benchmarks (all, or those named) and prints one table; keeps the figures in bench/results/latest.json.
//   make bench        node --import tsx bench/run.ts startup ledger
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Bench, BenchResult, BenchRow } from './bench.js';

const all: Readonly<Record<string, () => Promise<{ default: Bench }>>> = {
  startup: () => import('./startup.js'),
  output: () => import('./output.js'),
  ledger: () => import('./ledger.js'),
  build: () => import('./build.js'),
  plan: () => import('./plan.js'),
  ecs: () => import('./ecs.js'),
  switch: () => import('./switch.js'),
  services: () => import('./services.js'),
  environments: () => import('./environments.js'),
  provision: () => import('./provision.js'),
  fleet: () => import('./fleet.js'),
};
/** Take long: only where they are named. */
const named: typeof all = { 'provision-curve': () => import('./provisionCurve.js') };

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(all);
const results: BenchResult[] = [];
for (const name of names) {
  const load = all[name] ?? named[name];
  if (load === undefined)
    throw new Error(`no benchmark ${name}; there are ${Object.keys({ ...all, ...named }).join(', ')}`);
  console.error(`${name} …`);
  results.push(await (await load()).default());
}

const cell = ({ value, unit }: BenchRow) => `${value >= 100 ? value.toFixed(0) : value.toFixed(2)} ${unit}`;
const verdict = ({ limit, ok, unit }: BenchRow) =>
  limit === undefined ? '' : `${ok === true ? 'ok' : 'OVER'}, limit ${limit} ${unit}`;
for (const { name, rows } of results) {
  console.log(`\n${name}`);
  for (const row of rows) {
    console.log(
      `  ${row.label.padEnd(58)} ${cell(row).padStart(12)}  ${verdict(row).padEnd(20)} ${row.ratioTo ?? ''}`.trimEnd(),
    );
  }
}
const directory = fileURLToPath(new URL('results', import.meta.url));
await mkdir(directory, { recursive: true });
await writeFile(
  `${directory}/latest.json`,
  `${JSON.stringify({ node: process.version, results }, null, 2)}\n`,
);
const over = results.flatMap(({ rows }) => rows).filter((row) => row.ok === false);
console.log(
  over.length === 0
    ? '\nEvery limit is kept.'
    : `\n${over.length} over the limit: ${over.map((row) => row.label).join(', ')}`,
);
process.exitCode = over.length === 0 ? 0 : 1;
