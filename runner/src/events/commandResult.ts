import type { StackError } from '../base/errors.js';

/** What a command leaves beside its events. */
export interface CommandResult {
  /** 0 unless what was asked for did not happen; failures are thrown, this is for e.g. `drift found`. */
  readonly exitCode?: number;
  /** What `--json` prints last and `--result` writes: plain data. */
  readonly data?: unknown;
  /** What failed though there is a result: some of several environments. It decides the exit code. */
  readonly failure?: StackError;
  /** What a person reads on stdout; left out where events already said it all. */
  readonly text?: string;
  /** The user asked for secrets on stdout (`env --secrets`): text and data are shown as they are. */
  readonly reveal?: boolean;
}

/** What a command would do. */
export interface Preview {
  /** As plain data. */
  readonly data: unknown;
  /** The same for people. */
  readonly lines: readonly string[];
  /** There is nothing to do, and the lines say so. */
  readonly isNothing?: boolean;
}

/** What `--dry-run` leaves. */
export const previewResult = ({ data, lines, isNothing = false }: Preview): CommandResult => ({
  data,
  text: [...lines, ...(isNothing ? [] : ['Nothing was changed.'])].join('\n'),
});
