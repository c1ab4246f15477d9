import { spawn } from 'node:child_process';
import type { Terminal } from '../../base/ports.js';
import { notStarted } from './notStarted.js';

const COLUMNS = 80;
const ROWS = 24;

/** The terminal of this process. */
export function processTerminal(env: Readonly<Record<string, string | undefined>>): Terminal {
  // eslint-disable-next-line no-restricted-properties -- what a session shows is nobody's message, and no view's
  const { stdin, stdout, stderr } = process;
  return {
    isTTY: stdin.isTTY === true && stdout.isTTY === true,
    type: env['TERM'] ?? 'xterm',
    size: () => ({ columns: stdout.columns || COLUMNS, rows: stdout.rows || ROWS }),
    attach({ onInput, onEnd, onResize }) {
      const isRaw = stdin.isTTY === true && stdout.isTTY === true;
      if (isRaw) stdin.setRawMode(true);
      stdin.on('data', onInput);
      stdin.on('end', onEnd);
      stdout.on('resize', onResize);
      stdin.resume();
      return () => {
        stdin.removeListener('data', onInput);
        stdin.removeListener('end', onEnd);
        stdout.removeListener('resize', onResize);
        stdin.pause();
        if (isRaw) stdin.setRawMode(false);
      };
    },
    write: (chunk, stream = 'stdout') => void (stream === 'stdout' ? stdout : stderr).write(chunk),
    handOver: ({ file, args, env: variables = {}, cwd }, signal) =>
      new Promise((resolve, reject) => {
        // In our own process group: what is typed reaches it as it would without us, Ctrl-C included.
        const child = spawn(file, args, { stdio: 'inherit', cwd, env: { ...env, ...variables } });
        // It hears Ctrl-C itself; any other end of ours ends it too.
        const onAbort = () => {
          if (!/SIGINT/.test(String((signal.reason as Error).message))) child.kill('SIGTERM');
        };
        signal.addEventListener('abort', onAbort, { once: true });
        const finish = (settle: () => void) => {
          signal.removeEventListener('abort', onAbort);
          settle();
        };
        child.once('error', (error: NodeJS.ErrnoException) =>
          finish(() => reject(notStarted({ file, args }, error.code ?? '', cwd ?? '.', error))),
        );
        child.once('close', (code) => finish(() => resolve(code ?? 128)));
      }),
  };
}
