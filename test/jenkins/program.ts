import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tail } from './http.js';

/** A program of ours that runs on, with what it says in a file. */
export class Program {
  private readonly child: ChildProcess;
  private readonly ended: Promise<string>;

  /** @param env all that it gets: nothing of this process's own comes with it */
  constructor(
    words: readonly string[],
    env: Readonly<Record<string, string>>,
    private readonly log: string,
  ) {
    const file = openSync(log, 'a');
    const [name = '', ...rest] = words;
    this.child = spawn(name, rest, { env, stdio: ['ignore', file, file] });
    closeSync(file);
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(error.message));
      this.child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`));
    });
    // A suite that is killed takes it along.
    process.once('exit', this.kill);
  }

  private readonly kill = () => void this.child.kill('SIGKILL');

  /** @throws Error with its last words where it ends before the work does */
  async whileRunning<T>(work: Promise<T>): Promise<T> {
    const end = this.ended.then(async (how) => {
      throw new Error(`${this.child.spawnfile}: ${how}\n${await this.tail(80)}`);
    });
    return Promise.race([work, end]);
  }

  /** Asks it to end, and ends it where it has not after that time. */
  async stop(seconds: number): Promise<void> {
    this.child.kill('SIGTERM');
    const timer = setTimeout(this.kill, seconds * 1000);
    await this.ended;
    clearTimeout(timer);
    process.removeListener('exit', this.kill);
  }

  async tail(lines: number): Promise<string> {
    return tail(await readFile(this.log, 'utf8').catch(() => ''), lines);
  }
}
