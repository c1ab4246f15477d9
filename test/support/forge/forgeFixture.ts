import { expect } from 'chai';
import type { EventBody, StackEvent } from '../../../runner/src/events/events.js';
import { Repository } from '../repository.js';
import { successfulRun } from '../sampleRuns.js';
import { SlackRun } from '../slackRun.js';
import { GitHubSink } from './githubSink.js';

/** What must appear nowhere. */
export const TOKEN = 'very-secret-token';

/** A run's events, of whatever is checked out. */
export const bodies = (events: readonly StackEvent[]): EventBody[] =>
  events.map(({ time: _, ...body }) => {
    if (body.type !== 'run.start') return body;
    const { commit: __, ...start } = body;
    return start;
  });

/** The events of one of Jenkins' processes. */
export const part = (stage: string): EventBody[] =>
  bodies(successfulRun).flatMap((event): EventBody[] => {
    if (event.type === 'run.start') return [{ ...event, isPart: true }];
    if (event.type === 'run.end') {
      const { summary: _, ...end } = event;
      return [end];
    }
    return 'stage' in event && event.stage === stage ? [event] : [];
  });

/** A GitHub of one's own, and a project in a repository that tells it. */
export class ForgeFixture {
  /** What is checked out. */
  head = '';

  private constructor(
    readonly sink: GitHubSink,
    readonly repository: Repository,
  ) {}

  static async start(): Promise<ForgeFixture> {
    const sink = await GitHubSink.start();
    sink.tokens.set(TOKEN, { login: 'robot' });
    const fixture = new ForgeFixture(sink, Repository.of({ '.gitignore': '.automation-stack/\n' }));
    fixture.configure();
    return fixture;
  }

  /** Commits the configuration. @param more settings of `notifications.github` */
  configure(more = ''): void {
    this.head = this.repository.commit('feat: configure', {
      'automation-stack.yml': [
        'application: shop',
        'environments: { staging: {}, production: {} }',
        'notifications:',
        `  github: { token: "\${env:GITHUB_TOKEN}", api: "${this.sink.api}", repository: acme/shop${more} }`,
        '',
      ].join('\n'),
    });
    this.sink.commits.add(this.head);
  }

  /** Opens a pull request. */
  pull(number: number, commits: readonly string[]): void {
    this.sink.pulls.push({ number, state: 'open', ref: 'feature', commits });
    for (const commit of commits) this.sink.commits.add(commit);
  }

  begin(env: Readonly<Record<string, string>> = {}): SlackRun {
    return new SlackRun({
      directory: this.repository.directory,
      env: { PATH: process.env['PATH'] ?? '', GITHUB_TOKEN: TOKEN, ...env },
    });
  }

  /** A whole process, told as fast as it goes. */
  async run(events: readonly EventBody[], exitCode = 0, env: Readonly<Record<string, string>> = {}) {
    const process = this.begin(env);
    process.tell(...events);
    const ended = await process.end(exitCode);
    expect(ended.text).not.to.include(TOKEN);
    return ended;
  }

  /** Waits until it is so: a forge is told behind the run's back. */
  async until(isSo: () => boolean): Promise<void> {
    for (let looks = 0; looks < 200 && !isSo(); looks += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isSo()).to.equal(true);
  }

  remove(): void {
    this.sink.stop();
    this.repository.remove();
  }
}
