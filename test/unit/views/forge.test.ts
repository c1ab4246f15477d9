import { expect } from 'chai';
import type { EventBody, StackEvent } from '../../../runner/src/core/events.js';
import { GitHubSink } from '../../support/forge/githubSink.js';
import { GitLabSink } from '../../support/forge/gitlabSink.js';
import { Repository } from '../../support/repository.js';
import { rolledBackRun, successfulRun } from '../../support/sampleRuns.js';
import { SlackRun } from '../../support/slackRun.js';

const TOKEN = 'very-secret-token';
const CONTEXT = 'automation-stack/shop/staging';
const bodies = (events: readonly StackEvent[]): EventBody[] =>
  events.map(({ time: _, ...body }) =>
    // What is checked out is what the run is of.
    body.type === 'run.start' ? { ...body, commit: undefined as never } : body,
  );

/** The events of one of Jenkins' processes. */
const part = (stage: string): EventBody[] =>
  bodies(successfulRun).flatMap((event): EventBody[] => {
    if (event.type === 'run.start') return [{ ...event, isPart: true }];
    if (event.type === 'run.end') {
      const { summary: _, ...end } = event;
      return [end];
    }
    return 'stage' in event && event.stage === stage ? [event] : [];
  });

describe('a run that tells GitHub', function () {
  this.timeout(30_000);
  let repository: Repository;
  let sink: GitHubSink;
  let head: string;
  beforeEach(async () => {
    sink = await GitHubSink.start();
    sink.tokens.set(TOKEN, { login: 'robot' });
    repository = Repository.of({ '.gitignore': '.automation-stack/\n' });
    configure();
  });
  afterEach(() => {
    sink.stop();
    repository.remove();
  });

  function configure(more = '') {
    head = repository.commit('feat: configure', {
      'automation-stack.yml': [
        'application: shop',
        'environments: { staging: {}, production: {} }',
        'notifications:',
        `  github: { token: "\${env:GITHUB_TOKEN}", api: "${sink.api}", repository: acme/shop${more} }`,
        '',
      ].join('\n'),
    });
    sink.commits.add(head);
  }
  const pull = (number: number, commits: readonly string[]) => {
    sink.pulls.push({ number, state: 'open', ref: 'feature', commits });
    for (const commit of commits) sink.commits.add(commit);
  };
  const begin = (env: Record<string, string> = {}) =>
    new SlackRun({
      directory: repository.directory,
      env: { PATH: process.env['PATH'] ?? '', GITHUB_TOKEN: TOKEN, ...env },
    });
  const run = async (events: readonly EventBody[], exitCode = 0, env: Record<string, string> = {}) => {
    const process = begin(env);
    process.tell(...events);
    const ended = await process.end(exitCode);
    expect(ended.text).not.to.include(TOKEN);
    return ended;
  };
  const states = () => sink.statuses.map(({ sha, context, state }) => [sha, context, state]);
  const until = async (isSo: () => boolean) => {
    for (let looks = 0; looks < 200 && !isSo(); looks += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isSo()).to.equal(true);
  };

  it('sets the commit’s status when it begins and when it ends', async () => {
    const process = begin();
    process.tell(...bodies(successfulRun).slice(0, 4));
    await until(() => sink.statuses.length === 1);
    process.tell(...bodies(successfulRun).slice(4));
    expect((await process.end(0)).text).not.to.include('WARNING');
    expect(states()).to.deep.equal([
      [head, CONTEXT, 'pending'],
      [head, CONTEXT, 'success'],
    ]);
    expect(sink.latest[CONTEXT]).to.include({
      target_url: 'https://jenkins.example.com/job/shop/job/develop/128/',
    });
  });

  it('is given no address that it would refuse', async () => {
    const [start, ...rest] = bodies(successfulRun) as [EventBody & { type: 'run.start' }, ...EventBody[]];
    expect((await run([{ ...start, runUrl: 'job/shop/128/' }, ...rest])).text).not.to.include('WARNING');
    expect(sink.latest[CONTEXT]).not.to.have.property('target_url');
  });

  it('says in the status why it failed', async () => {
    expect((await run(bodies(rolledBackRun), 3)).exitCode).to.equal(3);
    expect(sink.latest[CONTEXT]).to.include({ state: 'failure' });
    expect(sink.latest[CONTEXT]?.description).to.match(/^Rolled back: staging-2 never became healthy/);
  });

  it('comments at the pull request that ends in the commit, and changes that comment from then on', async () => {
    pull(12, [head]);
    await run(bodies(successfulRun));
    await run(bodies(rolledBackRun), 3);
    const comments = sink.comments.get(12) ?? [];
    expect(comments).to.have.length(1);
    expect(comments[0]?.body).to.include('Rolled back').and.include('carts_v2');
  });

  it('makes a new comment where somebody has deleted it', async () => {
    pull(12, [head]);
    const process = begin();
    process.tell(...bodies(successfulRun).filter(({ type }) => type !== 'run.end'));
    await until(() => sink.comments.get(12)?.length === 1);
    sink.comments.set(12, []);
    process.tell(bodies(successfulRun).at(-1)!);
    await process.end(0);
    expect(sink.comments.get(12)?.[0]?.body).to.include('Succeeded');
  });

  it('is one status and one comment where several processes make up the run', async () => {
    pull(12, [head]);
    const env = { AUTOMATION_STACK_RUN: 'shop develop #128' };
    const first = ['build:web', 'build:worker', 'plan:staging'];
    const started: Promise<unknown>[] = [];
    for (const stage of first) {
      started.push(run(part(stage), 0, env));
      // Processes are told apart by when they began.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await Promise.all(started);
    for (const stage of ['push', 'apply:staging', 'provision:staging', 'deploy:staging'])
      await run(part(stage), 0, env);
    expect(states().map(([, , state]) => state)).to.deep.equal(['pending', 'success']);
    expect(sink.comments.get(12)).to.have.length(1);
    expect(sink.comments.get(12)?.[0]?.body).to.include('Succeeded').and.include('Plan staging');
    const searches = sink.asked.filter((one) => one === 'GET /repos/acme/shop/issues/12/comments');
    expect(searches).to.have.length(1);
  });

  it('tells the head of the pull request, which Jenkins has merged', async () => {
    const base = repository.git('rev-parse', 'HEAD');
    repository.git('checkout', '--quiet', '-b', 'feature');
    const tip = repository.commit('feat: change', { 'a.txt': 'a' });
    repository.git('checkout', '--quiet', '--detach', base);
    repository.commit('feat: meanwhile', { 'b.txt': 'b' });
    repository.git('merge', '--quiet', '--no-edit', 'feature');
    pull(12, [tip]);
    await run(bodies(successfulRun), 0, { CHANGE_ID: '12', CHANGE_TARGET: 'main' });
    expect(new Set(states().map(([sha]) => sha))).to.deep.equal(new Set([tip]));
    // A push since then moves the head, and this build is not of it.
    sink.pulls.pop();
    pull(12, [tip, 'd'.repeat(40)]);
    await run(bodies(rolledBackRun), 3, { CHANGE_ID: '12', CHANGE_TARGET: 'main' });
    expect(new Set(states().map(([sha]) => sha))).to.deep.equal(new Set([tip]));
    expect(sink.comments.get(12)).to.have.length(1);
  });

  it('sets no status and writes no comment that it was told to leave', async () => {
    configure(', status: false');
    pull(12, [head]);
    await run(bodies(successfulRun));
    expect([sink.statuses.length, sink.comments.get(12)?.length]).to.deep.equal([0, 1]);
    configure(', comment: false');
    pull(13, [head]);
    await run(bodies(successfulRun));
    expect(sink.statuses.length).to.be.greaterThan(0);
    expect(sink.comments.get(13)).to.equal(undefined);
  });

  it('has a status of its own for a command by itself, and none for a look or a choice of stages', async () => {
    const as = (change: object) =>
      bodies(successfulRun).map((event) => (event.type === 'run.start' ? { ...event, ...change } : event));
    await run(as({ command: 'drift' }));
    await run(as({ command: 'rollback' }));
    await run(as({ isChoice: true }));
    expect(sink.statuses).to.deep.equal([]);
    await run(as({ command: 'plan' }));
    expect(Object.keys(sink.latest)).to.deep.equal([`${CONTEXT}/plan`]);
  });

  it('says nothing of a commit that is not what was built', async () => {
    repository.write({ 'new.txt': 'x' });
    const ended = await run(bodies(successfulRun));
    expect(ended.text.match(/WARNING .*uncommitted changes/g)).to.have.length(1);
    expect(sink.asked).to.deep.equal([]);
  });

  it('says once in a run that a token is refused, and what to do', async () => {
    sink.tokens.set(TOKEN, { login: 'robot', writes: ['pull_requests'] });
    const env = { AUTOMATION_STACK_RUN: 'shop develop #129' };
    const ended = [await run(part('build:web'), 0, env), await run(part('push'), 0, env)];
    expect(ended.map(({ exitCode }) => exitCode)).to.deep.equal([0, 0]);
    expect(ended[0]?.text).to.match(/WARNING GitHub could not be told.*"Commit statuses"/);
    expect(ended[1]?.text).not.to.include('WARNING');
    expect(sink.asked.filter((one) => one.startsWith('POST'))).to.have.length(1);
  });

  it('says that there is no token', async () => {
    const ended = await run(bodies(successfulRun), 0, { GITHUB_TOKEN: '' });
    expect(ended.text).to.match(/WARNING .*GITHUB_TOKEN is not set/);
  });

  const troubles: Readonly<Record<string, () => void>> = {
    'refuses connections': () => sink.stop(),
    'answers 500': () => sink.fault({ status: 500, times: 99 }),
    'is rate limited for an hour': () =>
      sink.fault({ status: 403, times: 99, headers: { 'retry-after': '3600' } }),
    'never answers': () => sink.fault({ status: 'timeout', times: 99 }),
  };
  for (const [what, make] of Object.entries(troubles)) {
    it(`ends as it would without, after one warning, where GitHub ${what}`, async () => {
      make();
      const began = Date.now();
      const ended = await run(bodies(rolledBackRun), 3);
      expect(ended.exitCode).to.equal(3);
      expect(ended.text.match(/WARNING .*GitHub/g)).to.have.length(1);
      expect(Date.now() - began).to.be.below(15_000);
    });
  }

  it('costs one process of a run its patience where it is away, and is told the end when it is back', async () => {
    sink.fault({ status: 500, times: 4 });
    const env = { AUTOMATION_STACK_RUN: 'shop develop #130' };
    expect((await run(part('build:web'), 0, env)).text).to.include('WARNING');
    const before = sink.asked.length;
    expect((await run(part('build:worker'), 0, env)).text).not.to.include('WARNING');
    expect(sink.asked.length).to.equal(before);
    for (const stage of ['plan:staging', 'push', 'apply:staging', 'provision:staging', 'deploy:staging'])
      await run(part(stage), 0, env);
    expect(sink.latest[CONTEXT]).to.include({ state: 'success' });
  });

  it('keeps secrets out of what it tells', async () => {
    pull(12, [head]);
    const line = `curl -H 'Authorization: Bearer ${TOKEN}'`;
    const [start] = bodies(successfulRun);
    await run([
      start!,
      { type: 'stage.start', stage: 'push', title: 'Push' },
      { type: 'stage.output', stage: 'push', source: 'x', stream: 'stdout', line },
      {
        type: 'stage.end',
        stage: 'push',
        status: 'failed',
        seconds: 1,
        error: { code: 'REGISTRY_REFUSED', category: 'build', message: line, evidence: [line], exitCode: 1 },
      },
      { type: 'run.end', status: 'failed', seconds: 1, exitCode: 1 },
    ]);
    const told = JSON.stringify([sink.statuses, sink.comments.get(12)]);
    expect(told).to.include('Bearer ***').and.not.to.include(TOKEN);
  });
});

describe('a run that tells GitLab', function () {
  this.timeout(30_000);

  it('sets the status of the branch in one pipeline, and keeps one note', async () => {
    const sink = await GitLabSink.start();
    sink.tokens.set(TOKEN, { user: 1 });
    const repository = Repository.of({ '.gitignore': '.automation-stack/\n' });
    const head = repository.commit('feat: configure', {
      'automation-stack.yml': [
        'application: shop',
        'environments: { staging: {} }',
        `notifications: { gitlab: { token: "\${env:GITLAB_TOKEN}", api: "${sink.api}", repository: ${sink.project} } }`,
        '',
      ].join('\n'),
    });
    sink.commits.set(head, ['a-branch', 'feature']);
    sink.requests.push({ iid: 3, state: 'opened', branch: 'feature', commits: [head] });
    const env = {
      PATH: process.env['PATH'] ?? '',
      GITLAB_TOKEN: TOKEN,
      CI_MERGE_REQUEST_IID: '3',
      AUTOMATION_STACK_RUN: 'run-1',
    };
    for (const stage of [
      'build:web',
      'build:worker',
      'plan:staging',
      'push',
      'apply:staging',
      'provision:staging',
      'deploy:staging',
    ]) {
      const run = new SlackRun({ directory: repository.directory, env });
      run.tell(...part(stage));
      expect((await run.end(0)).text).not.to.include('WARNING');
    }
    expect(sink.statuses).to.have.length(1);
    expect(sink.statuses[0]).to.include({ name: CONTEXT, state: 'success', ref: 'feature', sha: head });
    expect(sink.notes.get(3)).to.have.length(1);
    expect(sink.notes.get(3)?.[0]?.body).to.include('Succeeded').and.include('Plan staging');
    sink.stop();
    repository.remove();
  });
});
