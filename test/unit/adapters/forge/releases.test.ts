import { expect } from 'chai';
import type { Forge } from '../../../../runner/src/adapters/forge/forge.js';
import { createGitHub } from '../../../../runner/src/adapters/github/githubClient.js';
import { createGitLab } from '../../../../runner/src/adapters/gitlab/gitlabClient.js';
import { GitHubSink } from '../../../support/forge/githubSink.js';
import { GitLabSink } from '../../../support/forge/gitlabSink.js';
import { rejection } from '../../../support/rejection.js';

const TAG = 'shop/v1.2.0';
const release = { tag: TAG, name: TAG, notes: '### Fixes' };

for (const [title, start] of Object.entries({
  GitHub: async () => {
    const sink = await GitHubSink.start();
    sink.tokens.set('good', { login: 'robot' });
    sink.tokens.set('weak', { login: 'robot', writes: ['statuses'] });
    const client = (token: string, waits: number[]) =>
      createGitHub({ ...place(sink.api, token, waits), repository: sink.repository });
    return {
      sink,
      client,
      code: 'GITHUB_FAILED' as const,
      permission: /"Contents", read and write.*contents=write/,
    };
  },
  GitLab: async () => {
    const sink = await GitLabSink.start();
    sink.tokens.set('good', { user: 1 });
    sink.tokens.set('weak', { user: 1, level: 20 });
    const client = (token: string, waits: number[]) =>
      createGitLab({ ...place(sink.api, token, waits), repository: sink.project });
    return { sink, client, code: 'GITLAB_FAILED' as const, permission: /role Developer/ };
  },
})) {
  describe(`releases of ${title}`, () => {
    let forgeOf: Awaited<ReturnType<typeof start>>;
    let waits: number[];
    let forge: Forge;
    beforeEach(async () => {
      forgeOf = await start();
      waits = [];
      forge = forgeOf.client('good', waits);
    });
    afterEach(() => forgeOf.sink.stop());

    it('are found by their tag once they are made', async () => {
      expect(await forge.release(TAG)).to.equal(undefined);
      const made = await forge.makeRelease(release);
      expect(made?.url).to.match(/^https:.*v1\.2\.0$/);
      expect(await forge.release(TAG)).to.deep.include({ id: made?.id, notes: '### Fixes' });
    });

    it('are made once: that another run was faster is no failure, and is not asked twice', async () => {
      await forge.makeRelease(release);
      expect(await forge.makeRelease(release)).to.equal(undefined);
      expect(waits).to.deep.equal([]);
      expect(forgeOf.sink.releases).to.have.length(1);
    });

    it('get other notes', async () => {
      const made = await forge.makeRelease({ ...release, notes: '' });
      await forge.editRelease(made?.id ?? '', release);
      expect((await forge.release(TAG))?.notes).to.equal('### Fixes');
    });

    it('are made though the forge fails a while, or limits how often it is asked', async () => {
      forgeOf.sink.fault(
        { status: 502, times: 1, of: /^POST/ },
        { status: 429, times: 1, of: /^POST/, headers: { 'retry-after': '7' } },
      );
      await forge.makeRelease(release);
      expect(waits).to.deep.equal([500, 7000]);
    });

    it('are refused to a token that may not make them, which is told what it lacks', async () => {
      const failure = await rejection(forgeOf.client('weak', waits).makeRelease(release), forgeOf.code);
      expect(failure.next).to.match(forgeOf.permission);
      const unknown = await rejection(forgeOf.client('bad', waits).release(TAG), forgeOf.code);
      expect(unknown.next).to.contain('Make a new token');
    });
  });
}

const place = (api: string, token: string, waits: number[]) => ({
  api,
  token,
  wait: async (ms: number) => void waits.push(ms),
});
