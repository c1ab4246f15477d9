import { PassThrough } from 'node:stream';
import { runCommandLine } from '../../runner/src/commandLine.js';

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, with its output caught. */
export async function cli(
  argv: readonly string[],
  {
    cwd = process.cwd(),
    env = {},
    library,
    program,
  }: {
    cwd?: string;
    env?: Readonly<Record<string, string | undefined>>;
    library?: string;
    program?: string;
  } = {},
): Promise<CliResult> {
  const stdout = capture();
  const stderr = capture();
  const exitCode = await runCommandLine({
    argv,
    env: { ...process.env, NO_COLOR: '1', ...env },
    cwd,
    ...(library === undefined ? {} : { library }),
    ...(program === undefined ? {} : { program }),
    stdout: stdout.stream,
    stderr: stderr.stream,
    onSignal: () => undefined,
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

function capture() {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
