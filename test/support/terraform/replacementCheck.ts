import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { harmless } from './planning/losses.js';
import type { Example, Toggle } from './planning/toggles.js';
import type { Workbench } from './workbench.js';

/** A resource that a plan changes. */
export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  /** create, update, replace, delete … */
  readonly action: string;
}

/** What came of a plan: what it changes, or why there is none. */
export interface PlanResult {
  readonly changes: PlannedChange[];
  readonly errors: string[];
}

interface Message {
  readonly type: string;
  readonly '@level'?: string;
  readonly change?: {
    readonly action: string;
    readonly resource: { readonly addr: string; readonly resource_type: string };
  };
  readonly diagnostic?: { readonly severity: string; readonly summary: string; readonly detail?: string };
  readonly outputs?: Readonly<Record<string, { readonly action?: string }>>;
}

/** Reads what `terraform plan -json` or `apply -json` printed. */
export function planResult(stdout: string): PlanResult {
  const messages = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Message);
  return {
    changes: messages.flatMap(({ type, change }) =>
      type === 'planned_change' && change !== undefined
        ? [{ address: change.resource.addr, type: change.resource.resource_type, action: change.action }]
        : [],
    ),
    errors: messages.flatMap(({ diagnostic }) =>
      diagnostic?.severity === 'error' ? [`${diagnostic.summary}: ${diagnostic.detail ?? ''}`] : [],
    ),
  };
}

/** What a plan takes away and that is more than a line of a setting. */
export const lost = (changes: readonly PlannedChange[]): PlannedChange[] =>
  changes.filter(
    ({ action, type }) => ['replace', 'delete', 'remove'].includes(action) && !(type in harmless),
  );

const override = 'edit_override.tf';

/** What came of an example: made, planned again, and planned with each edit. */
export interface ExampleResult {
  readonly made: readonly string[];
  readonly second: PlanResult & { readonly code: number };
  /** By path of the edit. */
  readonly edits: ReadonlyMap<string, PlanResult>;
}

/** Makes an example, plans it again, then plans each of its edits over what was made. */
export async function checkExample(bench: Workbench, example: Example): Promise<ExampleResult> {
  const { directory } = example;
  const init = await bench.terraform(directory, 'init', '-input=false', '-no-color');
  const apply =
    init.code === 0
      ? await bench.terraform(directory, 'apply', '-auto-approve', '-input=false', '-json')
      : init;
  if (apply.code !== 0) {
    const made = planResult(apply.stdout).errors;
    return {
      made: made.length > 0 ? made : [apply.stdout + apply.stderr],
      second: { code: 1, changes: [], errors: [] },
      edits: new Map(),
    };
  }
  const again = await bench.terraform(directory, 'plan', '-input=false', '-json', '-detailed-exitcode');
  const edits = new Map<string, PlanResult>();
  for (const toggle of example.toggles) edits.set(toggle.path, await planEdit(bench, example, toggle));
  return { made: [], second: { code: again.code, ...planResult(again.stdout) }, edits };
}

async function planEdit(
  bench: Workbench,
  { directory, call }: Example,
  { settings }: Toggle,
): Promise<PlanResult> {
  const file = join(bench.directory, directory, override);
  const lines = Object.entries(settings).map(([name, expression]) => `  ${name} = ${expression}\n`);
  await writeFile(file, `module "${call}" {\n${lines.join('')}}\n`);
  try {
    const { stdout } = await bench.terraform(
      directory,
      'plan',
      '-input=false',
      '-json',
      '-refresh=false',
      '-lock=false',
    );
    return planResult(stdout);
  } finally {
    await rm(file);
  }
}
