import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runCommandLine } from '../../../runner/src/commandLine.js';
import { createContext } from '../../../runner/src/container.js';
import type { State } from '../../../runner/src/state/state.js';
import { AwsProxy } from '../awsProxy.js';
import { openDeployment } from '../deployment.js';
import type { CliResult } from '../cli.js';
import { VirtualClock } from '../virtualClock.js';
import { Account } from './account.js';

/** Command lines on an account in memory: the SDK's own requests, and time that passes by itself. */
export class AccountCli {
  account = new Account();
  clock = new VirtualClock();
  private constructor(
    private readonly proxy: AwsProxy,
    readonly directory: string,
  ) {}

  /** @param config the text of automation-stack.yml */
  static async start(config: string): Promise<AccountCli> {
    const directory = realpathSync(mkdtempSync(join(tmpdir(), 'account-')));
    writeFileSync(join(directory, 'automation-stack.yml'), config);
    return new AccountCli(await AwsProxy.start('http://127.0.0.1:1'), directory);
  }

  configure(config: string): void {
    writeFileSync(join(this.directory, 'automation-stack.yml'), config);
  }

  /** @param atMs where the clock stands; now goes on where left out */
  reset(atMs?: number): void {
    this.account = new Account();
    this.clock = new VirtualClock(atMs);
    rmSync(join(this.directory, '.automation-stack'), { recursive: true, force: true });
  }

  async run(...argv: readonly string[]): Promise<CliResult> {
    this.proxy.use((request, send) => this.account.truth(request, send));
    const [stdout, stderr] = [capture(), capture()];
    const { clock } = this;
    const exitCode = await runCommandLine({
      argv,
      env: {
        ...process.env,
        ...{ NO_COLOR: '1', CI: '1', HOME: this.directory, AWS_ENDPOINT_URL: this.proxy.url },
        ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'very-secret-key', AWS_REGION: 'eu-west-1' },
      },
      cwd: this.directory,
      stdout: stdout.stream,
      stderr: stderr.stream,
      createContext: (input) => ({ ...createContext(input), clock }),
      onSignal: () => undefined,
    });
    return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
  }

  /** The state of the deployment, as another runner sees it. */
  async state(): Promise<State> {
    return (await openDeployment(this.directory)).context.state();
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function capture() {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
