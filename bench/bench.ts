/** One measured figure, held against a limit where there is one. */
export interface BenchRow {
  readonly label: string;
  readonly value: number;
  /** `ms`, `MiB`, `calls`, `×` … */
  readonly unit: string;
  /** What a ratio is relative to, in words. */
  readonly ratioTo?: string;
  /** The value must not be above it. */
  readonly limit?: number;
  readonly ok?: boolean;
}

export interface BenchResult {
  readonly name: string;
  readonly rows: readonly BenchRow[];
}

export type Bench = () => Promise<BenchResult>;
