import type { Author } from '../../domain/approvalDecision.js';
import type { CommittedFile } from './uncommitted.js';
import { StackError } from '../../base/errors.js';

/** What is checked out. */
export interface WorkingTree {
  /** Full hash of HEAD. */
  readonly commit: string;
  /** Branch name; where HEAD is detached the one that Jenkins names, else `HEAD`. */
  readonly branch: string;
  /** Uncommitted or untracked changes below the deployment's directory. */
  readonly dirty: boolean;
}

export interface GitTag {
  readonly name: string;
  /** Full hash of the commit it stands on. */
  readonly commit: string;
}

export interface GitCommit {
  readonly hash: string;
  /** Subject and body. */
  readonly message: string;
}

/** SHA-1 or SHA-256. */
const HASH = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const HASH_LINE = /^([0-9a-f]{40}(?:[0-9a-f]{24})?)\r?\n/m;

type Variables = Readonly<Record<string, string | undefined>>;

/** HEAD and the tracked files that were changed, as `git status --porcelain=v2 --branch -z` tells them. */
export interface Status {
  readonly commit: string;
  readonly branch: string;
  /** Paths relative to the repository. */
  readonly changes: readonly string[];
}

/** Reads `git status --porcelain=v2 --branch -z`: header lines `# branch.…`, then one entry a change. */
export function parseStatus(text: string, directory: string, env: Variables): Status {
  // A wrapper's words stand before the first header.
  const entries = text
    .slice(Math.max(0, text.indexOf('# branch.oid ')))
    .split('\0')
    .filter((entry) => entry !== '');
  const header = (name: string) =>
    entries.find((entry) => entry.startsWith(`# ${name} `))?.slice(name.length + 3);
  const commit = header('branch.oid');
  if (commit === undefined) {
    throw new StackError('TOOL_FAILED', 'git status does not say which commit is checked out', {
      where: directory,
      evidence: text.split(/[\0\r\n]+/).slice(0, 5),
      next: 'Run `git status --porcelain=v2 --branch` by hand: something else prints instead of git.',
    });
  }
  if (commit === '(initial)') {
    throw new StackError('GIT_FAILED', 'the git repository has no commit yet', {
      where: directory,
      next: 'Commit what you have: git add . && git commit -m "feat: begin"',
    });
  }
  const head = header('branch.head') ?? '(detached)';
  return {
    commit,
    branch: head === '(detached)' ? branchFromEnvironment(env) : head,
    changes: entries.filter((entry) => /^[12u?] /.test(entry)).map(changedPath),
  };
}

/** The path stands after 8 fields of an ordinary change (`1`), after 10 of a conflict (`u`). */
function changedPath(entry: string): string {
  const fields = { '1': 8, u: 10 }[entry[0] ?? ''] ?? 1;
  return entry.split(' ').slice(fields).join(' ');
}

/** Multibranch jobs set BRANCH_NAME; the git plugin sets GIT_BRANCH, with the remote before it. */
function branchFromEnvironment(env: Variables): string {
  const named =
    env['BRANCH_NAME'] || env['GIT_BRANCH']?.replace(/^(?:refs\/heads\/|(?:refs\/remotes\/)?origin\/)/, '');
  return named || 'HEAD';
}

/** Files of a working tree, as `git ls-files -v --cached --stage --others -z` tells them. */
export interface Files {
  /** In no commit, and not named by a `.gitignore`; a directory ends with a slash. */
  readonly untracked: readonly string[];
  /** Files that `git status` was told not to look at: assume-unchanged, or left out of a sparse checkout. */
  readonly unwatched: ReadonlyMap<string, CommittedFile>;
}

/** What a wrapper prints before the first record. */
const NOISE = /^[^\0]*\n(?=\? |[A-Za-z] [0-7]{6} )/;

/** Reads `? PATH` and `TAG MODE ID STAGE\tPATH`; a tag in small letters or `S` is an unwatched file. */
export function parseFiles(text: string): Files {
  const untracked: string[] = [];
  const unwatched = new Map<string, CommittedFile>();
  for (const record of text.replace(NOISE, '').split('\0')) {
    if (record.startsWith('? ')) untracked.push(record.slice(2));
    else if (/^[a-zS] /.test(record)) {
      const [tag, path = ''] = splitAtTab(record);
      const [, mode = '', id = ''] = tag.split(' ');
      unwatched.set(path, { mode, id });
    }
  }
  return { untracked, unwatched };
}

/** Reads `git ls-tree -r -z`: `MODE TYPE ID\tPATH`. */
export function parseTree(text: string): Map<string, CommittedFile> {
  const files = new Map<string, CommittedFile>();
  for (const record of text.split('\0').filter((each) => each !== '')) {
    const [about, path] = splitAtTab(record);
    const [mode = '', , id = ''] = about.split(' ');
    files.set(path, { mode, id });
  }
  return files;
}

function splitAtTab(record: string): [string, string] {
  const tab = record.indexOf('\t');
  return [record.slice(0, tab), record.slice(tab + 1)];
}

/** Reads `NAME OBJECT COMMIT`, where annotated tags alone have a commit of their own. */
export function parseTags(text: string): GitTag[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', object = '', peeled = ''] = line.split(' ');
      return { name, commit: peeled === '' ? object : peeled };
    })
    .filter(({ commit }) => HASH.test(commit));
}

/** Reads the kind of a tag's object and what it says: only annotated ones have words of their own. */
export function parseTagMessage(text: string): string | undefined {
  const [, message] = /^tag\r?\n([\s\S]*)$/m.exec(text) ?? [];
  return message?.trimEnd();
}

/** Reads `HASH\nMESSAGE`, NUL between commits. */
export function parseLog(text: string): GitCommit[] {
  return text
    .split('\0')
    .filter((record) => record !== '')
    .map((record) => {
      // The first record stands behind what a wrapper may have printed.
      const found = HASH_LINE.exec(record);
      const begin = (found?.index ?? 0) + (found?.[0].length ?? 0);
      return { hash: found?.[1] ?? '', message: record.slice(begin).trimEnd() };
    })
    .filter(({ hash }) => hash !== '');
}

/** Reads `HASH\nNAME\nADDRESS\nCO-AUTHORS`, NUL between commits; each author once. */
export function parseAuthors(text: string): Author[] {
  const authors = new Map<string, Author>();
  const add = (author: Author) => {
    const key = `${author.name}\n${author.email}`.toLowerCase();
    if (!authors.has(key)) authors.set(key, author);
  };
  for (const record of text.split('\0')) {
    const found = HASH_LINE.exec(record);
    if (found === null) continue;
    const [name = '', email = '', ...others] = record.slice(found.index + found[0].length).split(/\r?\n/);
    add({ name, email });
    for (const other of others) {
      const [, named = '', at = ''] = /^\s*(.*?)\s*<([^<>]+)>/.exec(other) ?? [];
      if (at !== '') add({ name: named, email: at });
    }
  }
  return [...authors.values()];
}

/** What a remote has: tags by the commit they stand on, branches by their tip. */
export interface RemoteRefs {
  readonly tags: readonly GitTag[];
  readonly branches: ReadonlyMap<string, string>;
}

/** Reads `ID\tREF` of `git ls-remote`; the commit of an annotated tag comes after it as `REF^{}`. */
export function parseRemoteRefs(text: string): RemoteRefs {
  const tags = new Map<string, string>();
  const branches = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [id = '', ref = ''] = line.split('\t');
    if (ref.startsWith('refs/tags/')) tags.set(ref.slice('refs/tags/'.length).replace(/\^\{\}$/, ''), id);
    else if (ref.startsWith('refs/heads/')) branches.set(ref.slice('refs/heads/'.length), id);
  }
  return { tags: [...tags].map(([name, commit]) => ({ name, commit })), branches };
}
