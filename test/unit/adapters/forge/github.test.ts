import { expect } from 'chai';
import type { ForgeFailure } from '../../../../runner/src/adapters/forge/forgeFailure.js';
import type { Forge } from '../../../../runner/src/adapters/forge/forge.js';
import { createGitHub } from '../../../../runner/src/adapters/github/githubClient.js';
import { GitHubSink } from '../../../support/forge/githubSink.js';

const SHA = 'a'.repeat(40);
const MARK = '<!-- automation-stack: shop -->';
const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('it was not refused'),
    (error: unknown) => error as ForgeFailure,
  );

describe('GitHub', () => {
  let sink: GitHubSink;
  let github: Forge;
  let waits: number[];
  const client = (token = 'good') =>
    createGitHub({
      api: sink.api,
      repository: sink.repository,
      token,
      wait: async (ms) => void waits.push(ms),
      now: () => 1_000_000,
    });
  beforeEach(async () => {
    sink = await GitHubSink.start();
    sink.tokens.set('good', { login: 'robot' });
    sink.commits.add(SHA);
    waits = [];
    github = client();
  });
  afterEach(() => sink.stop());
  const set = (more: object = {}, forge = github) =>
    forge.setStatus({ commit: SHA, context: 'c', state: 'running', description: 'Running', ...more });

  it('takes every state', async () => {
    for (const state of ['running', 'success', 'failure', 'error', 'cancelled'] as const)
      await set({ state });
    expect(sink.statuses.map(({ state }) => state)).to.deep.equal([
      'pending',
      'success',
      'failure',
      'error',
      'error',
    ]);
  });

  it('is given the link where there is one', async () => {
    await set({ url: 'https://jenkins.example.org/job/1/' });
    expect(sink.latest['c']).to.include({ target_url: 'https://jenkins.example.org/job/1/', sha: SHA });
  });

  it('refuses what is too long, which is told with its words', async () => {
    const refused = await failure(set({ description: 'x'.repeat(141) }));
    expect(refused).to.include({ kind: 'refused', status: 422, code: 'GITHUB_FAILED' });
    expect(refused.message).to.include('description is too long');
  });

  it('knows no commit that was not pushed', async () => {
    const refused = await failure(set({ commit: 'b'.repeat(40) }));
    expect(refused.message).to.include('No commit found');
    expect(refused.next).to.equal('Push the commit, then run again.');
  });

  it('refuses a token that is wrong, weak, or of another repository, and says what to do', async () => {
    expect((await failure(set({}, client('bad')))).next).to.include('Make a new token');
    sink.tokens.set('weak', { login: 'weak', writes: [] });
    const weak = await failure(set({}, client('weak')));
    expect(weak.next).to.include('"Commit statuses"').and.include('statuses=write');
    const other = createGitHub({ api: sink.api, repository: 'acme/other', token: 'good' });
    expect((await failure(set({}, other))).next).to.include('notifications.github.repository');
    expect(waits).to.deep.equal([]);
  });

  it('is asked again where it fails for a moment', async () => {
    sink.fault({ status: 502, times: 2 });
    await set();
    expect(waits).to.deep.equal([500, 1500]);
    sink.fault({ status: 500, times: 9 });
    expect(await failure(set())).to.include({ kind: 'away', status: 500 });
  });

  it('is left alone as long as it asks for', async () => {
    sink.fault(
      { status: 429, times: 1, headers: { 'retry-after': '7' } },
      { status: 403, times: 1, body: { message: 'You have exceeded a secondary rate limit.' } },
      { status: 403, times: 1, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1020' } },
    );
    await set();
    expect(waits).to.deep.equal([7000, 60_000, 20_000]);
  });

  it('is not waited for where it asks for an hour', async () => {
    sink.fault({
      status: 403,
      times: 9,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4600' },
    });
    const away = await failure(set());
    expect(away).to.include({ kind: 'away' });
    expect(away.message).to.include('rate limit, for another 60 min');
    expect(waits).to.deep.equal([]);
  });

  it('is away where nothing listens', async () => {
    sink.stop();
    const away = await failure(set());
    expect(away).to.include({ kind: 'away' });
    expect(away.message).to.include('ECONNREFUSED');
  });

  it('is followed to where it has moved, and nowhere else', async () => {
    sink.fault({ status: 307, times: 1, headers: { location: `/api/v3/repos/acme/shop/statuses/${SHA}` } });
    await set();
    expect(sink.statuses).to.have.length(1);
    sink.fault({ status: 307, times: 1, headers: { location: 'http://localhost:1/elsewhere' } });
    expect(await failure(set())).to.include({ kind: 'refused', status: 307 });
  });

  it('finds the open pull requests that end in a commit', async () => {
    sink.pulls.push(
      { number: 9, state: 'open', ref: 'feature', commits: [SHA] },
      { number: 8, state: 'open', ref: 'feature', commits: [SHA] },
      { number: 7, state: 'closed', ref: 'old', commits: [SHA] },
      { number: 6, state: 'open', ref: 'other', commits: [SHA, 'c'.repeat(40)] },
    );
    expect(await github.pullRequestsOf(SHA)).to.deep.equal([
      { number: 8, head: SHA, branch: 'feature' },
      { number: 9, head: SHA, branch: 'feature' },
    ]);
    expect(await github.pullRequest(6)).to.deep.equal({ number: 6, head: 'c'.repeat(40), branch: 'other' });
  });

  it('finds its own comment on any page, and nobody else’s', async () => {
    for (let count = 0; count < 230; count += 1) sink.comment(8, 'jane', `comment ${count}`);
    sink.comment(8, 'jane', `${MARK} mine now`);
    expect(await github.findComment(8, MARK)).to.equal(undefined);
    const id = await github.addComment(8, `${MARK} first`);
    expect(await github.findComment(8, MARK)).to.equal(id);
    await github.editComment(8, id, `${MARK} second`);
    expect(sink.comments.get(8)?.at(-1)?.body).to.equal(`${MARK} second`);
  });

  it('makes no second comment where it may have made the first, and follows no page to another host', async () => {
    sink.fault({ status: 502, times: 1 });
    expect(await failure(github.addComment(8, MARK))).to.include({ kind: 'away' });
    expect(waits).to.deep.equal([]);
    sink.fault({ status: 429, times: 1, headers: { 'retry-after': '1' } });
    await github.addComment(8, MARK);
    expect(waits).to.deep.equal([1000]);
    const link = '<http://localhost:1/elsewhere?page=2>; rel="next"';
    sink.fault({ status: 200, times: 1, body: '[]', headers: { link }, of: /comments$/ });
    await github.findComment(8, MARK);
    expect(sink.asked.filter((one) => /^GET .*comments$/.test(one))).to.have.length(2);
  });

  it('finds the comment of an app, whose token cannot ask who it is', async () => {
    sink.tokens.set('app', { login: 'robot[bot]', type: 'Bot' });
    const app = client('app');
    const id = await app.addComment(8, MARK);
    expect(await app.findComment(8, MARK)).to.equal(id);
  });

  it('says what a token may do', async () => {
    expect(await github.testToken()).to.deep.equal({ status: 'ok', found: 'acme/shop' });
    sink.tokens.set('weak', { login: 'weak', writes: [] });
    expect(await client('weak').testToken()).to.include({ status: 'failed' });
    sink.tokens.set('classic', { login: 'old', headers: { 'x-oauth-scopes': 'read:user' } });
    expect((await client('classic').testToken()).next).to.equal('Give the token the scope repo.');
    const soon = new Date(Date.now() + 3 * 86_400_000).toISOString().replace('T', ' ').slice(0, 19);
    sink.tokens.set('ends', {
      login: 'x',
      headers: { 'github-authentication-token-expiration': `${soon} UTC` },
    });
    expect(await client('ends').testToken()).to.include({
      status: 'warning',
      found: 'acme/shop, for another 2 days',
    });
  });
});
