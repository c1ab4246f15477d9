import type { ClientChannel, ExecOptions as SshExecOptions } from 'ssh2';
import { StackError } from '../../base/errors.js';
import { hostAddress, type Host } from '../../domain/host.js';
import type { Connection } from './connection.js';
import { quoteArguments } from './quote.js';

export interface ChannelOptions {
  /** Closes the channel, and rejects with the signal's reason. */
  readonly signal: AbortSignal;
  readonly onOutput: (chunk: Buffer, stream: 'stdout' | 'stderr') => void;
  /** Written to the command's standard input, which stays open: it ends with the channel. */
  readonly input?: string;
  /** A terminal at the other end; its size is that of ours. */
  readonly pty?: { readonly type: string; readonly columns: number; readonly rows: number };
}

/** A command on a host whose output is handed on as it comes, for as long as it takes. */
export interface Channel {
  /** Its exit code; 128 where a signal ended it. @throws StackError SSH_UNREACHABLE where the connection is lost */
  readonly ended: Promise<number>;
  write(chunk: Buffer): void;
  /** Ends its standard input. */
  end(): void;
  resize(size: { readonly columns: number; readonly rows: number }): void;
}

/** Starts one argv over an open connection. */
export async function openChannel(
  connection: Connection,
  host: Host,
  argv: readonly string[],
  { signal, onOutput, input, pty }: ChannelOptions,
): Promise<Channel> {
  const { ssh, link } = connection;
  signal.throwIfAborted();
  const lost = (cause?: unknown) =>
    new StackError('SSH_UNREACHABLE', 'lost the connection while a command ran', {
      subject: host.name,
      where: hostAddress(host),
      evidence: [`command: ${argv.join(' ')}`],
      next: 'Check the host, then run the command again.',
      cause,
    });
  const options: SshExecOptions =
    pty === undefined ? {} : { pty: { term: pty.type, cols: pty.columns, rows: pty.rows } };
  link.hold();
  let channel: ClientChannel;
  let code: number | undefined;
  try {
    channel = await new Promise<ClientChannel>((resolve, reject) => {
      const client = ssh.connection;
      if (client === null) return reject(new Error('the connection is closed'));
      client.exec(quoteArguments(argv), options, (error, opened) => {
        if (error !== undefined) return reject(error);
        // Here, and not once the promise is settled: of a short command the end comes with the beginning.
        opened.on('exit', (exitCode: number | null) => (code = exitCode ?? 128));
        resolve(opened);
      });
    });
  } catch (error) {
    link.release();
    throw lost(error);
  }
  const ended = new Promise<number>((resolve, reject) => {
    const finish = (settle: () => void) => {
      signal.removeEventListener('abort', onAbort);
      link.stream.removeListener('close', onClose);
      settle();
    };
    const onAbort = () => {
      channel.close();
      finish(() => reject(signal.reason as Error));
    };
    const onClose = () => finish(() => reject(lost()));
    signal.addEventListener('abort', onAbort, { once: true });
    link.stream.once('close', onClose);
    channel.on('error', () => undefined);
    channel.on('close', () =>
      finish(() => (code === undefined && !ssh.isConnected() ? reject(lost()) : resolve(code ?? 128))),
    );
    channel.on('data', (chunk: Buffer) => onOutput(chunk, 'stdout'));
    channel.stderr.on('data', (chunk: Buffer) => onOutput(chunk, 'stderr'));
  }).finally(() => link.release());
  ended.catch(() => undefined);
  if (input !== undefined) channel.write(input);
  if (signal.aborted) channel.close();
  return {
    ended,
    write: (chunk) => void channel.write(chunk),
    end: () => void channel.end(),
    resize: ({ columns, rows }) => channel.setWindow(rows, columns, 0, 0),
  };
}
