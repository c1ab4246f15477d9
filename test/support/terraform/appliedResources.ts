import { checkRoot, type Root } from './rootCheck.js';
import type { Workbench } from './workbench.js';

/** A managed resource of a root that was applied on mocks. */
export interface AppliedResource {
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

interface StateModule {
  readonly resources?: readonly (AppliedResource & { readonly mode: string })[];
  readonly child_modules?: readonly StateModule[];
}

function* resourcesOf({ resources = [], child_modules = [] }: StateModule): Generator<AppliedResource> {
  yield* resources.filter(({ mode }) => mode === 'managed');
  for (const module of child_modules) yield* resourcesOf(module);
}

/** The resources in the state that a run of `terraform test -json -verbose` ended with. */
function stateOf(stdout: string): AppliedResource[] {
  for (const line of stdout.split('\n').filter((text) => text.includes('"test_state"'))) {
    const { test_state: state } = JSON.parse(line) as { test_state?: { root_module?: StateModule } };
    if (state?.root_module !== undefined) return [...resourcesOf(state.root_module)];
  }
  return [];
}

/**
 * Applies each environment of a root on mocks.
 * @param more arguments of terraform, such as variables
 * @returns what each then has, by environment
 */
export async function appliedResources(
  bench: Workbench,
  root: Root,
  ...more: readonly string[]
): Promise<ReadonlyMap<string, readonly AppliedResource[]>> {
  const states: AppliedResource[][] = [];
  const { applied } = await checkRoot(
    {
      ...bench,
      terraform: async (directory, ...args) => {
        if (args[0] !== 'test' || !args.includes('-test-directory=applied'))
          return bench.terraform(directory, ...args);
        const outcome = await bench.terraform(directory, ...args, ...more);
        states.push(stateOf(outcome.stdout));
        return outcome;
      },
    },
    root,
  );
  return new Map([...applied.keys()].map((environment, index) => [environment, states[index] ?? []]));
}
