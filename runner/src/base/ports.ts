import type { ProcessEnd } from './interruption.js';

/** What the core and the steps need of the outside world. Adapters implement these; tests bring fakes. */

export interface Clock {
  now(this: void): Date;
  /** Resolves after `ms` milliseconds, rejects with the signal's reason when it aborts. */
  sleep(this: void, ms: number, signal?: AbortSignal): Promise<void>;
}

/** An external command as data: built by pure functions in `invocations/`, run without a shell. */
export interface Invocation {
  readonly file: string;
  readonly args: readonly string[];
  /** Added to the runner's own environment, undefined ones taken out of it; the way secrets travel, never argv. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Written to standard input, then closed. */
  readonly input?: string;
}

export interface ProcessOptions {
  /** Aborting sends SIGTERM and SIGKILL 30 s later; to terraform SIGINT alone, so that it always saves its state. */
  readonly signal?: AbortSignal;
  /**
   * The signal sent on abort. `SIGINT-GROUP` is what Ctrl-C in a terminal does: SIGINT to the child and all its own children,
   * and never a kill; for a child that ends its helpers itself and does not pass signals on.
   */
  readonly killSignal?: 'SIGINT' | 'SIGTERM' | 'SIGINT-GROUP';
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Keep all of stdout (for JSON); otherwise only the last lines are kept, so that memory stays flat. */
  readonly captureStdout?: boolean;
  readonly timeoutMs?: number;
  /** Where lines are cut, in characters; 16 Ki where left out. For records that are read, not shown. */
  readonly longestLine?: number;
  /**
   * A file that takes both streams instead of pipes and is followed as it grows (lines arrive as stdout). The child
   * then survives the runner's own violent death; a pipe would kill it at its next line, terraform before it has
   * saved its state. Made readable by its owner only, left for the caller to remove.
   */
  readonly outputFile?: string;
  /**
   * Asked shortly after an abort, before the signal is sent; true: the child has been told already (Jenkins signals
   * every process of a build), and a second signal would make it stop at once.
   */
  readonly isStopping?: () => boolean;
  /** Told how it ended, also where an interruption is thrown then. */
  readonly onEnd?: (end: ProcessEnd) => void;
}

export interface ProcessResult {
  readonly exitCode: number;
  /** Whole stdout when captured, else ''. */
  readonly stdout: string;
  /** The last 40 lines of both streams, redacted, in order: the evidence of a failure. */
  readonly tail: readonly string[];
}

export interface Processes {
  /**
   * Runs a command to its end; a non-zero exit is a result, not an exception. Where the child was cut short by a signal,
   * the runner's own is waited for: the interruption of a build reaches its processes one by one, children first.
   * @throws StackError TOOL_MISSING where the file is not on PATH; INTERRUPTED on abort
   */
  run(invocation: Invocation, options?: ProcessOptions): Promise<ProcessResult>;
}

/** The terminal, or the pipes, that the runner was started with: what a session is handed over to. */
export interface Terminal {
  /** Whether a person types there. */
  readonly isTTY: boolean;
  /** What it understands: `xterm-256color`. */
  readonly type: string;
  size(): { readonly columns: number; readonly rows: number };
  /**
   * Hands what is typed on as it comes, key by key, and takes what is shown.
   * @param onEnd called where the input ends
   * @returns gives the terminal back
   */
  attach(session: {
    readonly onInput: (chunk: Buffer) => void;
    readonly onEnd: () => void;
    readonly onResize: () => void;
  }): () => void;
  write(chunk: Buffer, stream?: 'stdout' | 'stderr'): void;
  /**
   * Runs a command that has the terminal to itself.
   * @returns its exit code; 128 where a signal ended it
   * @throws StackError TOOL_MISSING
   */
  handOver(invocation: Invocation, signal: AbortSignal): Promise<number>;
}

/** A document in the state store with the version tag that conditional writes compare. */
export interface StoredObject {
  readonly body: string;
  readonly etag: string;
}

export type WriteCondition = { readonly ifAbsent: true } | { readonly ifMatch: string } | undefined;

/**
 * Where the release ledger, locks and journal live: a local directory or an S3 prefix, same rules.
 * Keys are `/`-separated, e.g. `releases/1.2.0.json`.
 */
export interface ObjectStore {
  /** Words for people: a directory or `s3://bucket/prefix`. */
  readonly location: string;
  get(key: string): Promise<StoredObject | undefined>;
  /**
   * Writes whole or not at all (a full disk leaves the old content).
   * @returns the new etag, or undefined where the condition did not hold: someone else won
   * @throws StackError STATE_WRITE_FAILED; LOCKED where another process keeps writing it
   */
  put(key: string, body: string, condition?: WriteCondition): Promise<string | undefined>;
  delete(key: string): Promise<void>;
  /** Keys under a prefix in ascending order. */
  list(prefix: string, limit?: number): Promise<readonly string[]>;
}
