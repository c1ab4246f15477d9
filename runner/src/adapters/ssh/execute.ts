import type { SSHExecCommandOptions } from 'node-ssh';
import { StackError } from '../../base/errors.js';
import { hostAddress, type Host } from '../../domain/host.js';
import type { Connection } from './connection.js';
import { quoteArguments } from './quote.js';

/** A host that dies during a command sends nothing more. No command waits longer than this by default. */
const DEFAULT_TIMEOUT_MS = 60_000;

type Channel = Parameters<NonNullable<SSHExecCommandOptions['onChannel']>>[0];

export interface ExecOptions {
  /** Closes the channel and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds; by default a minute. */
  readonly timeoutMs?: number;
  /** How long to wait for a silent host, in milliseconds; set for calls that only collect evidence. By default a minute. */
  readonly patienceMs?: number;
  /** Written to the command's standard input, then closed. */
  readonly input?: string;
}

export interface ExecResult {
  /** 128 if a signal ended the command. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one argv over an open connection. */
export async function execute(
  connection: Connection,
  host: Host,
  argv: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  const { ssh, link } = connection;
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS, input = '' } = options;
  signal?.throwIfAborted();
  const lost = (message: string, cause?: unknown) =>
    new StackError('SSH_UNREACHABLE', message, {
      subject: host.name,
      where: hostAddress(host),
      evidence: [`command: ${argv.join(' ')}`],
      next: 'Check the host, then run the command again.',
      cause,
    });
  let channel: Channel | undefined;
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  let onClose: (() => void) | undefined;
  const cut = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(lost(`did not finish within ${Math.round(timeoutMs / 1000)} s`)),
      timeoutMs,
    );
    onAbort = () => reject(signal?.reason as Error);
    onClose = () => reject(lost('closed the connection while a command ran'));
    signal?.addEventListener('abort', onAbort, { once: true });
    link.stream.once('close', onClose);
  });
  link.hold();
  try {
    const running = ssh.execCommand(quoteArguments(argv), {
      stdin: input,
      noTrim: true,
      onChannel: (opened) => (channel = opened),
    });
    const result = await Promise.race([running, cut]).catch((error: unknown) => {
      running.catch(() => undefined);
      channel?.close();
      if (error instanceof StackError || signal?.aborted === true) throw error;
      throw lost('lost the connection while a command ran', error);
    });
    return { exitCode: result.code ?? 128, stdout: result.stdout, stderr: result.stderr };
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
    if (onClose !== undefined) link.stream.removeListener('close', onClose);
    link.release();
  }
}
