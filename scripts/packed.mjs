// The packed runner as files of the Jenkins library: how its text is made, and which commits carry it.
import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** The runner and its digest: in git in the commit of a release alone. */
export const RUNNER = 'resources/automation-stack/runner.mjs';
export const DIGEST = 'resources/automation-stack/runner.sha256';
/** The release that the library belongs to: always in git. */
export const VERSION = 'resources/automation-stack/version';

const MARKER = '/*PACK*/';
const RELEASE_TAG = /^v\d+\.\d+\.\d+$/;
const RELEASE_SUBJECT = /^release: v\d+\.\d+\.\d+$/;

/**
 * @param source `head`: text of scripts/packHead.mjs; `files`: JSON of the texts by path
 * @returns the packed runner
 */
export function pack({ head, files }) {
  const packed = brotliCompressSync(files, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
  });
  return head.replace(MARKER, () => `${MARKER}${packed.toString('base64')}`);
}

/** Digest of a packed runner, as the library reads it. */
export const digestOf = (text) => `${createHash('sha256').update(text).digest('hex')}\n`;

/**
 * What is wrong with the packed runner in a folder: content is compared, not bytes, since another version of Node may compress
 * otherwise.
 *
 * @param root the repository's folder
 * @param source what the sources make, as `pack` takes it
 * @returns sentences; none where the packed runner is that of these sources
 */
export function differences(root, { head, files }) {
  const text = textOf(root, RUNNER);
  const problems = [];
  if (unpack(text) !== files) problems.push(`${RUNNER} is not what these sources make`);
  if (text.split(MARKER)[0] !== head.split(MARKER)[0])
    problems.push(`the head of ${RUNNER} is not scripts/packHead.mjs`);
  if (textOf(root, DIGEST) !== digestOf(text)) problems.push(`${DIGEST} is not its digest`);
  return problems;
}

/**
 * What is wrong with the packed runner in git: the commit of a release carries that of its own sources, and no other commit
 * carries any, since it would be that of older sources.
 *
 * @param root the repository's folder
 * @param source gives what the sources make, as `pack` takes it; asked only at a release
 */
export async function problemsInGit(root, source) {
  const git = (...words) => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();
  const carried = git('ls-files', '--', RUNNER, DIGEST) !== '';
  if (isRelease(git)) {
    if (!carried) return ['this release carries no packed runner: make releases by `make release`'];
    return differences(root, await source());
  }
  if (!carried) return [];
  return [
    `${RUNNER} is in git; \`make release\` alone puts it there. Take it out: git rm --cached ${RUNNER} ${DIGEST}`,
  ];
}

/** Whether what is checked out is a release, without a change; in a clone without tags its message tells. */
function isRelease(git) {
  const isNamed =
    git('tag', '--points-at', 'HEAD')
      .split('\n')
      .some((tag) => RELEASE_TAG.test(tag)) || RELEASE_SUBJECT.test(git('log', '-1', '--format=%s'));
  return isNamed && git('status', '--porcelain', '--untracked-files=no') === '';
}

function textOf(root, path) {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function unpack(text) {
  const start = text.indexOf(MARKER);
  if (start === -1) return undefined;
  const packed = Buffer.from(text.slice(start + MARKER.length, text.indexOf('`', start)), 'base64');
  try {
    return brotliDecompressSync(packed).toString('utf8');
  } catch {
    return undefined;
  }
}
