import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import pMap from 'p-map';
import { readContext } from '../../../runner/src/adapters/docker/context.js';
import { rejection } from '../../support/rejection.js';

const run = promisify(execFile);

/** Names that patterns are about, and some that they must not be taken for. */
const FILES = [
  ...[
    'a',
    'x.pem',
    'keep.txt',
    '.env',
    'foobar',
    'a b',
    'b*c',
    'd\\e',
    '[a]',
    '-x',
    '!bang',
    '#hash',
    'x^y',
    'd1',
  ],
  ...[
    'b/c',
    'b/x.pem',
    'b/.env',
    'b/keep.txt',
    'b/d/e.txt',
    'b/d/x.pem',
    'foo/bar/baz',
    'foo/bar/a',
    'foo/keep.txt',
  ],
  ...[
    'foo2/bar',
    'foo/[a]/q',
    'é/ü.txt',
    'node_modules/p/index.js',
    'deep/b/d/x.pem',
    '1/2/3/4',
    'aXb/y',
    'a.b/c',
  ],
];

/** Rules that people write, and those that were once read otherwise than by Docker. */
const WRITTEN = [
  '**.pem',
  '**.env\n!.env',
  '*\n!**/keep.txt',
  '**\n!b',
  '**\n!b/**',
  '*\n!b/d/e.txt',
  'b\n!b/d',
  'b/**\n!b/keep.txt',
  '!b\nb',
  'b/d\n!b\nb/d/x.pem',
  'b/c\n!b',
  '/b/\n./foo\n../a\nb/../a',
  '\uFEFFa\r\n \tb/c \r\n#a\n #hash\n\n',
  'a\n\uFEFFkeep.txt',
  '\\!bang\n\\#hash\nb\\*c\nd\\\\e\n\\[a\\]',
  '[a-c]\n[^a]/c\n[[]a]\n[!a]1',
  'Dockerfile\n.dockerignore',
  '**/Dockerfile\n**/.dockerignore\n*/x.pem',
  '?\n??\n*.*\n**/*.txt',
  '**/b\n**/d/**\nfoo**',
  'node_modules\n!node_modules/p',
  './!bang\n./#hash',
  'a|b\n*a|keep.txt',
  'd\\d*\n\\w\\*',
  '.\n/\n..\n./\n**/..',
];

const word = fc.constantFrom(
  ...[
    'a',
    'b',
    'c',
    'd',
    'foo',
    'bar',
    'keep',
    '.txt',
    '.pem',
    '.env',
    'x',
    '1',
    'node_modules',
    'b/d',
    'foo/bar',
  ],
  ...[
    '*',
    '**',
    '?',
    '/',
    '/',
    '**/',
    '/**',
    '[a-c]',
    '[^a]',
    '[ab]',
    '[[]',
    '\\*',
    '\\d',
    '\\',
    '..',
    './',
    '../',
  ],
  ...[' ', 'é', '!', '#', '-', '^', '$', '+', '{', '|', ']', '[a-]', '//'],
);
const line = fc
  .tuple(
    fc.constantFrom('', '', '', '!', '!', '! ', '/', './', ' ', '#', '**/', '!**/', '**'),
    fc.array(word, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '', '', '/', '/**', '/*', ' ', '\r'),
  )
  .map(([before, words, after]) => before + words.join('') + after);
const file = fc
  .tuple(
    fc.constantFrom('', '', '', '\uFEFF', '*\n', '**\n', 'b\nfoo\n'),
    fc.array(line, { minLength: 1, maxLength: 5 }),
  )
  .map(([head, lines]) => `${head}${lines.join('\n')}\n`);

describe('.dockerignore, as the Docker client and engine understand it', function () {
  this.timeout(10 * 60_000);
  const repository = `test-${randomBytes(4).toString('hex')}/rules`;
  let base: string;
  const images: string[] = [];
  before(() => {
    base = mkdtempSync(join(tmpdir(), 'automation-stack-rules-'));
  });
  after(async () => {
    rmSync(base, { recursive: true, force: true });
    if (images.length > 0) await run('docker', ['rmi', '--force', ...images]).catch(() => undefined);
  });

  const contextOf = (rules: string, number: number) => {
    const directory = join(base, String(number));
    const files = {
      ...Object.fromEntries(FILES.map((path) => [path, path])),
      Dockerfile: 'FROM scratch\nCOPY . /x/\n',
    };
    for (const [path, text] of Object.entries({ ...files, '.dockerignore': rules })) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    return directory;
  };

  /** Builds a directory; whether Docker takes its rules. Where they leave nothing to copy there is no image. */
  const build = async (directory: string, tag: string): Promise<boolean> => {
    const env = { ...process.env, DOCKER_BUILDKIT: '0' };
    try {
      await run('docker', ['build', '--quiet', '--tag', tag, directory], { env });
      images.push(tag);
      return true;
    } catch (error) {
      const { stderr } = error as { stderr: string };
      if (/COPY failed: no source files|no such file or directory/.test(stderr)) return true;
      if (/pattern|error parsing regexp|excludes/.test(stderr)) return false;
      throw new Error(`docker build of ${directory}: ${stderr}`, { cause: error });
    }
  };

  /** What was copied into images, by tag: files of their only layer. */
  const copied = async (tags: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> => {
    const folder = mkdtempSync(join(base, 'saved-'));
    await run('sh', ['-c', 'docker save "$@" | tar --extract --directory "$0"', folder, ...tags]);
    const manifest = readFileSync(join(folder, 'manifest.json'), 'utf8');
    const saved = JSON.parse(manifest) as { RepoTags: string[]; Layers: string[] }[];
    const found = new Map<string, readonly string[]>();
    for (const { RepoTags, Layers } of saved) {
      const layer = join(folder, Layers.at(-1) as string);
      const { stdout } = await run('tar', ['--list', '--quoting-style=literal', '--file', layer]);
      const files = stdout.split('\n').flatMap((path) => (/^x\/.*[^/]$/.test(path) ? [path.slice(2)] : []));
      for (const tag of RepoTags) found.set(tag, files);
    }
    return found;
  };

  const byUs = (directory: string, builder: 'buildkit' | 'classic'): readonly string[] | undefined => {
    try {
      const { entries } = readContext(directory, { context: '.' }, undefined, builder);
      return entries.flatMap(({ path, kind }) => (kind === 'file' ? [path] : []));
    } catch {
      return undefined;
    }
  };

  /** @param special whether the Dockerfile and the rules' own file are compared as well */
  const compare = async (sets: readonly string[], from: number, special: boolean) => {
    const tag = (index: number) => `${repository}:${from + index}`;
    const directories = sets.map((rules, index) => contextOf(rules, from + index));
    const taken = await pMap(directories, (directory, index) => build(directory, tag(index)), {
      concurrency: 4,
    });
    const theirs = await copied(images.filter((image) => sets.some((_, index) => tag(index) === image)));
    const told = (paths: readonly string[] = []) =>
      paths.filter((path) => special || !/^(?:Dockerfile|\.dockerignore)$/.test(path)).sort();
    for (const [index, rules] of sets.entries()) {
      const words = JSON.stringify(rules);
      expect(taken[index], `${words}: Docker refuses it`).to.equal(true);
      const ours = byUs(directories[index] as string, 'classic');
      expect(told(ours), words).to.deep.equal(told(theirs.get(tag(index))));
      // The builder of today brings back the same, and more where an exception has wildcards.
      expect(byUs(directories[index] as string, 'buildkit'), words).to.include.members([...(ours ?? [])]);
    }
  };

  it('is the same for the rules that people write', async () => {
    await compare(WRITTEN, 0, true);
  });

  it('is the same for 200 generated sets of rules', async () => {
    // A pattern that means nothing is found out by Docker where something is matched against it; we refuse it always.
    const accepted = fc.sample(file, { numRuns: 2_000 }).filter((rules, index) => {
      const directory = contextOf(rules, 10_000 + index);
      const usable = byUs(directory, 'classic') !== undefined;
      rmSync(directory, { recursive: true });
      return usable;
    });
    const sets = accepted.slice(0, 200);
    expect(sets).to.have.length(200);
    // Whether its own two files are left out is decided by the engine, by rules as old as the engine.
    await compare(sets, WRITTEN.length, false);
  });

  it('refuses what Docker refuses', async () => {
    const refused = [
      '[a',
      'a\n[]\n',
      '!',
      '! \n',
      '!/',
      '[-a]',
      'a\\',
      '?**[a-]',
      '.*[a-]',
      '*.*[a-]',
      '[.]*[a-]',
    ];
    await pMap(refused, async (rules, index) => {
      const directory = contextOf(rules, 1_000 + index);
      expect(await build(directory, `${repository}:${1_000 + index}`), rules).to.equal(false);
      const error = await rejection((async () => readContext(directory, { context: '.' }))(), 'BUILD_FAILED');
      expect(error.where).to.contain('.dockerignore:');
    });
  });
});
