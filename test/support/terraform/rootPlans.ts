import { cp, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { selectEnvironment } from '../../../runner/src/config/selectEnvironment.js';
import { planResult, type PlanResult } from './replacementCheck.js';
import { examples, filledIn, type Root } from './rootCheck.js';
import type { Workbench } from './workbench.js';

/** What came of a deployment's environment: made, and planned again. */
export interface RootPlans {
  readonly made: readonly string[];
  readonly second: PlanResult & { readonly code: number };
}

/** Makes each environment of a root, its state in a file, and plans it again with the same variables. */
export async function planRoot(bench: Workbench, root: Root): Promise<ReadonlyMap<string, RootPlans>> {
  const directory = join(dirname(bench.directory), 'examples', root.name, 'terraform');
  const source = join(examples, root.name, 'terraform');
  await cp(source, directory, { recursive: true, filter: (path) => basename(path) !== '.terraform' });
  // No bucket is there: the state is a file here.
  await writeFile(join(directory, 'backend_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
  const init = await bench.terraform(directory, 'init', '-input=false', '-no-color');
  const plans = new Map<string, RootPlans>();
  const outputs = new Map<string, Readonly<Record<string, unknown>>>();
  for (const environment of root.environments) {
    const { infrastructure } = selectEnvironment(root.config, environment).config;
    const variables = join(directory, `${environment}.generated.tfvars.json`);
    await writeFile(
      variables,
      JSON.stringify(filledIn(infrastructure?.variables ?? {}, environment, outputs)),
    );
    const options = [
      ...['-input=false', '-json', `-state=${environment}.tfstate`],
      ...(infrastructure?.['var-files'] ?? []).map((file) => `-var-file=${file}`),
      `-var-file=${variables}`,
    ];
    const apply =
      init.code === 0 ? await bench.terraform(directory, 'apply', '-auto-approve', ...options) : init;
    const errors = planResult(apply.stdout).errors;
    if (apply.code !== 0 && errors.length === 0) errors.push(apply.stdout + apply.stderr);
    const again = await bench.terraform(directory, 'plan', '-detailed-exitcode', ...options);
    plans.set(environment, { made: errors, second: { code: again.code, ...planResult(again.stdout) } });
    const { stdout } = await bench.terraform(directory, 'output', '-json', `-state=${environment}.tfstate`);
    const values = Object.entries(JSON.parse(stdout) as Record<string, { value: unknown }>);
    outputs.set(environment, Object.fromEntries(values.map(([name, { value }]) => [name, value])));
  }
  return plans;
}
