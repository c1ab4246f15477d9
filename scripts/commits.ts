// Reads the commits since the last release as `release` does: what follows no convention is missing from the CHANGELOG. Fails
// where a message breaks a rule of CONTRIBUTING.md, and says which.
import { execFileSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readChanges } from '../runner/src/release/rules/commits.js';

/** The last commit before messages were checked: until then some were plain sentences, or longer. */
const UNCHECKED = 'fc47357967c14b849d6b08cf8b5970538e1269c6';
const TYPES = ['feat', 'fix', 'refactor', 'perf', 'test', 'docs', 'build', 'ci', 'chore', 'revert'];
const LONGEST = 72;
/** Made by the runner's own `release`, and by `git revert`. */
const MADE = /^(release: v\d+\.\d+\.\d+$|Revert ")/;
/** `Let`, `A`: a word in capitals (`ECS`) or with some inside (`CloudFront`) is a name. */
const CAPITALIZED = /^[A-Z][a-z]*(?![A-Za-z0-9])/;
const TRAILER = /^[A-Z][A-Za-z-]*: /;

/**
 * @param message of a commit, whole
 * @returns what is wrong with it, in words; nothing where it is conventional
 */
export function faultsOf(message: string): string[] {
  const [header = '', gap, ...rest] = message.trimEnd().split('\n');
  if (MADE.test(header)) return [];
  const [change] = readChanges([{ hash: '', message }]);
  const type = change?.type;
  if (change === undefined || type === undefined || !header.startsWith(type))
    return [`it is not \`type(scope): subject\`; types are ${TYPES.join(', ')}`];
  const faults: string[] = [];
  const { scope, subject } = change;
  if (!TYPES.includes(type)) faults.push(`${type} is no type; there are ${TYPES.join(', ')}`);
  if (scope !== undefined && !/^[a-z0-9-]+$/.test(scope))
    faults.push(`the scope ${scope} is not lower-case letters, digits and -`);
  if (header.length > LONGEST)
    faults.push(`the first line has ${header.length} characters, ${LONGEST} at most`);
  if (CAPITALIZED.test(subject)) faults.push('the subject begins with a capital letter');
  if (subject.endsWith('.')) faults.push('the subject ends with a period');
  if (gap !== undefined && gap.trim() !== '') faults.push('the second line is not empty');
  const why = rest.filter((line) => line.trim() !== '' && !TRAILER.test(line));
  if (['feat', 'fix'].includes(type) && why.length === 0)
    faults.push(`a ${type} says why in the lines below its first`);
  return faults;
}

/**
 * Reads the commits that HEAD can reach and the last release cannot; of a shallow clone those that are there. Merges have no
 * words of their own.
 *
 * @param root the repository's folder
 * @param unchecked the last commit that is exempt, with all before it
 * @returns a sentence for each fault
 */
export function faultsSince(root: string, unchecked = UNCHECKED): string[] {
  const git = (...words: string[]) => execFileSync('git', words, { cwd: root, encoding: 'utf8' });
  const tags = git('tag', '--merged', 'HEAD', '--list', 'v[0-9]*').split('\n');
  const known = git('rev-list', '--ignore-missing', '--max-count=1', unchecked) === '' ? [] : [unchecked];
  const before = [...tags, ...known].filter((name) => name !== '').map((name) => `^${name}`);
  const told = git('log', '--no-merges', '-z', '--format=%h%n%B', 'HEAD', ...before, '--');
  return told
    .split('\0')
    .filter((entry) => entry !== '')
    .flatMap((entry) => {
      const [hash = '', header = ''] = entry.split('\n', 2);
      return faultsOf(entry.slice(hash.length + 1)).map((fault) => `${hash} ${header}: ${fault}`);
    });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const faults = faultsSince(fileURLToPath(new URL('..', import.meta.url)));
  for (const fault of faults) console.log(fault);
  if (faults.length > 0) console.log('Say it otherwise: git commit --amend, or git rebase --interactive.');
  process.exitCode = faults.length > 0 ? 1 : 0;
}
