import { expect } from 'chai';
import type { ForgeFailure } from '../../../../runner/src/adapters/forge/forgeFailure.js';
import type { Forge } from '../../../../runner/src/adapters/forge/forge.js';
import { createGitLab } from '../../../../runner/src/adapters/gitlab/gitlabClient.js';
import { GitLabSink } from '../../../support/forge/gitlabSink.js';

const SHA = 'a'.repeat(40);
const MARK = '<!-- automation-stack: shop -->';
const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('it was not refused'),
    (error: unknown) => error as ForgeFailure,
  );

describe('GitLab', () => {
  let sink: GitLabSink;
  let gitlab: Forge;
  const client = (token = 'good', pipeline?: string) =>
    createGitLab({ api: sink.api, repository: sink.project, token, pipeline, wait: async () => undefined });
  beforeEach(async () => {
    sink = await GitLabSink.start();
    sink.tokens.set('good', { user: 1 });
    sink.commits.set(SHA, ['a-branch', 'feature']);
    gitlab = client();
  });
  afterEach(() => sink.stop());
  const set = (more: object = {}, forge = gitlab) =>
    forge.setStatus({
      commit: SHA,
      context: 'c',
      state: 'running',
      description: 'Running',
      branch: 'feature',
      ...more,
    });

  it('takes every state, of the branch that is named', async () => {
    const states = ['running', 'success', 'failure', 'error', 'cancelled'] as const;
    for (const state of states) await set({ state, context: state });
    expect(sink.statuses.map(({ state }) => state)).to.deep.equal([
      'running',
      'success',
      'failed',
      'failed',
      'canceled',
    ]);
    expect(new Set(sink.statuses.map(({ ref }) => ref))).to.deep.equal(new Set(['feature']));
  });

  it('goes on in the pipeline where it began', async () => {
    const place = await set();
    await set({ state: 'success', place });
    expect(sink.statuses).to.have.length(1);
    expect(sink.statuses[0]).to.include({ state: 'success', pipeline: Number(place) });
  });

  it('keeps to the pipeline of its own CI', async () => {
    const place = await set();
    await set({ context: 'other', branch: 'else' }, client('good', place));
    expect(new Set(sink.statuses.map(({ pipeline }) => pipeline)).size).to.equal(1);
  });

  it('is in a state already: that is no failure', async () => {
    await set();
    await set({ description: 'again' });
    expect(sink.statuses).to.have.length(1);
    expect(sink.asked.filter((one) => one.includes('statuses'))).to.have.length(2);
  });

  it('refuses a token that is wrong or weak, and what is too long', async () => {
    expect((await failure(set({}, client('bad')))).next).to.include('Make a new token');
    sink.tokens.set('reporter', { user: 2, level: 20 });
    expect((await failure(set({}, client('reporter')))).next).to.include('Developer');
    sink.tokens.set('reader', { user: 2, scopes: ['read_api'] });
    expect((await failure(set({}, client('reader')))).message).to.include('insufficient_scope');
    expect((await failure(set({ description: 'x'.repeat(256) }))).message).to.include('is too long');
    expect((await failure(set({ commit: 'b'.repeat(40) }))).next).to.include('Push the commit');
  });

  it('is given no link that it would refuse', async () => {
    await set({ url: `https://jenkins.example.org/${'x'.repeat(300)}` });
    expect(sink.statuses[0]).not.to.have.property('target_url');
  });

  it('finds the open merge requests of a commit, and its own note on any page', async () => {
    sink.requests.push({ iid: 3, state: 'opened', branch: 'feature', commits: [SHA] });
    expect(await gitlab.pullRequestsOf(SHA)).to.deep.equal([{ number: 3, head: SHA, branch: 'feature' }]);
    expect(await gitlab.commitsOf(3)).to.deep.equal([SHA]);
    for (let count = 0; count < 230; count += 1) sink.note(3, 2, `note ${count}`);
    sink.note(3, 2, MARK);
    sink.note(3, 1, MARK, true);
    expect(await gitlab.findComment(3, MARK)).to.equal(undefined);
    const id = await gitlab.addComment(3, MARK);
    expect(await gitlab.findComment(3, MARK)).to.equal(id);
    await gitlab.editComment(3, id, `${MARK} second`);
    expect(sink.notes.get(3)?.at(-1)?.body).to.equal(`${MARK} second`);
  });

  it('says what a token may do', async () => {
    expect(await gitlab.testToken()).to.deep.equal({ status: 'ok', found: 'acme/web/shop, scopes api' });
    sink.tokens.set('reporter', { user: 2, level: 20 });
    expect((await client('reporter').testToken()).next).to.include('Developer');
    sink.tokens.set('reader', { user: 2, scopes: ['read_api'] });
    expect((await client('reader').testToken()).next).to.include('scope api');
  });
});
