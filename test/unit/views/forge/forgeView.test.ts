import { expect } from 'chai';
import type { EventBody } from '../../../../runner/src/events/events.js';
import { bodies, ForgeFixture, part, TOKEN } from '../../../support/forge/forgeFixture.js';
import { GitLabSink } from '../../../support/forge/gitlabSink.js';
import { Repository } from '../../../support/repository.js';
import { rolledBackRun, successfulRun } from '../../../support/sampleRuns.js';
import { SlackRun } from '../../../support/slackRun.js';

const CONTEXT = 'automation-stack/shop/staging';

describe('a run that tells GitHub', function () {
  this.timeout(30_000);
  let github: ForgeFixture;
  beforeEach(async () => (github = await ForgeFixture.start()));
  afterEach(() => github.remove());
  const states = () => github.sink.statuses.map(({ sha, context, state }) => [sha, context, state]);

  it('sets the commit’s status when it begins and when it ends', async () => {
    const process = github.begin();
    process.tell(...bodies(successfulRun).slice(0, 4));
    await github.until(() => github.sink.statuses.length === 1);
    process.tell(...bodies(successfulRun).slice(4));
    expect((await process.end(0)).text).not.to.include('WARNING');
    expect(states()).to.deep.equal([
      [github.head, CONTEXT, 'pending'],
      [github.head, CONTEXT, 'success'],
    ]);
    expect(github.sink.latest[CONTEXT]).to.include({
      target_url: 'https://jenkins.example.com/job/shop/job/develop/128/',
    });
  });

  it('is given no address that it would refuse', async () => {
    const [start, ...rest] = bodies(successfulRun) as [EventBody & { type: 'run.start' }, ...EventBody[]];
    expect((await github.run([{ ...start, runUrl: 'job/shop/128/' }, ...rest])).text).not.to.include(
      'WARNING',
    );
    expect(github.sink.latest[CONTEXT]).not.to.have.property('target_url');
  });

  it('says in the status why it failed', async () => {
    expect((await github.run(bodies(rolledBackRun), 3)).exitCode).to.equal(3);
    expect(github.sink.latest[CONTEXT]).to.include({ state: 'failure' });
    expect(github.sink.latest[CONTEXT]?.description).to.match(/^Rolled back: staging-2 never became healthy/);
  });

  it('comments at the pull request that ends in the commit, and changes that comment from then on', async () => {
    github.pull(12, [github.head]);
    await github.run(bodies(successfulRun));
    await github.run(bodies(rolledBackRun), 3);
    const comments = github.sink.comments.get(12) ?? [];
    expect(comments).to.have.length(1);
    expect(comments[0]?.body).to.include('Rolled back').and.include('carts_v2');
  });

  it('makes a new comment where somebody has deleted it', async () => {
    github.pull(12, [github.head]);
    const process = github.begin();
    process.tell(...bodies(successfulRun).filter(({ type }) => type !== 'run.end'));
    await github.until(() => github.sink.comments.get(12)?.length === 1);
    github.sink.comments.set(12, []);
    process.tell(bodies(successfulRun).at(-1)!);
    await process.end(0);
    expect(github.sink.comments.get(12)?.[0]?.body).to.include('Succeeded');
  });

  it('is one status and one comment where several processes make up the run', async () => {
    github.pull(12, [github.head]);
    const env = { AUTOMATION_STACK_RUN: 'shop develop #128' };
    const first = ['build:web', 'build:worker', 'plan:staging'];
    const started: Promise<unknown>[] = [];
    for (const stage of first) {
      started.push(github.run(part(stage), 0, env));
      // Processes are told apart by when they began.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await Promise.all(started);
    for (const stage of ['push', 'apply:staging', 'provision:staging', 'deploy:staging'])
      await github.run(part(stage), 0, env);
    expect(states().map(([, , state]) => state)).to.deep.equal(['pending', 'success']);
    expect(github.sink.comments.get(12)).to.have.length(1);
    expect(github.sink.comments.get(12)?.[0]?.body).to.include('Succeeded').and.include('Plan staging');
    const searches = github.sink.asked.filter((one) => one === 'GET /repos/acme/shop/issues/12/comments');
    expect(searches).to.have.length(1);
  });

  it('tells the head of the pull request, which Jenkins has merged', async () => {
    const base = github.repository.git('rev-parse', 'HEAD');
    github.repository.git('checkout', '--quiet', '-b', 'feature');
    const tip = github.repository.commit('feat: change', { 'a.txt': 'a' });
    github.repository.git('checkout', '--quiet', '--detach', base);
    github.repository.commit('feat: meanwhile', { 'b.txt': 'b' });
    github.repository.git('merge', '--quiet', '--no-edit', 'feature');
    github.pull(12, [tip]);
    await github.run(bodies(successfulRun), 0, { CHANGE_ID: '12', CHANGE_TARGET: 'main' });
    expect(new Set(states().map(([sha]) => sha))).to.deep.equal(new Set([tip]));
    // A push since then moves the head, and this build is not of it.
    github.sink.pulls.pop();
    github.pull(12, [tip, 'd'.repeat(40)]);
    await github.run(bodies(rolledBackRun), 3, { CHANGE_ID: '12', CHANGE_TARGET: 'main' });
    expect(new Set(states().map(([sha]) => sha))).to.deep.equal(new Set([tip]));
    expect(github.sink.comments.get(12)).to.have.length(1);
  });

  it('sets no status and writes no comment that it was told to leave', async () => {
    github.configure(', status: false');
    github.pull(12, [github.head]);
    await github.run(bodies(successfulRun));
    expect([github.sink.statuses.length, github.sink.comments.get(12)?.length]).to.deep.equal([0, 1]);
    github.configure(', comment: false');
    github.pull(13, [github.head]);
    await github.run(bodies(successfulRun));
    expect(github.sink.statuses.length).to.be.greaterThan(0);
    expect(github.sink.comments.get(13)).to.equal(undefined);
  });

  it('has a status of its own for a command by itself, and none for a look or a choice of stages', async () => {
    const as = (change: object) =>
      bodies(successfulRun).map((event) => (event.type === 'run.start' ? { ...event, ...change } : event));
    await github.run(as({ command: 'drift' }));
    await github.run(as({ command: 'rollback' }));
    await github.run(as({ isChoice: true }));
    expect(github.sink.statuses).to.deep.equal([]);
    await github.run(as({ command: 'plan' }));
    expect(Object.keys(github.sink.latest)).to.deep.equal([`${CONTEXT}/plan`]);
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
