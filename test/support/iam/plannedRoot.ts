import { cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { selectEnvironment } from '../../../runner/src/config/selectEnvironment.js';
import type { PlanJson } from '../../../runner/src/infrastructure/rules/planSummary.js';
import { filledIn, mocked, type Root } from '../terraform/rootCheck.js';
import type { Workbench } from '../terraform/workbench.js';

/** One thing of a state, with all that it has. */
export interface Thing {
  readonly address: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** An environment of an example: what its first plan knows, and what is there after it was applied. */
export interface PlannedRoot {
  readonly name: string;
  readonly environment: string;
  readonly plan: PlanJson;
  readonly things: readonly Thing[];
}

interface StateModule {
  readonly resources?: readonly Thing[];
  readonly child_modules?: readonly StateModule[];
}
interface Event {
  readonly '@testrun'?: string;
  readonly test_plan?: PlanJson;
  readonly test_state?: {
    readonly root_module?: StateModule;
    readonly outputs?: Readonly<Record<string, { readonly value?: unknown }>>;
  };
}

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));
const thingsOf = (module: StateModule | undefined): readonly Thing[] => [
  ...(module?.resources ?? []),
  ...(module?.child_modules ?? []).flatMap(thingsOf),
];

/** Plans each environment of an example and applies it, on mocks. */
export async function planRoot(bench: Workbench, root: Root): Promise<readonly PlannedRoot[]> {
  const directory = join(dirname(bench.directory), 'planned', root.name, 'terraform');
  await cp(join(examples, root.name, 'terraform'), directory, {
    recursive: true,
    filter: (path) => basename(path) !== '.terraform',
  });
  await mkdir(join(directory, 'planned'));
  await writeFile(
    join(directory, 'planned/root.tftest.hcl'),
    `${await mocked(bench, root, directory)}\nrun "plan" {\n  command = plan\n}\n\nrun "apply" {}\n`,
  );
  const init = await bench.terraform(
    directory,
    ...['init', '-backend=false', '-input=false', '-no-color', '-test-directory=planned'],
  );
  if (init.code !== 0) throw new Error(`${init.stdout}\n${init.stderr}`);
  const outputs = new Map<string, Readonly<Record<string, unknown>>>();
  const planned: PlannedRoot[] = [];
  for (const environment of root.environments) {
    const { infrastructure } = selectEnvironment(root.config, environment).config;
    const variables = join(directory, `${environment}.generated.tfvars.json`);
    await writeFile(
      variables,
      JSON.stringify(filledIn(infrastructure?.variables ?? {}, environment, outputs)),
    );
    const { stdout, stderr } = await bench.terraform(
      directory,
      ...['test', '-json', '-verbose', '-test-directory=planned'],
      ...(infrastructure?.['var-files'] ?? []).map((file) => `-var-file=${file}`),
      `-var-file=${variables}`,
    );
    const events = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Event);
    const plan = events.find((one) => one.test_plan !== undefined)?.test_plan;
    const state = events.find((one) => one.test_state !== undefined)?.test_state;
    if (plan === undefined || state === undefined) throw new Error(`${root.name}: ${stderr}\n${stdout}`);
    outputs.set(
      environment,
      Object.fromEntries(Object.entries(state.outputs ?? {}).map(([name, { value }]) => [name, value])),
    );
    planned.push({ name: root.name, environment, plan, things: thingsOf(state.root_module) });
  }
  return planned;
}
