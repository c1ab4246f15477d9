import { expect } from 'chai';
import {
  forgeProject,
  projectOfRemote,
  requestNumber,
} from '../../../../runner/src/adapters/forge/forgeProject.js';
import { StackError } from '../../../../runner/src/base/errors.js';

describe('where a repository is', () => {
  const remotes: Readonly<Record<string, readonly [string, string] | undefined>> = {
    'git@github.com:acme/shop.git': ['github.com', 'acme/shop'],
    'github.com:acme/shop': ['github.com', 'acme/shop'],
    'ssh://git@ssh.github.com:443/acme/shop.git': ['github.com', 'acme/shop'],
    'https://x-access-token:secret@github.com/acme/shop.git/': ['github.com', 'acme/shop'],
    'https://GitLab.example.org:8443/acme/web/shop.git': ['gitlab.example.org:8443', 'acme/web/shop'],
    'ssh://git@gitlab.example.org:2222/acme/web/shop.git': ['gitlab.example.org', 'acme/web/shop'],
    'git@altssh.gitlab.com:acme/shop': ['gitlab.com', 'acme/shop'],
    '/srv/git/shop.git': undefined,
    'file:///srv/git/shop.git': undefined,
    'C:\\git\\shop': undefined,
  };
  for (const [url, place] of Object.entries(remotes)) {
    it(`is read from the remote ${url}`, () => {
      const [host, path] = place ?? [];
      expect(projectOfRemote(url)).to.deep.equal(place === undefined ? undefined : { host, path });
    });
  }

  it('has the API of its host', () => {
    const of = (forge: 'github' | 'gitlab', remote: string) => forgeProject(forge, {}, {}, remote).api;
    expect(of('github', 'git@github.com:acme/shop.git')).to.equal('https://api.github.com');
    expect(of('github', 'git@acme.ghe.com:acme/shop.git')).to.equal('https://api.acme.ghe.com');
    expect(of('github', 'git@git.example.org:acme/shop.git')).to.equal('https://git.example.org/api/v3');
    expect(of('gitlab', 'git@gitlab.com:acme/shop.git')).to.equal('https://gitlab.com/api/v4');
    expect(of('gitlab', 'http://git.example.org:8080/acme/shop')).to.equal(
      'https://git.example.org:8080/api/v4',
    );
  });

  it('is what the configuration says before what the forge’s own CI says before the remote', () => {
    const env = { CI_API_V4_URL: 'https://ci.example.org/api/v4', CI_PROJECT_PATH: 'ci/shop' };
    const remote = 'git@git.example.org:acme/shop.git';
    expect(forgeProject('gitlab', {}, env, remote)).to.deep.equal({
      api: 'https://ci.example.org/api/v4',
      repository: 'ci/shop',
    });
    expect(
      forgeProject('gitlab', { api: 'https://me/api/v4/', repository: '/a/b/' }, env, remote),
    ).to.deep.equal({
      api: 'https://me/api/v4',
      repository: 'a/b',
    });
  });

  it('is never somebody else’s: a token for one is not sent to another', () => {
    const refused = (forge: 'github' | 'gitlab', remote?: string) => {
      try {
        forgeProject(forge, {}, {}, remote);
      } catch (error) {
        return error as StackError;
      }
      throw new Error('it was not refused');
    };
    expect(refused('gitlab', 'git@github.com:acme/shop.git')).to.include({ code: 'CONFIG_INVALID' });
    expect(refused('github', 'git@gitlab.com:acme/shop.git').next).to.include('notifications.github.api');
    expect(refused('github', 'git@bitbucket.org:acme/shop.git').message).to.include('bitbucket.org');
    expect(refused('github').next).to.include('notifications.github.repository').and.include('OWNER/NAME');
  });
});

describe('the number of a pull request', () => {
  const cases: readonly (readonly [
    string,
    'github' | 'gitlab',
    Record<string, string>,
    number | undefined,
  ])[] = [
    ['is Jenkins’ CHANGE_ID', 'github', { CHANGE_ID: '12', CHANGE_TARGET: 'main' }, 12],
    [
      'is of the forge that CHANGE_URL names',
      'github',
      { CHANGE_ID: '12', CHANGE_URL: 'https://github.com/a/b/pull/12' },
      12,
    ],
    [
      'is none of another forge',
      'github',
      { CHANGE_ID: '12', CHANGE_URL: 'https://gitlab.com/a/b/-/merge_requests/12' },
      undefined,
    ],
    [
      'is a merge request’s',
      'gitlab',
      { CHANGE_ID: '7', CHANGE_URL: 'https://gitlab.com/a/b/-/merge_requests/7' },
      7,
    ],
    ['is GitLab’s CI_MERGE_REQUEST_IID', 'gitlab', { CI_MERGE_REQUEST_IID: '7' }, 7],
    ['is GitHub’s GITHUB_REF', 'github', { GITHUB_REF: 'refs/pull/9/merge' }, 9],
    ['is none of a branch', 'github', { GITHUB_REF: 'refs/heads/main', BRANCH_NAME: 'main' }, undefined],
    ['is a number', 'github', { CHANGE_ID: 'PR-12', CHANGE_TARGET: 'main' }, undefined],
  ];
  for (const [what, forge, env, number] of cases)
    it(what, () => expect(requestNumber(forge, env)).to.equal(number));
});
