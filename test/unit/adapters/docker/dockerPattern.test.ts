import { expect } from 'chai';
import { parseDockerignore } from '../../../../runner/src/adapters/docker/dockerignore.js';
import { compilePattern } from '../../../../runner/src/adapters/docker/dockerPattern.js';

describe('a pattern of a .dockerignore', () => {
  const patterns: readonly (readonly [
    pattern: string,
    matching: readonly string[],
    other: readonly string[],
  ])[] = [
    ['a/b', ['a/b'], ['a/b/', 'xa/b', 'a/bb']],
    ['a**', ['a', 'ab', 'a/b'], ['b', 'xa']],
    ['a/**', ['a/', 'a/b/c'], ['a', 'ab/c']],
    ['**a', ['a', 'xa', 'x/a'], ['ab', 'b']],
    ['**/a', ['a', 'x/a', 'x/y/a'], ['xa', 'ax']],
    ['**', ['a', 'a/b', ''], []],
    ['**/', ['a/', '/'], ['a']],
    ['a**b', ['ab', 'a/b', 'ax/y/b'], ['axb']],
    ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['a/xb', 'ab']],
    ['a/**/**', ['a/', 'a/b'], ['ab']],
    ['a?**', ['ab', 'abc', 'ab/c'], ['a', 'a/b']],
    ['x/**y', ['x/y', 'x/a/y'], ['x/ay']],
    ['*', ['a', ''], ['a/b']],
    ['*/a', ['x/a', '/a'], ['a', 'x/y/a']],
    ['a?c', ['abc', 'a.c'], ['ac', 'a/c', 'abbc']],
    // What means something to an expression means itself, but for what Docker forgets to escape.
    ['a.b*', ['a.b', 'a.bc'], ['axb']],
    ['a+(b)$*', ['a+(b)$x'], ['aab', 'aa(b)$']],
    ['ab{2}*', ['abb', 'abbx'], ['ab{2}', 'ab']],
    ['ab{2,}*', ['abb', 'abbbb'], ['ab']],
    ['ab{1,2}c*', ['abc', 'abbc'], ['abbbc', 'ac']],
    ['ab{10}*', [`a${'b'.repeat(10)}`], ['ab']],
    ['a{x}*', ['a{x}', 'a{x}y'], ['ax']],
    ['a{2*', ['a{2', 'a{2}'], ['aa']],
    ['a|b*', ['ax', 'b', 'xb'], ['x']],
    // An escaped letter is a class of its own in Go, and a sign is itself.
    ['\\*a', ['*a'], ['xa', 'a']],
    ['\\d*', ['1', '1x'], ['d', 'x']],
    ['\\w\\W*', ['a.', '_-b'], ['ab', '..']],
    ['a\\sb', ['a b', 'a\tb'], ['asb']],
    ['a\\Sb', ['axb'], ['a b']],
    ['\\[a\\]*', ['[a]', '[a]b'], ['a']],
    // Classes.
    ['[ab]c', ['ac', 'bc'], ['cc', 'c']],
    ['[a-c]x', ['ax', 'bx', 'cx'], ['dx', '-x']],
    ['[^a-c]x', ['dx', '-x'], ['ax', 'x']],
    ['[\\-a]x', ['-x', 'ax'], ['bx']],
    ['[a\\]]x', [']x', 'ax'], ['bx']],
    ['[a-c\\d]x', ['ax', '4x'], ['dx']],
    ['[.$]x', ['.x', '$x'], ['ax']],
    ['[^a\\s]x', ['bx'], ['ax', ' x']],
    ['[a\\W]x', ['ax', '.x'], ['bx']],
    ['x*[a-b-d]', ['xa', 'xb', 'x-', 'xd'], ['xc']],
    ['x*[+--/]', ['x+', 'x,', 'x-', 'x/'], ['x.']],
    ['x*[-a]', ['x-', 'xa'], ['xb']],
    ['x*[a-]', ['xa', 'x-'], ['xb']],
    ['x*[\\.-0]', ['x.', 'x0'], ['xa']],
    // No class of one star.
    ['x[*]y', ['x]y', 'x^[]y'], ['x*y', 'xay']],
    ['[ab][cd]', ['ac', 'bd'], ['ab', 'a']],
    // Letters of more than one unit are one letter.
    ['?x', ['😀x', 'äx'], ['x', '/x']],
    ['[😀]x', ['😀x'], ['x']],
  ];
  for (const [pattern, matching, other] of patterns)
    it(`means as to Docker: ${pattern}`, () => {
      const test = compilePattern(pattern);
      expect(test, 'refused').not.to.equal(undefined);
      expect([...matching, ...other].filter((path) => test?.(path))).to.deep.equal(matching);
    });

  for (const pattern of [
    '[',
    '[]',
    '[]a]',
    '[^]',
    '[a',
    '[a-]',
    '?**[a-]',
    '.*[a-]',
    '*.*[a-]',
    '[.]*[a-]',
    '[-a]',
    '[a-b',
    '[a-\\',
    '[\\',
    'a\\',
    '[z-a]',
    'a[b',
    '\\y*',
    '[\\y]*',
    '[\\b]x',
    'x*[a--b]',
    'x*[a-\\d]',
    '*[[:alpha:]]',
    '[a\\A]x',
    'a{2}{3}*',
    '*[z-a]',
  ])
    it(`is refused as by Docker: ${pattern}`, () => {
      expect(compilePattern(pattern)).to.equal(undefined);
    });

  for (const pattern of ['*[', 'a*[b', '*\\'])
    it(`is refused behind a star only as far as Docker looks: ${pattern}`, () => {
      expect(() => compilePattern(pattern)).not.to.throw();
    });
});

describe('the lines of a .dockerignore', () => {
  const ignored = (text: string, ...paths: string[]) =>
    paths.filter((path) => parseDockerignore(text).ignores(path));

  it('are cleaned as Go cleans a path', () => {
    expect(ignored('a/../b', 'a', 'b')).to.deep.equal(['b']);
    expect(ignored('../a', 'a', '../a')).to.deep.equal(['../a']);
    expect(ignored('../../a', '../a', '../../a')).to.deep.equal(['../../a']);
    expect(ignored('/../a', 'a', '../a')).to.deep.equal(['a']);
    expect(ignored('a//b/./c/', 'a/b/c')).to.deep.equal(['a/b/c']);
    expect(ignored('a/..', 'a', 'b')).to.deep.equal([]);
  });

  it('lose what Go calls white space around them, and keep it inside', () => {
    expect(ignored('\u0085 \ta b\t \u0085', 'a b', 'ab')).to.deep.equal(['a b']);
    expect(ignored(' \uFEFF a', '\uFEFF a', 'a')).to.deep.equal(['\uFEFF a']);
    expect(ignored('\n   \n \t \na', 'a', '')).to.deep.equal(['a']);
    expect(ignored('a!', 'a!', 'a')).to.deep.equal(['a!']);
  });

  it('say whether anything below an ignored directory can still be wanted', () => {
    expect(parseDockerignore('a').hasExceptions).to.equal(false);
    const enters = (text: string, directory: string, builder: 'buildkit' | 'classic' = 'buildkit') =>
      parseDockerignore(text).entered(directory, builder);
    expect(enters('*\n!a/b/c', 'a/b')).to.equal(true);
    expect(enters('*\n!x\n!a/b', 'a')).to.equal(true);
    expect(enters('*\n!ab', 'a')).to.equal(false);
    for (const below of ['!b/**', '!b/*', '!b/**/*'])
      expect(enters(`*\n${below}`, 'a'), below).to.equal(false);
    for (const anywhere of ['!b/*.md', '!b*/c', '!**/*/c', '!b/[c]', '!b?'])
      expect(enters(`*\n${anywhere}`, 'a'), anywhere).to.equal(true);
    expect(enters('*\n!x\n!b?', 'a')).to.equal(true);
    expect(enters('*\n!b?', 'a', 'classic')).to.equal(false);
  });

  it('are told as they stand, by their number in the file', () => {
    expect(parseDockerignore('a\n  [b  \n').refused).to.deep.equal(['2: [b']);
    expect(parseDockerignore('\n\n!').refused).to.deep.equal(['3: !']);
  });
});
