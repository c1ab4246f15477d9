import { PassThrough } from 'node:stream';
import { createContext } from '../../runner/src/container.js';
import type { EventBody } from '../../runner/src/events/events.js';
import { createViews } from '../../runner/src/views/createViews.js';

export interface SlackRunOptions {
  /** Holds the configuration. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A command's views on the real world, told events instead of a command's own. */
export class SlackRun {
  private readonly context;
  private readonly views;
  private readonly output = { stdout: '', stderr: '' };

  constructor({ directory, env }: SlackRunOptions) {
    const options = {
      directory,
      configFile: 'automation-stack.yml',
      environment: undefined,
      json: false,
      resultFile: undefined,
      errorFile: undefined,
      dryRun: false,
      verbose: false,
      color: false,
    };
    this.context = createContext({ options, env, signal: new AbortController().signal });
    const stdout = new PassThrough().on('data', (chunk: Buffer) => (this.output.stdout += chunk.toString()));
    const stderr = new PassThrough().on('data', (chunk: Buffer) => (this.output.stderr += chunk.toString()));
    this.views = createViews({ context: this.context, stdout, stderr });
    for (const view of this.views.subscribers) this.context.events.subscribe(view);
  }

  tell(...events: readonly EventBody[]): void {
    for (const event of events) this.context.events.emit(event);
  }

  /** Ends the command as the command line does. */
  async end(exitCode: number): Promise<{ readonly exitCode: number; readonly text: string }> {
    await this.context.events.close();
    const ended = await this.views.finish({
      command: 'run',
      exitCode,
      startedAt: new Date(),
      result: {},
      error: undefined,
    });
    await new Promise((resolve) => setImmediate(resolve));
    return { exitCode: ended, text: this.output.stdout + this.output.stderr };
  }
}
