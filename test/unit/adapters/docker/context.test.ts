import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { readContext } from '../../../../runner/src/adapters/docker/context.js';
import { hashContext } from '../../../../runner/src/adapters/docker/hashes.js';
import { StackError } from '../../../../runner/src/base/errors.js';

describe('a build context', () => {
  let base: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'automation-stack-context-'));
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));
  const write = (files: Record<string, string>) => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(base, path)), { recursive: true });
      writeFileSync(join(base, path), content);
    }
  };
  const paths = (image: { context: string; dockerfile?: string } = { context: '.' }, state?: string) =>
    readContext(base, image, state).entries.map(({ path }) => path);

  it('lists parents before children, in the order of names component by component', () => {
    write({ Dockerfile: '', 'a/x': '', 'a-b': '', 'a/y/z': '', B: '' });
    expect(paths()).to.deep.equal(['B', 'Dockerfile', 'a', 'a/x', 'a/y', 'a/y/z', 'a-b']);
  });

  it('orders names by their bytes, whatever characters they have', () => {
    // As UTF-16 units the order is the other way round.
    write({ Dockerfile: '', '\u{1F600}': '', '\uFF21': '' });
    expect(paths()).to.deep.equal(['Dockerfile', '\uFF21', '\u{1F600}']);
  });

  it('leaves out what .dockerignore says, and keeps directories with an exception inside', () => {
    write({
      Dockerfile: '',
      '.dockerignore': 'Dockerfile\nlib\n!lib/keep\nlog',
      'lib/keep/a': '',
      'lib/b': '',
      'log/c': '',
    });
    expect(paths()).to.deep.equal(['.dockerignore', 'lib', 'lib/keep', 'lib/keep/a']);
  });

  it('prefers the ignore file of the Dockerfile', () => {
    write({
      'web.Dockerfile': '',
      'web.Dockerfile.dockerignore': 'a\nweb*',
      '.dockerignore': 'b',
      a: '',
      b: '',
    });
    expect(paths({ context: '.', dockerfile: 'web.Dockerfile' })).to.deep.equal(['.dockerignore', 'b']);
  });

  it('never has the history or the runner’s own state, unless it asks for the history', () => {
    write({ Dockerfile: '', '.git/HEAD': '', '.automation-stack/x': '', 'state/y': '' });
    expect(paths({ context: '.' }, join(base, 'state'))).to.deep.equal(['Dockerfile']);
    write({ '.dockerignore': '!.git\n.dockerignore' });
    expect(paths({ context: '.' }, join(base, 'state'))).to.deep.equal(['.git', '.git/HEAD', 'Dockerfile']);
  });

  it('may have its Dockerfile outside', () => {
    write({ 'docker/web': 'FROM x', 'app/a': '' });
    const context = readContext(base, { context: 'app', dockerfile: 'docker/web' });
    expect(context.dockerfile.content?.toString()).to.equal('FROM x');
    expect(context.entries.map(({ path }) => path)).to.deep.equal(['a']);
  });

  it('keeps links as links and modes as git knows them', () => {
    write({ Dockerfile: '', run: '', plain: '' });
    chmodSync(join(base, 'run'), 0o700);
    chmodSync(join(base, 'plain'), 0o600);
    symlinkSync('run', join(base, 'link'));
    const entries = Object.fromEntries(
      readContext(base, { context: '.' }).entries.map((entry) => [entry.path, entry]),
    );
    expect(entries['run']?.mode).to.equal(0o755);
    expect(entries['plain']?.mode).to.equal(0o644);
    expect(entries['link']).to.deep.include({ kind: 'symlink', linkTarget: 'run' });
  });

  it('says where a Dockerfile is missing', () => {
    expect(() => readContext(base, { context: '.' }))
      .to.throw(StackError, join(base, 'Dockerfile'))
      .with.property('code', 'DOCKERFILE_MISSING');
  });

  it('says where the context itself is missing', () => {
    write({ Dockerfile: '' });
    expect(() => readContext(base, { context: 'gone', dockerfile: 'Dockerfile' })).to.throw(
      StackError,
      'does not exist',
    );
  });

  describe('that is hashed', () => {
    const hash = async (now = Date.now()) => {
      const context = readContext(base, { context: '.' }, join(base, '.automation-stack'));
      const { files } = await hashContext(context, join(base, '.automation-stack', 'cache', 'web.json'), now);
      return JSON.stringify(files);
    };
    const LATER = Date.now() + 3_600_000;

    it('does not depend on times', async () => {
      write({ Dockerfile: '', a: 'one' });
      const before = await hash(LATER);
      utimesSync(join(base, 'a'), new Date(0), new Date(0));
      expect(await hash(LATER)).to.equal(before);
    });

    it('sees a change of the same size, with the time set back', async () => {
      write({ Dockerfile: '', a: 'one' });
      utimesSync(join(base, 'a'), new Date(0), new Date(0));
      const before = await hash(LATER);
      await new Promise((resolve) => setTimeout(resolve, 10));
      write({ a: 'two' });
      utimesSync(join(base, 'a'), new Date(0), new Date(0));
      expect(await hash(LATER)).not.to.equal(before);
    });

    it('sees a bit that makes a file executable', async () => {
      write({ Dockerfile: '', a: 'one' });
      const before = await hash(LATER);
      chmodSync(join(base, 'a'), 0o755);
      expect(await hash(LATER)).not.to.equal(before);
    });

    it('is the same without a cache and with a broken one', async () => {
      write({ Dockerfile: '', a: 'one' });
      const before = await hash(LATER);
      write({ '.automation-stack/cache/web.json': '{"a":' });
      expect(await hash(LATER)).to.equal(before);
    });
  });
});
