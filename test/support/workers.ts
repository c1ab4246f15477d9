import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A child process and the lines it has printed so far. */
export interface Worker {
  readonly child: ChildProcess;
  readonly lines: string[];
  /** Resolves when it has printed so many lines, or has ended. */
  printed(count: number): Promise<void>;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Worker scripts compiled once, so that twenty of them start in the time of one under a compiler. */
export class Workers {
  private constructor(
    private readonly directory: string,
    private readonly script: string,
  ) {}

  /** @param name of a script in test/support, without its ending */
  static async compile(name: string): Promise<Workers> {
    const directory = mkdtempSync(join(tmpdir(), 'automation-stack-worker-'));
    // Other users (who may not write somewhere) must be able to run it.
    chmodSync(directory, 0o755);
    const script = join(directory, 'worker.mjs');
    await build({
      entryPoints: { worker: fileURLToPath(new URL(`${name}.ts`, import.meta.url)) },
      outdir: directory,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      // Loaded on use only, and no worker uses any.
      external: ['@aws-sdk/*', 'agent-base', 'http-proxy-agent', 'https-proxy-agent'],
      logLevel: 'error',
    });
    return new Workers(directory, script);
  }

  /**
   * @param args of the script
   * @param wrapper a command that runs it, e.g. `setpriv …`
   */
  start(args: readonly string[], wrapper: readonly string[] = []): Worker {
    const [file, ...rest] = [...wrapper, process.execPath, this.script, ...args] as [string, ...string[]];
    const child = spawn(file, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.on('error', () => undefined);
    const lines: string[] = [];
    const reader = createInterface({ input: child.stdout });
    reader.on('line', (line) => lines.push(line));
    const closed = once(reader, 'close');
    const ended = once(child, 'exit').then(async ([code, signal]) => {
      await closed;
      return (code ?? signal) as number | string;
    });
    const printed = (count: number) =>
      new Promise<void>((resolve) => {
        const check = () => lines.length >= count && resolve();
        reader.on('line', check);
        void ended.then(() => resolve());
        check();
      });
    return { child, lines, printed, ended };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
