import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSlackSink } from '../../runner/src/local/slackSink.js';
import type { SlackMessage } from '../../runner/src/local/slackMessages.js';

/** What must appear nowhere. */
export const TOKEN = 'xoxb-very-secret-token';

/** A Slack of one's own and a project that tells it. */
export class SlackFixture {
  private constructor(
    readonly directory: string,
    private readonly server: Server & { closeAllConnections?: () => void },
    readonly url: string,
  ) {}

  /** @param slack the configuration's `notifications.slack` as YAML in one line */
  static async start(slack: string): Promise<SlackFixture> {
    const directory = await mkdtemp(join(tmpdir(), 'slack-run-'));
    const server = await startSlackSink({ port: 0 });
    const fixture = new SlackFixture(
      directory,
      server,
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    );
    await fixture.configure(slack);
    return fixture;
  }

  async configure(slack: string): Promise<void> {
    const lines = [
      'application: shop',
      'environments: { staging: {}, production: {} }',
      `notifications: { slack: ${slack} }`,
    ];
    await writeFile(join(this.directory, 'automation-stack.yml'), `${lines.join('\n')}\n`);
  }

  get env(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      SLACK_BOT_TOKEN: TOKEN,
      SLACK_WEBHOOK: `${this.url}/services/T0/B0/very-secret-hook`,
      SLACK_API_URL: `${this.url}/api/`,
    };
  }

  async messages(): Promise<readonly SlackMessage[]> {
    return (await (await fetch(`${this.url}/messages`)).json()) as SlackMessage[];
  }

  async fault(fault: { status: number | string; times: number; retryAfter?: number }): Promise<void> {
    await fetch(`${this.url}/fault`, { method: 'PUT', body: JSON.stringify(fault) });
  }

  /** From now on connections are refused. */
  stop(): void {
    this.server.closeAllConnections?.();
    this.server.close();
  }

  async remove(): Promise<void> {
    this.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}
