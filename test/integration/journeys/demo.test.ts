import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { chapterOf, demoOf } from '../../support/demo.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The demo twice in a row, as a newcomer runs it; it stops at the first command that does not end as it should. */
describe('make demo', function () {
  this.timeout(900_000);
  const demo = () => {
    const { status, stdout, stderr } = spawnSync('bash', [join(root, 'scripts/demo.sh')], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, NO_COLOR: '1' },
    });
    return { status, output: stdout + stderr };
  };

  for (const time of ['first', 'second']) {
    it(`does the main job the ${time} time, with both examples`, () => {
      const { status, output } = demo();
      expect(status, output.slice(-6000)).to.equal(0);
      expect(output).to.match(/exit code 3, as it should be/);
      expect(output).to.match(/Done in \d+ s/);
    });
  }

  it('refuses an example that there is not, and names those there are', () => {
    const { status, stderr } = spawnSync('bash', [join(root, 'scripts/demo.sh')], {
      encoding: 'utf8',
      env: { ...process.env, EXAMPLE: 'flask' },
    });
    expect(status).to.equal(2);
    for (const name of readdirSync(join(root, 'examples'), { withFileTypes: true }))
      if (name.isDirectory()) expect(stderr).to.include(name.name);
  });

  it('leaves a report of each example', () => {
    for (const example of ['flask-fleet', 'hello-ecs']) {
      expect(existsSync(join(root, '.demo', example, 'reports/report.html'))).to.equal(true);
    }
  });
});

/** A column renamed over three releases while orders come in; it stops at the first command that does not end as it should. */
describe('make demo EXAMPLE=blue-green', function () {
  this.timeout(900_000);

  it('fails no request, loses no order, and is refused by name behind the contract', () => {
    const output = demoOf('blue-green');
    expect(output).to.match(/check order failed[^]*exit code 3, as it should be/);
    expect(output).to.match(/SCHEMA_CONTRACTED[^]*exit code 1, as it should be/);
    expect(output).to.match(/the contract of \S+ is done \(app\)/);
    expect(output).to.match(/"failed": 0,[^]*"lost": 0,/);
  });
});

/** Servers in layers, and an application that is tested, shown and taken back; it stops at the first surprise. */
describe('make demo EXAMPLE=laravel-ci', function () {
  this.timeout(900_000);
  let output = '';

  before(() => {
    output = demoOf('laravel-ci');
  });

  const chapter = (title: string) => chapterOf(output, title);

  it('finds the servers and their groups by tags', () => {
    expect(chapter('Servers')).to.match(/laravel-ci-staging-ci .*laravel_tests/);
    expect(chapter('Servers')).to.match(/laravel-ci-staging-dev .*lamp, laravel, phpmyadmin/);
  });

  it('puts up the layers, which have nothing to change the second time', () => {
    expect(chapter('Layers')).to.match(/HTTP 302[^]*: the board is up[^]*HTTP 200/);
    expect(chapter('Nothing has changed')).to.include('nothing to change');
  });

  it('shows only what the tests pass and what answers', () => {
    expect(chapter('A feature')).to.match(/<h1>1 notes<\/h1>[^]*: the board is up/);
    const found = chapter('A mistake that the tests find');
    expect(found).to.match(/testShortTextStays[^]*exit code 1, as it should be[^]*<h1>1 notes<\/h1>/);
    const missed = chapter('A mistake that the tests do not find');
    expect(missed).to.match(/did not come to answer on \/health[^]*The release before is in use again/);
    expect(missed).to.match(/exit code 1, as it should be[^]*<h1>1 notes<\/h1>/);
  });

  it('goes back to the release before, with the notes as they are', () => {
    expect(chapter('Back again')).to.match(/<h1>Notes<\/h1>[^]*: the board is up/);
  });
});

/** An artifact on new instances, bad and good, back by version and on by instance, promoted. */
describe('make demo EXAMPLE=s3-artifact', function () {
  this.timeout(900_000);

  it('answers with the release that each command says', () => {
    const output = demoOf('s3-artifact');
    const answers = [...output.matchAll(/^\{"greeting": "([a-z ]+), .*"environment": "(\w+)"/gm)];
    const good = ['good day', 'staging'];
    expect(answers.map(([, greeting, environment]) => [greeting, environment])).to.deep.equal([
      ...[['hello', 'staging'], good, good, ['hello', 'staging'], good],
      ['good day', 'production'],
    ]);
    expect(output).to.match(/restarted once[^]*exit code 3, as it should be/);
    const back = output.slice(output.indexOf('Back by version'), output.indexOf('The very same object'));
    expect(back).not.to.contain('launching');
    expect(output).to.contain('has no orphaned instance');
  });
});
