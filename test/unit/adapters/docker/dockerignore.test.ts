import { expect } from 'chai';
import { parseDockerignore } from '../../../../runner/src/adapters/docker/dockerignore.js';

const ignored = (rules: string, ...paths: string[]) => {
  const parsed = parseDockerignore(rules);
  return paths.filter((path) => parsed.ignores(path));
};

describe('dockerignore', () => {
  it('anchors patterns at the root of the context, unlike git', () => {
    expect(ignored('temp', 'temp', 'temp/a', 'lib/temp')).to.deep.equal(['temp', 'temp/a']);
  });

  it('takes a leading slash, a dot and a trailing slash for the root', () => {
    expect(ignored('/a\n./b\nc/', 'a', 'b', 'c/d', 'x/a')).to.deep.equal(['a', 'b', 'c/d']);
  });

  it('stops * and ? at a slash', () => {
    expect(ignored('*/temp*\n?.log', 'a/temp1', 'a/b/temp1', 'x.log', 'xy.log')).to.deep.equal([
      'a/temp1',
      'x.log',
    ]);
  });

  it('lets ** cross any number of directories, also none', () => {
    expect(ignored('**/*.pyc', 'a.pyc', 'a/b/c.pyc', 'a/b.py')).to.deep.equal(['a.pyc', 'a/b/c.pyc']);
    expect(ignored('docs/**', 'docs/a', 'docs/a/b', 'doc')).to.deep.equal(['docs/a', 'docs/a/b']);
  });

  it('lets the last matching line win', () => {
    expect(ignored('*.md\n!README.md', 'A.md', 'README.md')).to.deep.equal(['A.md']);
    expect(ignored('!README.md\n*.md', 'A.md', 'README.md')).to.deep.equal(['A.md', 'README.md']);
  });

  it('brings back a file below an ignored directory', () => {
    expect(ignored('node_modules\n!node_modules/keep', 'node_modules/a', 'node_modules/keep')).to.deep.equal([
      'node_modules/a',
    ]);
    expect(parseDockerignore('a\n!a/b').hasExceptions).to.equal(true);
  });

  it('reads comments, blank lines, blanks around patterns and Windows line ends', () => {
    expect(ignored('# a\r\n\r\n  b  \r\n! c\r\n', '# a', 'a', 'b')).to.deep.equal(['b']);
  });

  it('treats letters that mean something to regular expressions as letters', () => {
    expect(ignored('a.b+(c)', 'a.b+(c)', 'aXb+(c)')).to.deep.equal(['a.b+(c)']);
    expect(ignored('[ab].txt\n[^c].log', 'a.txt', 'c.txt', 'd.log', 'c.log')).to.deep.equal([
      'a.txt',
      'd.log',
    ]);
    expect(ignored('\\*.txt', '*.txt', 'a.txt')).to.deep.equal(['*.txt']);
  });

  it('lets a pattern that means nothing match nothing', () => {
    expect(ignored('[a\n.\n', '[a', 'b')).to.deep.equal([]);
  });

  it('takes ** before a name for every path that ends so', () => {
    expect(ignored('**.pem', 'a.pem', '.pem', 'a/b/c.pem', 'a.pem.txt')).to.deep.equal([
      'a.pem',
      '.pem',
      'a/b/c.pem',
    ]);
    expect(ignored('**key', 'key', 'ssh/id.key', 'keys')).to.deep.equal(['key', 'ssh/id.key']);
    expect(ignored('**/key', 'key', 'ssh/key', 'monkey')).to.deep.equal(['key', 'ssh/key']);
    expect(ignored('foo**', 'foo', 'foobar', 'foo/a', 'a/foo')).to.deep.equal(['foo', 'foobar', 'foo/a']);
  });

  it('asks a rule that had no say for a directory about the path alone', () => {
    expect(ignored('a/c\n!a', 'a/c')).to.deep.equal(['a/c']);
    expect(ignored('a\n!a\na/c', 'a', 'a/b', 'a/c')).to.deep.equal(['a/c']);
  });

  it('reads a byte order mark at the start of the file alone', () => {
    expect(ignored('\uFEFFa\n\uFEFFb', 'a', 'b', '\uFEFFb')).to.deep.equal(['a', '\uFEFFb']);
  });

  it('cleans what is left of a line once more', () => {
    expect(ignored('*\n./!a', 'a', 'b')).to.deep.equal(['b']);
    expect(ignored('**/ /', 'a', 'b/c')).to.deep.equal(['a', 'b/c']);
  });

  it('looks into an ignored directory as the builder does', () => {
    const enters = (rules: string, builder: 'buildkit' | 'classic') =>
      parseDockerignore(rules).entered('a', builder);
    expect(enters('*\n!a/b', 'classic')).to.equal(true);
    expect(enters('*\n!b/a', 'buildkit')).to.equal(false);
    expect(enters('*\n!**/keep', 'buildkit')).to.equal(true);
    expect(enters('*\n!**/keep', 'classic')).to.equal(false);
  });

  it('says which lines Docker refuses', () => {
    const text = 'a\n[b\n!\n# [c\n[]d]\n!/\ne\\\nf*[g-f]\n[a-z]\n';
    expect(parseDockerignore(text, ['.git']).refused).to.deep.equal([
      '2: [b',
      '3: !',
      '5: []d]',
      '6: !/',
      '7: e\\',
      '8: f*[g-f]',
    ]);
  });

  it('lets a rule of the file take back one that came before it', () => {
    const rules = parseDockerignore('!.git', ['**/.git']);
    expect(rules.ignores('.git/HEAD')).to.equal(false);
    expect(rules.ignores('module/.git')).to.equal(true);
  });
});
