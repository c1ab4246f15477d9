import { expect } from 'chai';
import { healthPathIn, readDockerfile } from '../../../../runner/src/starter/rules/dockerfile.js';

const ports = (text: string) => readDockerfile(text).ports;
const sources = (text: string) => readDockerfile(`FROM x\n${text}\n`).sources;

describe('the ports of a Dockerfile', () => {
  const rows: readonly (readonly [string, string, readonly number[]])[] = [
    ['are those of the last stage', 'FROM a\nEXPOSE 1000\nFROM b\nEXPOSE 2000', [2000]],
    [
      'are inherited from the stages that it is built on',
      'FROM a AS one\nEXPOSE 1\nFROM one AS two\nEXPOSE 2\nFROM two\nEXPOSE 3',
      [1, 2, 3],
    ],
    ['are told once', 'FROM a AS one\nEXPOSE 80\nFROM one\nEXPOSE 80 81', [80, 81]],
    ['are those of TCP', 'FROM a\nEXPOSE 53/udp 54/tcp x55 56x', [54]],
    ['are none that cannot be one', 'FROM a\nEXPOSE 0 1 65535 65536', [1, 65535]],
    ['are read in any case and with blanks before', 'from a\n  expose   80', [80]],
    ['are not those of a comment', 'FROM a\n  # EXPOSE 1\nEXPOSE 2', [2]],
    ['are not those of a line that begins with another word', 'FROM a\nRUN EXPOSE 1', []],
    ['are read over lines that go on with a backslash', 'FROM a\nEXPOSE 1 \\\n# why\n2', [1, 2]],
    ['are read over lines that go on with a backtick', 'FROM a\nEXPOSE 1 `\n2', [1, 2]],
    ['are read from lines that end as Windows ends them', 'FROM a\r\nEXPOSE 1\r\nEXPOSE 2\r\n', [1, 2]],
    ['come from the argument that is given', 'ARG PORT=8000\nFROM a\nEXPOSE $PORT', [8000]],
    ['come from a variable in braces', 'FROM a\nENV PORT=8000\nEXPOSE ${PORT}', [8000]],
    ['come from a default', 'FROM a\nEXPOSE ${PORT:-8000} ${OTHER-9000}', [8000, 9000]],
    ['come from the variable before its default', 'FROM a\nENV PORT=1\nEXPOSE ${PORT:-8000}', [1]],
    ['are unknown where a variable is', 'FROM a\nEXPOSE $PORT', []],
    ['come from a variable that is set with a blank', 'FROM a\nENV PORT 8000\nEXPOSE $PORT', [8000]],
    ['come from quoted variables', 'FROM a\nENV A="1" B=\'2\'\nEXPOSE $A $B', [1, 2]],
    ['come from quoted variables with blanks', 'FROM a\nENV A="1 2" B=\'3 4\'\nEXPOSE $A $B', [1, 2, 3, 4]],
    ['come from all that follows a name and blanks', 'FROM a\nENV PORT   80 81\nEXPOSE $PORT', [80, 81]],
    ['are 80 for nginx', 'FROM nginx', [80]],
    ['are 80 for nginx of another registry', 'FROM r.example.com/library/nginx:1', [80]],
    ['are those that nginx is given', 'FROM nginx\nEXPOSE 8080', [8080]],
    ['are 80 for PHP with Apache', 'FROM php:8.3-apache', [80]],
    ['are 80 for PHP with Apache of another registry', 'FROM r.example.com/x/php:8.3-apache', [80]],
    ['are unknown for PHP alone', 'FROM php:8.3-cli', []],
    ['are unknown for what is only called like it', 'FROM nginx-exporter:1', []],
    ['are unknown for what only ends like it', 'FROM mynginx:1', []],
    ['come through a base that is an argument', 'ARG BASE=nginx:1\nFROM $BASE', [80]],
    ['come through a base with a platform', 'FROM --platform=linux/amd64 nginx:1 AS web', [80]],
    ['end where stages name each other', 'FROM b AS a\nFROM a AS b', []],
    ['end where a stage is called like its base', 'FROM a AS a\nEXPOSE 5', [5]],
    ['are none without a stage', 'EXPOSE 80', []],
  ];
  for (const [what, text, expected] of rows)
    it(what, () => expect([...new Set(ports(text))]).to.deep.equal(expected));

  it('are told once also where a stage names itself', () =>
    expect(ports('FROM a AS one\nEXPOSE 5\nFROM one AS one\nEXPOSE 5')).to.deep.equal([5]));
});

describe('what a Dockerfile copies', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['is all but the last word', 'COPY a b /to/', ['a', 'b']],
    ['is also what ADD takes', 'ADD a /to/', ['a']],
    ['is not what another stage has', 'COPY --from=build /a /b', []],
    ['is not what another stage has, after other options', 'COPY --chown=1 --from=build /a /b', []],
    ['is a file whose name says from', 'COPY x--from=y /b', ['x--from=y']],
    ['is not a here-document', 'COPY <<EOF /a', []],
    ['does not count options', 'COPY --chown=1:1 --link a /b', ['a']],
    ['keeps a name with dashes within', 'COPY a--b /b', ['a--b']],
    ['may be written as JSON', 'COPY ["a b", "c", "/to"]', ['a b', 'c']],
    ['is not what a URL gives', 'ADD https://x/y git@github.com:a/b.git c /to/', ['c']],
    [
      'is a file whose name has such words within',
      'COPY a/git@b x/https://y /to/',
      ['a/git@b', 'x/https://y'],
    ],
    ['is not what a variable gives', 'COPY $WHAT /to/', []],
  ];
  for (const [what, text, expected] of rows) it(what, () => expect(sources(text)).to.deep.equal(expected));
});

describe('the health check of a Dockerfile', () => {
  const rows: readonly (readonly [string, string, string | undefined])[] = [
    ['has the path of the URL that it asks', 'curl -f http://localhost:8000/live', '/live'],
    ['may ask by HTTPS', 'curl -fk https://127.0.0.1/live', '/live'],
    ['may ask every address of this machine', 'wget http://0.0.0.0/a.b/c-d', '/a.b/c-d'],
    ['may ask by IPv6', 'curl http://[::1]:80/x', '/x'],
    ['may ask by the whole of IPv6', 'curl http://[::]/x', '/x'],
    ['asks / where the URL has no path', 'curl http://localhost:65535', '/'],
    ['has no path where it asks another machine', 'curl http://example.com/live', undefined],
    ['has no path where it asks none', 'pgrep server', undefined],
  ];
  for (const [what, command, path] of rows) it(what, () => expect(healthPathIn(command)).to.equal(path));

  it('is the last one that has a path, with its variables', () => {
    const read = (text: string) => readDockerfile(`FROM x\nENV P=8000\n${text}`).healthPath;
    expect(
      read('HEALTHCHECK CMD curl http://localhost/a\nHEALTHCHECK CMD curl http://localhost:$P/b'),
    ).to.equal('/b');
    expect(read('HEALTHCHECK CMD curl http://localhost/a\nHEALTHCHECK CMD true')).to.equal('/a');
    expect(read('RUN curl http://localhost/a')).to.equal(undefined);
  });
});

describe('what else a Dockerfile says', () => {
  it('is whether it can be built', () => {
    expect(readDockerfile('FROM x').hasFrom).to.equal(true);
    expect(readDockerfile('RUN x').hasFrom).to.equal(false);
  });

  const fpm: readonly (readonly [string, boolean])[] = [
    ['php:8.3-fpm', true],
    ['r.example.com/library/php:8.3-fpm-alpine', true],
    ['php:8.3-apache', false],
    ['notphp:8-fpm', false],
  ];
  for (const [base, expected] of fpm)
    it(`is that ${base} ${expected ? 'answers' : 'does not answer'} FastCGI`, () =>
      expect(readDockerfile(`FROM ${base} AS app\nFROM app`).isFastCgi).to.equal(expected));

  it('is the names of its stages, those that have one', () =>
    expect(readDockerfile('FROM a AS test\nFROM b\nFROM c as last').stages).to.deep.equal(['test', 'last']));
});
