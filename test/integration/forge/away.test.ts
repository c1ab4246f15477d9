import { expect } from 'chai';
import { bodies, ForgeFixture, part, TOKEN } from '../../support/forge/forgeFixture.js';
import { rolledBackRun, successfulRun } from '../../support/sampleRuns.js';

describe('a run that cannot tell GitHub', function () {
  this.timeout(30_000);
  let github: ForgeFixture;
  beforeEach(async () => (github = await ForgeFixture.start()));
  afterEach(() => github.remove());

  it('says nothing of a commit that is not what was built', async () => {
    github.repository.write({ 'new.txt': 'x' });
    const ended = await github.run(bodies(successfulRun));
    expect(ended.text.match(/WARNING .*uncommitted changes/g)).to.have.length(1);
    expect(github.sink.asked).to.deep.equal([]);
  });

  it('says once in a run that a token is refused, and what to do', async () => {
    github.sink.tokens.set(TOKEN, { login: 'robot', writes: ['pull_requests'] });
    const env = { AUTOMATION_STACK_RUN: 'shop develop #129' };
    const ended = [await github.run(part('build:web'), 0, env), await github.run(part('push'), 0, env)];
    expect(ended.map(({ exitCode }) => exitCode)).to.deep.equal([0, 0]);
    expect(ended[0]?.text).to.match(/WARNING GitHub could not be notified.*"Commit statuses"/);
    expect(ended[1]?.text).not.to.include('WARNING');
    expect(github.sink.asked.filter((one) => one.startsWith('POST'))).to.have.length(1);
  });

  it('says that there is no token', async () => {
    const ended = await github.run(bodies(successfulRun), 0, { GITHUB_TOKEN: '' });
    expect(ended.text).to.match(/WARNING .*GITHUB_TOKEN is not set/);
  });

  const troubles: Readonly<Record<string, () => void>> = {
    'refuses connections': () => github.sink.stop(),
    'answers 500': () => github.sink.fault({ status: 500, times: 99 }),
    'is rate limited for an hour': () =>
      github.sink.fault({ status: 403, times: 99, headers: { 'retry-after': '3600' } }),
    'never answers': () => github.sink.fault({ status: 'timeout', times: 99 }),
  };
  for (const [what, make] of Object.entries(troubles)) {
    it(`ends as it would without, after one warning, where GitHub ${what}`, async () => {
      make();
      const began = Date.now();
      const ended = await github.run(bodies(rolledBackRun), 3);
      expect(ended.exitCode).to.equal(3);
      expect(ended.text.match(/WARNING .*GitHub/g)).to.have.length(1);
      expect(Date.now() - began).to.be.below(15_000);
    });
  }

  it('costs one process of a run its patience where it is away, and is told the end when it is back', async () => {
    github.sink.fault({ status: 500, times: 4 });
    const env = { AUTOMATION_STACK_RUN: 'shop develop #130' };
    expect((await github.run(part('build:web'), 0, env)).text).to.include('WARNING');
    const before = github.sink.asked.length;
    expect((await github.run(part('build:worker'), 0, env)).text).not.to.include('WARNING');
    expect(github.sink.asked.length).to.equal(before);
    for (const stage of ['plan:staging', 'push', 'apply:staging', 'provision:staging', 'deploy:staging'])
      await github.run(part(stage), 0, env);
    expect(github.sink.latest['automation-stack/shop/staging']).to.include({ state: 'success' });
  });

  it('keeps secrets out of what it tells', async () => {
    github.pull(12, [github.head]);
    const line = `curl -H 'Authorization: Bearer ${TOKEN}'`;
    const [start] = bodies(successfulRun);
    await github.run([
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
    const told = JSON.stringify([github.sink.statuses, github.sink.comments.get(12)]);
    expect(told).to.include('Bearer ***').and.not.to.include(TOKEN);
  });
});
