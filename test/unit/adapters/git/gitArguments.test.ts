import { expect } from 'chai';
import * as git from '../../../../runner/src/adapters/git/gitArguments.js';
import type { Invocation } from '../../../../runner/src/base/ports.js';

/** The verb and what follows it, as a person would type it. */
const words = (invocation: Invocation) => git.gitWords(invocation).join(' ');
const settings = ({ args }: Invocation) => args.filter((_, at) => args[at - 1] === '-c');

describe('commands of git', () => {
  it('ask in a directory, without a pager, a person, replaced history or optional locks', () => {
    const { file, args, cwd, env } = git.gitRemote('/work');
    expect([file, cwd]).to.deep.equal(['git', '/work']);
    expect(args.slice(0, 3)).to.deep.equal(['--no-pager', '--no-replace-objects', '-c']);
    expect(env).to.deep.equal({
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      GIT_GRAFT_FILE: '/dev/null',
      LANGUAGE: 'C',
      LC_ALL: 'C',
    });
  });

  it('read as the repository says, and write as the user likes, in the user’s own locale', () => {
    expect(settings(git.gitRemote('/work'))).to.include.members([
      'core.fileMode=true',
      'core.excludesFile=/dev/null',
    ]);
    const write = git.gitAdd('/work', ['a']);
    expect(settings(write)).to.include.members(['push.followTags=false', 'fetch.prune=false']);
    expect(settings(write)).not.to.include('core.fileMode=true');
    expect(write.env).not.to.have.property('LC_ALL');
  });

  it('look below a directory, without what is never part of its content', () => {
    expect(words(git.gitStatus('/w', ['.state']))).to.equal(
      'status --porcelain=v2 --branch --no-ahead-behind --no-renames -z --untracked-files=no --ignore-submodules=none -- . :(exclude).state',
    );
    expect(words(git.gitFiles('/w', ['.state']))).to.match(
      /^ls-files -z --cached --stage -v --others .* -- \. :\(exclude\)\.state$/,
    );
    expect(words(git.gitTree('/w', 'abc'))).to.equal('ls-tree -r -z abc -- .');
    expect(words(git.gitHashObject('/w', ['a', '-b']))).to.equal('hash-object -- a -b');
  });

  it('list the commits and authors of a range, or from the beginning', () => {
    expect(words(git.gitLog('/w', 'v1'))).to.match(/^log -z .*--no-mailmap .*--format=%H%n%B v1\.\.HEAD --$/);
    expect(words(git.gitLog('/w', undefined))).to.match(/ HEAD --$/);
    expect(words(git.gitAuthors('/w', 'c', 'v1'))).to.match(
      /^log -z .*--use-mailmap .* --max-count=2000 v1\.\.c --$/,
    );
    expect(words(git.gitAuthors('/w', 'c', undefined))).to.match(/ --max-count=1 c --$/);
    expect(words(git.gitReachableTags('/w'))).to.match(
      /^for-each-ref --sort=refname .* --merged=HEAD refs\/tags$/,
    );
    expect(words(git.gitAllTags('/w'))).to.match(/^for-each-ref --sort=refname .*\) refs\/tags$/);
  });

  it('ask one thing each', () => {
    const asked = {
      'rev-parse --is-shallow-repository': git.gitIsShallow('/w'),
      'rev-parse --quiet --verify --end-of-options x': git.gitResolve('/w', 'x'),
      'cat-file blob c:./a/b': git.gitShowFile('/w', 'c', 'a/b'),
      'merge-base --is-ancestor a b': git.gitIsAncestor('/w', 'a', 'b'),
      'var GIT_COMMITTER_IDENT': git.gitIdentity('/w'),
      remote: git.gitRemotes('/w'),
      'ls-remote --quiet -- origin refs/tags/*': git.gitRemoteRefs('/w', 'origin', ['refs/tags/*']),
      'config --get remote.origin.url': git.gitRemote('/w'),
      'rev-parse HEAD^@': git.gitParents('/w'),
      'symbolic-ref --quiet --short HEAD': git.gitHeadName('/w'),
      'for-each-ref --format=%(refname) refs/heads refs/remotes/origin': git.gitBranches('/w'),
      'symbolic-ref --quiet --short refs/remotes/origin/HEAD': git.gitRemoteDefault('/w'),
    };
    for (const [typed, invocation] of Object.entries(asked)) expect(words(invocation)).to.equal(typed);
  });

  it('write what was asked for, and take back only what still is as they left it', () => {
    const tag = git.gitTag('/w', 'v1', 'the message');
    expect(words(tag)).to.equal('tag --annotate --cleanup=whitespace --file=- -- v1 HEAD');
    expect(tag.input).to.equal('the message');
    expect(words(git.gitTag('/w', 'v1', 'm', 'abc'))).to.match(/ v1 abc$/);
    const commit = git.gitCommit('/w', ['a', 'b'], 'the message');
    expect(words(commit)).to.equal('commit --quiet --cleanup=whitespace --file=- --only -- a b');
    expect(commit.input).to.equal('the message');
    const written = {
      'update-ref -d refs/tags/v1 abc': git.gitDeleteTag('/w', 'v1', 'abc'),
      'add -- a b': git.gitAdd('/w', ['a', 'b']),
      'reset --quiet HEAD -- a': git.gitUnstage('/w', ['a']),
      'reset --quiet abc -- a': git.gitUnstage('/w', ['a'], 'abc'),
      'update-ref -m release: undone HEAD to from': git.gitMoveHead('/w', 'to', 'from'),
      'push --atomic -- origin main v1': git.gitPush('/w', 'origin', ['main', 'v1']),
    };
    for (const [typed, invocation] of Object.entries(written)) expect(words(invocation)).to.equal(typed);
  });

  it('fetch tags alone, and of a shallow clone the rest of its history', () => {
    const fetch = (shallow: boolean) => words(git.gitFetchTags('/w', 'origin', shallow));
    expect(fetch(false)).to.equal(
      'fetch --quiet --no-tags --no-prune --no-recurse-submodules --no-write-fetch-head -- origin refs/tags/*:refs/tags/*',
    );
    expect(fetch(true)).to.contain(' --unshallow -- origin ');
  });
});
