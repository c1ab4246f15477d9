/** One entry of the journal. */
interface Entry {
  readonly action: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What the journal has of a deployment of instances. */
export interface InstancesBegun {
  /** Runs that may have launched some, the last one last. */
  readonly runs: readonly string[];
  /** Instances that were serving, and that it had begun to retire. */
  readonly retiring: readonly string[];
}

/** Reads what runs wrote before each step. */
export function readBegun(begun: readonly Entry[] = []): InstancesBegun {
  const runs = begun.flatMap(({ action, data }) => {
    const run = data?.['run'];
    return action === 'begin' && typeof run === 'string' ? [run] : [];
  });
  const retiring = begun.flatMap(({ action, data }) =>
    action === 'retire' ? namesIn(data?.['instances']) : [],
  );
  return { runs: [...new Set(runs)], retiring: [...new Set(retiring)] };
}

const namesIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
