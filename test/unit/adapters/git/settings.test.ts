import { chmodSync, utimesSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readChanges } from '../../../../runner/src/release/rules/commits.js';
import { releaseNotes } from '../../../../runner/src/release/rules/changelog.js';
import type { Git } from '../../../../runner/src/adapters/git/git.js';
import { Repository } from '../../../support/repository.js';

/** Everything that is read of a repository. */
async function seen(git: Git) {
  const { commit, branch, dirty } = await git.workingTree();
  const last = (await git.tags()).find(({ name }) => name === 'v1.0.0');
  const commits = await git.commitsSince(last?.commit);
  return {
    commit,
    branch,
    dirty,
    changes: await git.changes(),
    tags: await git.tags(),
    allTags: await git.allTags(),
    commits,
    notes: releaseNotes(readChanges(commits)),
    isShallow: await git.isShallow(),
    file: await git.fileOf(commit, 'app/naïve file'),
    committed: [...(await git.committed(repository.directory, commit))],
  };
}

let repository: Repository;
let elsewhere: Repository;

type Hostile = readonly (readonly [string, string])[];

const SETTINGS: Hostile = [
  ['log.showSignature', 'true'],
  ['log.date', 'relative'],
  ['log.decorate', 'full'],
  ['log.follow', 'true'],
  ['log.mailmap', 'true'],
  ['log.diffMerges', 'on'],
  ['format.pretty', 'oneline'],
  ['format.notes', 'true'],
  ['notes.displayRef', 'refs/notes/*'],
  ['core.quotePath', 'true'],
  ['core.pager', 'cat 1>&2'],
  ['pager.status', 'true'],
  ['pager.log', 'sed s/fix/broken/'],
  ['core.fsmonitor', 'true'],
  ['core.fsmonitor', '/bin/true'],
  ['core.untrackedCache', 'true'],
  ['core.trustctime', 'false'],
  ['core.checkStat', 'minimal'],
  ['core.ignoreStat', 'true'],
  ['core.fileMode', 'false'],
  ['core.abbrev', '4'],
  ['core.autocrlf', 'true'],
  ['core.autocrlf', 'input'],
  ['core.excludesFile', '/EXCLUDES'],
  ['core.attributesFile', '/ATTRIBUTES'],
  ['core.warnAmbiguousRefs', 'true'],
  ['core.preferSymlinkRefs', 'true'],
  ['status.showUntrackedFiles', 'no'],
  ['status.relativePaths', 'true'],
  ['status.renames', 'copies'],
  ['status.branch', 'false'],
  ['status.short', 'true'],
  ['status.showStash', 'true'],
  ['status.aheadBehind', 'true'],
  ['status.submoduleSummary', 'true'],
  ['color.ui', 'always'],
  ['color.status', 'always'],
  ['color.diff', 'always'],
  ['diff.external', '/bin/false'],
  ['diff.ignoreSubmodules', 'all'],
  ['diff.renames', 'copies'],
  ['diff.noprefix', 'true'],
  ['diff.relative', 'true'],
  ['diff.orderFile', '/dev/null'],
  ['tag.sort', '-version:refname'],
  ['branch.sort', '-committerdate'],
  ['versionsort.suffix', '-rc'],
  ['column.ui', 'always'],
  ['i18n.logOutputEncoding', 'ISO-8859-1'],
  ['i18n.commitEncoding', 'ISO-8859-1'],
  ['submodule.recurse', 'true'],
  ['alias.status', '!false'],
  ['alias.log', '!false'],
  ['alias.ls-files', '!false'],
  ['grep.patternType', 'perl'],
  ['advice.statusHints', 'true'],
  ['help.autoCorrect', 'immediate'],
  ['feature.manyFiles', 'true'],
  ['feature.experimental', 'true'],
  ['push.default', 'nothing'],
  ['fetch.prune', 'true'],
  ['init.defaultBranch', 'trunk'],
  ['rerere.enabled', 'true'],
  ['commit.gpgSign', 'true'],
  ['tag.gpgSign', 'true'],
];

/** OTHER stands for another repository. */
const VARIABLES: Hostile = [
  ['GIT_DIR', 'OTHER/.git'],
  ['GIT_DIR', '.git'],
  ['GIT_WORK_TREE', 'OTHER'],
  ['GIT_INDEX_FILE', 'OTHER/.git/index'],
  ['GIT_INDEX_FILE', '/nonexistent/index'],
  ['GIT_OBJECT_DIRECTORY', 'OTHER/.git/objects'],
  ['GIT_ALTERNATE_OBJECT_DIRECTORIES', 'OTHER/.git/objects'],
  ['GIT_COMMON_DIR', 'OTHER/.git'],
  ['GIT_NAMESPACE', 'other'],
  ['GIT_PREFIX', 'app/'],
  ['GIT_CEILING_DIRECTORIES', 'PARENT'],
  ['GIT_LITERAL_PATHSPECS', '1'],
  ['GIT_NOGLOB_PATHSPECS', '1'],
  ['GIT_ICASE_PATHSPECS', '1'],
  ['GIT_REPLACE_REF_BASE', 'refs/heads/'],
  ['GIT_SHALLOW_FILE', 'OTHER/.git/HEAD'],
  ['GIT_EXTERNAL_DIFF', '/bin/false'],
  ['GIT_DIFF_OPTS', '-u0'],
  ['GIT_PAGER', 'false'],
  ['GIT_PAGER_IN_USE', 'true'],
  ['PAGER', 'false'],
  ['GIT_NOTES_DISPLAY_REF', 'refs/notes/*'],
  ['GIT_TRACE', '1'],
  ['GIT_TRACE2', '1'],
  ['GIT_TRACE_SETUP', '1'],
  ['GIT_FLUSH', '1'],
  ['GIT_OPTIONAL_LOCKS', '1'],
  ['GIT_CONFIG', '/nonexistent'],
  ['GIT_DEFAULT_HASH', 'sha256'],
  ['GIT_ATTR_SOURCE', 'HEAD'],
  ['GIT_QUARANTINE_PATH', '/nonexistent'],
  ['LC_ALL', 'de_DE.UTF-8'],
  ['LANGUAGE', 'de:fr'],
  ['LANG', 'tr_TR.UTF-8'],
  ['TZ', 'Pacific/Kiritimati'],
  ['COLUMNS', '20'],
  ['TERM', 'dumb'],
];

describe('what git tells', () => {
  const fill = (text: string) =>
    text
      .replace('OTHER', elsewhere.directory)
      .replace('PARENT', join(repository.directory, '..'))
      .replace('/EXCLUDES', join(elsewhere.directory, 'excludes'))
      .replace('/ATTRIBUTES', join(elsewhere.directory, 'attributes'));
  let expected: Awaited<ReturnType<typeof seen>>;

  before(async () => {
    elsewhere = Repository.of(
      { excludes: '*\n', attributes: '* text eol=crlf\n', other: 'other' },
      'feat!: other',
    );
    elsewhere.git('tag', 'v9.0.0');
    repository = Repository.of({
      'app/naïve file': 'one',
      'app/script': 'run',
      renamed: 'a long text\n'.repeat(9),
    });
    repository.git('tag', '--annotate', 'v1.0.0', '--message', 'v1.0.0');
    repository.git('tag', 'v1.0.0-rc1');
    repository.commit('fix: größer\n\nBREAKING CHANGE: naïve');
    repository.git('notes', 'add', '-m', 'BREAKING CHANGE: a note', 'HEAD');
    repository.git('checkout', '--quiet', '-b', 'v1.0.0');
    repository.commit('feat: more', { 'app/more': 'more' });
    // A changed mode, a change of the same size, a move, a new file.
    chmodSync(join(repository.directory, 'app/script'), 0o755);
    const file = join(repository.directory, 'app/naïve file');
    const { atime, mtime } = statSync(file);
    writeFileSync(file, 'two');
    utimesSync(file, atime, mtime);
    repository.git('mv', 'renamed', 'moved');
    repository.write({ 'app/néw': 'new' });
    expected = await seen(repository.opened());
  });
  after(() => {
    repository.remove();
    elsewhere.remove();
  });

  it('is what is there', () => {
    expect(expected.branch).to.equal('v1.0.0');
    expect(expected.changes).to.have.members(['app/naïve file', 'app/script', 'renamed', 'moved', 'app/néw']);
    expect(expected.commits.map(({ message }) => message)).to.deep.equal([
      'feat: more',
      'fix: größer\n\nBREAKING CHANGE: naïve',
    ]);
    expect(expected.file).to.equal('one');
  });

  /** All at once, since one would be enough to change the result; where they do, one by one, to name the culprit. */
  const unmoved = async (by: Hostile, handOn: (some: Hostile) => Record<string, string>) => {
    const all = await seen(repository.opened(handOn(by)));
    if (JSON.stringify(all) === JSON.stringify(expected)) return;
    for (const one of by) {
      expect(await seen(repository.opened(handOn([one]))), one.join('=')).to.deep.equal(expected);
    }
    expect(all, 'all together').to.deep.equal(expected);
  };
  const settingsFile = (settings: Hostile) => {
    const file = join(elsewhere.directory, 'settings');
    const lines = settings.map(([name, value]) => {
      const [section, subject, key] = /^(\w+)\.(?:(.+)\.)?([\w-]+)$/.exec(name)?.slice(1) ?? [];
      const heading = subject === undefined ? `[${section}]` : `[${section} "${subject}"]`;
      return `${heading}\n${key} = "${fill(value)}"\n`;
    });
    writeFileSync(file, lines.join(''));
    return file;
  };

  it('is the same whatever a user has set', () =>
    unmoved(SETTINGS, (some) => ({ GIT_CONFIG_GLOBAL: settingsFile(some) })));

  it('is the same whatever a machine has set', () =>
    unmoved(SETTINGS, (some) => ({ GIT_CONFIG_SYSTEM: settingsFile(some), GIT_CONFIG_NOSYSTEM: '0' })));

  it('is the same whatever a process before has set', () =>
    unmoved(SETTINGS, (some) => ({
      GIT_CONFIG_COUNT: String(some.length),
      ...Object.fromEntries(
        some.flatMap(([name, value], at) => [
          [`GIT_CONFIG_KEY_${at}`, name],
          [`GIT_CONFIG_VALUE_${at}`, fill(value)],
        ]),
      ),
    })));

  it('is the same whatever `git -c` has set for the alias that starts the runner', () =>
    unmoved(SETTINGS, (some) => ({
      GIT_CONFIG_PARAMETERS: some.map(([name, value]) => `'${name}=${fill(value)}'`).join(' '),
    })));

  it('is the same whatever the repository itself has set', async () => {
    const before = repository.read('.git/config');
    try {
      await unmoved(SETTINGS, (some) => {
        repository.write({ '.git/config': `${before}\n[include]\npath = ${settingsFile(some)}\n` });
        return {};
      });
    } finally {
      repository.write({ '.git/config': before });
    }
  });

  for (const [name, value] of VARIABLES) {
    it(`is the same where a hook hands on ${name}=${value}`, () =>
      unmoved([[name, value]], (some) =>
        Object.fromEntries(some.map(([variable, text]) => [variable, fill(text)])),
      ));
  }

  it('is the same with files that only this clone ignores', async () => {
    repository.write({ '.git/info/exclude': '*\n' });
    expect(await seen(repository.opened())).to.deep.equal(expected);
    repository.write({ '.git/info/exclude': '' });
  });

  it('is the same where history was replaced, or grafted', async () => {
    const head = repository.git('rev-parse', 'HEAD');
    repository.git('replace', '--graft', head);
    expect(await seen(repository.opened())).to.deep.equal(expected);
    repository.git('replace', '--delete', head);
    repository.write({ '.git/info/grafts': `${head}\n` });
    expect(await seen(repository.opened())).to.deep.equal(expected);
    repository.write({ '.git/info/grafts': '' });
  });

  it('is the same where files were declared unchanged', async () => {
    repository.git('update-index', '--assume-unchanged', 'app/naïve file');
    repository.git('update-index', '--skip-worktree', 'app/script');
    const { changes, ...rest } = await seen(repository.opened());
    expect(changes).to.have.members([...expected.changes]);
    expect(rest).to.deep.equal({ ...rest, commit: expected.commit, dirty: true });
    repository.git('update-index', '--no-assume-unchanged', 'app/naïve file');
    repository.git('update-index', '--no-skip-worktree', 'app/script');
  });
});
