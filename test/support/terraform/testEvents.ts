/** What Terraform found wrong, with the place as `FILE:LINE`. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly text: string;
}

/** How a run block of a test ended. */
export interface RunResult {
  /** pass, fail, error or skip */
  readonly status: string;
  readonly findings: readonly Finding[];
  /** Addresses and actions of the plan, where the test ran with `-verbose` and the run plans only. */
  readonly changes: ReadonlyMap<string, readonly string[]>;
}

interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly summary: string;
  readonly detail?: string;
  readonly range?: { readonly filename: string; readonly start: { readonly line: number } };
}

interface Event {
  readonly type: string;
  readonly '@testfile'?: string;
  readonly '@testrun'?: string;
  readonly diagnostic?: Diagnostic;
  readonly test_run?: { readonly progress: string; readonly status?: string };
  readonly test_state?: { readonly outputs?: Readonly<Record<string, { readonly value?: unknown }>> };
  readonly test_plan?: {
    readonly resource_changes?: readonly {
      readonly address: string;
      readonly change: { readonly actions: readonly string[] };
    }[];
  };
}

function finding({ severity, summary, detail, range }: Diagnostic): Finding {
  const place = range === undefined ? '' : `${range.filename}:${range.start.line}: `;
  return { severity, text: `${place}${summary}${detail ? `: ${detail}` : ''}` };
}

/** What `terraform validate -json` found. */
export function validationFindings(stdout: string): Finding[] {
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly Diagnostic[] };
  return diagnostics.map(finding);
}

/** The key of a run in the results: `create: defaults_are_safe`. */
export const runKey = (file: string, run: string) =>
  `${file.replace(/^.*\//, '').replace(/\.tftest\.hcl$/, '')}: ${run}`;

/**
 * Reads what `terraform test -json` printed.
 * @returns results by `runKey`; under an empty key what concerns no single run, such as a file that cannot be read
 */
export function testResults(stdout: string): Map<string, RunResult> {
  const results = new Map<string, RunResult>();
  const add = (key: string, part: Partial<RunResult>) => {
    const old = results.get(key) ?? {
      status: 'skip',
      findings: [],
      changes: new Map<string, readonly string[]>(),
    };
    results.set(key, { ...old, ...part, findings: [...old.findings, ...(part.findings ?? [])] });
  };
  for (const line of stdout.split('\n').filter((text) => text.startsWith('{'))) {
    const event = JSON.parse(line) as Event;
    const file = event['@testfile'];
    const run = event['@testrun'];
    const key = file === undefined || run === undefined ? '' : runKey(file, run);
    if (event.diagnostic !== undefined) add(key, { findings: [finding(event.diagnostic)] });
    if (event.test_run?.progress === 'complete') add(key, { status: event.test_run.status ?? 'skip' });
    if (event.test_plan !== undefined) {
      const changes = event.test_plan.resource_changes ?? [];
      add(key, { changes: new Map(changes.map(({ address, change }) => [address, change.actions])) });
    }
  }
  return results;
}

/**
 * The outputs after each run that applied, from what `terraform test -json -verbose` printed.
 * @returns values by name, by `runKey`
 */
export function testStates(stdout: string): Map<string, Readonly<Record<string, unknown>>> {
  const states = new Map<string, Readonly<Record<string, unknown>>>();
  for (const line of stdout.split('\n').filter((text) => text.startsWith('{'))) {
    const { '@testfile': file, '@testrun': run, test_state: state } = JSON.parse(line) as Event;
    if (file === undefined || run === undefined || state === undefined) continue;
    const outputs = Object.entries(state.outputs ?? {});
    states.set(runKey(file, run), Object.fromEntries(outputs.map(([name, { value }]) => [name, value])));
  }
  return states;
}
