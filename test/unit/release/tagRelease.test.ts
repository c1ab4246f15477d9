import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Git } from '../../../runner/src/adapters/git/git.js';
import type { Context } from '../../../runner/src/context/context.js';
import type { StackError } from '../../../runner/src/base/errors.js';
import { readHistory } from '../../../runner/src/release/commitHistory.js';
import { currentVersion } from '../../../runner/src/release/currentVersion.js';
import { planRelease, tagRelease } from '../../../runner/src/release/tagRelease.js';
import { type Deployment, openDeployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';
import { Repository } from '../../support/repository.js';
import { stageOf } from '../../support/stage.js';

const FILES = {
  'automation-stack.yml': 'application: shop\nenvironments: { staging: {} }\n',
  '.gitignore': '.automation-stack/\n',
};
const IDENTITY = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
  BRANCH_NAME: undefined,
  GIT_BRANCH: undefined,
};

describe('a release of a repository', function () {
  this.timeout(60_000);
  const made: Repository[] = [];
  const keep = (repository: Repository) => {
    made.push(repository);
    return repository;
  };
  /** One with a released version and a feature since then. */
  const shop = () => {
    const repository = keep(
      Repository.of({ ...FILES, 'CHANGELOG.md': '# Changelog\n\n## 1.0.0 (2026-01-01)\n\n- a\n' }),
    );
    repository.git('tag', '--annotate', 'v1.0.0', '--message', 'v1.0.0');
    repository.commit('feat: a page', { page: 'page' });
    return repository;
  };
  const withOrigin = () => {
    const origin = keep(shop());
    origin.git('config', 'receive.denyCurrentBranch', 'ignore');
    return { origin, clone: keep(origin.clone()) };
  };
  const open = (repository: Repository, env: Record<string, string> = {}): Promise<Deployment> =>
    openDeployment(repository.directory, { ...IDENTITY, ...env });
  const release = async (
    repository: Repository,
    push = false,
    change: (context: Context) => Context = (c) => c,
  ) => {
    const { context } = await open(repository);
    const changed = change(context);
    return tagRelease(changed, await planRelease(changed), { push, stage: stageOf('release', changed) });
  };
  const stateOf = (repository: Repository) => ({
    head: repository.git('rev-parse', 'HEAD'),
    tags: repository.git('tag'),
    status: repository.git('status', '--porcelain'),
    changelog: repository.git('ls-files').includes('CHANGELOG.md')
      ? repository.read('CHANGELOG.md')
      : undefined,
  });
  const hook = (repository: Repository, name: string, script: string) => {
    const file = `.git/hooks/${name}`;
    repository.write({ [file]: `#!/bin/sh\n${script}\n` });
    chmodSync(join(repository.directory, file), 0o755);
  };
  afterEach(() => {
    for (const each of made.splice(0)) each.remove();
  });

  /** One commit, one tag on it, one section, nothing left over. */
  const expectDone = (repository: Repository, before: string) => {
    expect(repository.git('log', '--format=%s', `${before}..HEAD`)).to.equal('release: v1.1.0');
    expect(repository.git('rev-parse', 'v1.1.0^{commit}')).to.equal(repository.git('rev-parse', 'HEAD'));
    expect(repository.git('status', '--porcelain')).to.equal('');
    const headings = repository
      .read('CHANGELOG.md')
      .split('\n')
      .filter((line) => line.startsWith('## '));
    expect(headings.map((line) => line.slice(3, 8))).to.deep.equal(['1.1.0', '1.0.0']);
  };

  describe('undoes what it wrote', () => {
    const FAILURES: Readonly<Record<string, (clone: Repository, origin: Repository) => void>> = {
      'a hook refuses the commit': (clone) => hook(clone, 'pre-commit', 'echo no; exit 1'),
      'a hook refuses the message': (clone) => hook(clone, 'commit-msg', 'exit 1'),
      'the commit cannot be signed': (clone) => {
        clone.git('config', 'commit.gpgSign', 'true');
        clone.git('config', 'gpg.program', '/bin/false');
      },
      'the tag cannot be signed': (clone) => {
        clone.git('config', 'tag.gpgSign', 'true');
        clone.git('config', 'gpg.program', '/bin/false');
      },
      'a hook refuses the tag': (clone) =>
        hook(clone, 'reference-transaction', 'test "$1" != prepared || ! grep -q refs/tags/v1.1.0'),
      'a hook of this clone refuses the push': (clone) => hook(clone, 'pre-push', 'exit 1'),
      'the remote refuses the push': (_, origin) => hook(origin, 'pre-receive', 'echo protected; exit 1'),
      'the remote refuses the tag alone': (_, origin) =>
        hook(origin, 'update', 'case $1 in refs/tags/*) exit 1;; esac'),
      'the changelog cannot be written': (clone) => {
        clone.git('rm', '--quiet', 'CHANGELOG.md');
        clone.commit('chore: no changelog');
        mkdirSync(join(clone.directory, 'CHANGELOG.md'));
      },
    };
    for (const [what, cause] of Object.entries(FAILURES)) {
      it(`where ${what}`, async () => {
        const { origin, clone } = withOrigin();
        cause(clone, origin);
        const before = stateOf(clone);
        const error: unknown = await release(clone, true).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect((error as StackError).code).to.be.oneOf(['GIT_FAILED', 'FILE_FAILED']);
        expect(stateOf(clone)).to.deep.equal(before);
        expect(origin.git('tag')).to.equal('v1.0.0');
      });
    }

    it('and can be called again once the cause is gone', async () => {
      const { origin, clone } = withOrigin();
      hook(origin, 'pre-receive', 'exit 1');
      const before = clone.git('rev-parse', 'HEAD');
      await rejection(release(clone, true), 'GIT_FAILED');
      hook(origin, 'pre-receive', 'exit 0');
      await release(clone, true);
      expectDone(clone, before);
      expect(origin.git('tag')).to.equal('v1.0.0\nv1.1.0');
    });
  });

  describe('looks before it writes', () => {
    const REASONS: Readonly<
      Record<string, readonly [(clone: Repository, origin: Repository) => void, RegExp]>
    > = {
      'the tag is on another branch': [
        (clone) => {
          clone.git('checkout', '--quiet', '-b', 'other', 'v1.0.0');
          clone.commit('fix: other');
          clone.git('tag', 'v1.1.0');
          clone.git('checkout', '--quiet', 'main');
        },
        /v1\.1\.0 of this clone points to/,
      ],
      'origin has the tag': [
        (_, origin) => {
          origin.git('checkout', '--quiet', '-b', 'other', 'v1.0.0');
          origin.commit('fix: other');
          origin.git('tag', 'v1.1.0');
          origin.git('checkout', '--quiet', 'main');
        },
        /v1\.1\.0 of origin points to/,
      ],
      'origin is ahead': [
        (_, origin) => void origin.commit('fix: later'),
        /commits that this clone does not have/,
      ],
      'HEAD is on no branch': [(clone) => clone.git('checkout', '--quiet', '--detach'), /on no branch/],
      'there is no origin': [(clone) => clone.git('remote', 'remove', 'origin'), /no remote called origin/],
      'origin cannot be reached': [
        (clone) => clone.git('remote', 'set-url', 'origin', 'file:///nonexistent.git'),
        /cannot be reached/,
      ],
    };
    for (const [what, [cause, says]] of Object.entries(REASONS)) {
      it(`and refuses where ${what}`, async () => {
        const { origin, clone } = withOrigin();
        cause(clone, origin);
        const before = stateOf(clone);
        const failure = await rejection(release(clone, true), 'GIT_FAILED');
        expect(failure.message).to.match(says);
        expect(stateOf(clone)).to.deep.equal(before);
      });
    }

    it('and names what is uncommitted', async () => {
      const repository = shop();
      repository.write({ page: 'other', 'CHANGELOG.md': 'mine' });
      const failure = await rejection(release(repository), 'RELEASE_DIRTY');
      expect(failure.evidence).to.have.members(['page', 'CHANGELOG.md']);
      expect(repository.read('CHANGELOG.md')).to.equal('mine');
    });
  });

  describe('goes on where it was killed', () => {
    const WRITES = ['commit', 'tag', 'push'] as const;
    /** A run that ends at a step as SIGKILL ends it: nothing after it is done, nothing is undone. */
    const killedAt =
      (step: keyof Git, when: 'before' | 'after', reached: () => void) => (context: Context) => ({
        ...context,
        git: {
          ...context.git,
          [step]: async (...args: never[]) => {
            if (when === 'after') await (context.git[step] as (...all: never[]) => Promise<unknown>)(...args);
            reached();
            return new Promise(() => undefined);
          },
        },
      });
    for (const step of WRITES) {
      for (const when of ['before', 'after'] as const) {
        it(`${when} its ${step}`, async () => {
          const { origin, clone } = withOrigin();
          const before = clone.git('rev-parse', 'HEAD');
          await new Promise<void>((resolve, reject) => {
            release(clone, true, killedAt(step, when, resolve)).catch(reject);
          });
          const done = await release(clone, true);
          expect(done.version).to.equal('1.1.0');
          expectDone(clone, before);
          expect(origin.git('rev-parse', 'v1.1.0^{commit}')).to.equal(clone.git('rev-parse', 'HEAD'));
        });
      }
    }

    it('and takes back its section where more was committed since', async () => {
      const repository = shop();
      const before = repository.git('rev-parse', 'HEAD');
      await new Promise<void>((resolve, reject) => {
        release(repository, false, killedAt('commit', 'after', resolve)).catch(reject);
      });
      repository.commit('feat!: more', { more: 'more' });
      const done = await release(repository);
      expect(done.version).to.equal('2.0.0');
      const changelog = repository.read('CHANGELOG.md');
      expect(changelog.match(/^## \S+/gm)).to.deep.equal(['## 2.0.0', '## 1.0.0']);
      expect(repository.git('rev-list', '--count', `${before}..HEAD`)).to.equal('3');
    });

    it('and takes a push for done whose answer was lost', async () => {
      const { origin, clone } = withOrigin();
      const before = clone.git('rev-parse', 'HEAD');
      await release(clone, true, (context) => ({
        ...context,
        git: {
          ...context.git,
          push: async (refs: readonly string[]) => {
            await context.git.push(refs);
            await context.git.push([...refs, 'refs/heads/nonexistent']);
          },
        },
      }));
      expectDone(clone, before);
      expect(origin.git('tag')).to.equal('v1.0.0\nv1.1.0');
    });
  });

  describe('counts from the last version', () => {
    const versionIn = async (repository: Repository) => currentVersion((await open(repository)).context);

    it('in a clone without tags, which it fetches', async () => {
      const { origin } = withOrigin();
      const clone = keep(origin.clone('--no-tags'));
      const { context, events } = await open(clone);
      expect((await readHistory(context)).last?.version).to.equal('1.0.0');
      expect(await currentVersion(context)).to.match(/^1\.1\.0-1\.g/);
      expect(events.flatMap((event) => (event.type === 'notice' ? [event.message] : []))).to.have.length(1);
    });

    it('in a clone that was cut off before it, whose history it fetches', async () => {
      const { origin } = withOrigin();
      origin.commit('fix: more');
      for (const options of [
        ['--depth', '1'],
        ['--depth', '1', '--no-tags'],
      ]) {
        const clone = keep(origin.clone(...options));
        expect(await versionIn(clone)).to.match(/^1\.1\.0-2\.g/);
        expect(clone.git('rev-parse', '--is-shallow-repository')).to.equal('false');
      }
    });

    it('of a checkout as Jenkins makes it: detached, one branch, no tags', async () => {
      const { origin } = withOrigin();
      const job = keep(Repository.empty());
      job.git('remote', 'add', 'origin', `file://${origin.directory}`);
      job.git(
        'fetch',
        '--quiet',
        '--no-tags',
        '--force',
        'origin',
        '+refs/heads/main:refs/remotes/origin/main',
      );
      job.git('checkout', '--quiet', '--force', 'refs/remotes/origin/main');
      expect(await versionIn(job)).to.match(/^1\.1\.0-1\.g/);
    });

    it('and is the first one in a new repository, with a remote or without', async () => {
      const origin = keep(Repository.of(FILES));
      expect(await versionIn(origin)).to.match(/^0\.1\.0-1\.g/);
      expect(await versionIn(keep(origin.clone()))).to.match(/^0\.1\.0-1\.g/);
    });

    it('and leaves the clone alone where the versions of the remote are on other branches', async () => {
      const { origin } = withOrigin();
      origin.git('checkout', '--quiet', '--orphan', 'new');
      origin.commit('feat: begin anew');
      expect(await versionIn(keep(origin.clone('--branch', 'new')))).to.match(/^0\.1\.0-1\.g/);
    });

    it('or refuses where nobody can say whether there is one', async () => {
      const { origin } = withOrigin();
      const clone = keep(origin.clone('--no-tags'));
      clone.git('remote', 'set-url', 'origin', 'file:///nonexistent.git');
      const failure = await rejection(versionIn(clone), 'GIT_FAILED');
      expect(failure.message).to.contain('no version can be determined');
      expect(failure.next).to.contain('git fetch --tags origin');
      const shallow = keep(origin.clone('--depth', '1', '--no-tags'));
      shallow.git('remote', 'remove', 'origin');
      await rejection(versionIn(shallow), 'GIT_FAILED');
    });
  });
});
