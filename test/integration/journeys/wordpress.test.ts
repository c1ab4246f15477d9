import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requirePrograms } from '../../support/aptProgram.js';
import { chapterOf, demoOf } from '../../support/demo.js';
import { localVariables, runnerPath } from '../../support/project.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** WordPress from an empty machine to releases that were taken back; the demo stops at the first surprise. */
describe('make demo EXAMPLE=wordpress-ecs', function () {
  this.timeout(900_000);
  let output = '';
  const chapter = (title: string) => chapterOf(output, title);

  before(() => {
    requirePrograms('packer', 'chromium');
    output = demoOf('wordpress-ecs');
  });

  it('goes from nothing to a site that is installed, by the stages of a delivery', () => {
    const begun = chapter('From nothing to the first page');
    expect(begun).to.match(/plan:staging +ok[^]*build:wordpress +ok[^]*push +ok[^]*apply:staging +ok/);
    expect(begun).to.match(/wordpress-install \(task [^]*migrated in[^]*2\/2 targets healthy/);
    expect(begun).to.match(/"status":"ok","wordpress":"6\.[^]*HTTP 200[^]*title: Notes of the team/);
    expect(begun).not.to.contain('dirty');
  });

  it('shows the picture of an article at each of the tasks', () => {
    const seen = chapter('An article with a picture');
    const size = readFileSync(join(root, 'examples/wordpress-ecs/picture.png')).length;
    expect(seen.match(/HTTP \d+ .*/g)).to.deep.equal(
      Array<string>(2).fill(`HTTP 200 image/png, ${size} bytes`),
    );
  });

  it('is shown by a browser: front page, article and sign-in', () => {
    expect(chapter('In a browser')).not.to.contain('ERR_');
    for (const name of ['front', 'article', 'login']) {
      const file = readFileSync(join(root, '.demo/wordpress-ecs/reports', `${name}.png`));
      expect(file.subarray(1, 4).toString(), name).to.equal('PNG');
      // A blank page is a picture of some 5 kB.
      expect(file.length, name).to.be.above(15_000);
    }
  });

  it('keeps the article over a new release', () => {
    expect(chapter('A new release')).to.match(/article: Nothing is lost[^]*made with care, answered by/);
  });

  it('takes a release back that ends with a fatal error, and says with which', () => {
    const bad = chapter('A bad release');
    expect(bad).to.match(/undefined function count_visit/);
    expect(bad).to.match(/exit code 3, as it should be[^]*Nothing is lost[^]*made with care, answered by/);
  });

  it('touches no task where a setting is wrong, and tells the exit code of the reason', () => {
    const bad = chapter('A bad setting');
    expect(bad).to.match(/giving up on unknown host, exit code 68: database app at elsewhere\.example/);
    expect(bad).to.match(/MIGRATION_FAILED[^]*exit code 1, as it should be[^]*Nothing is lost/);
  });

  it('says that the database is away, and is whole when it is back', () => {
    const away = chapter('The database goes away and comes back');
    expect(away).to.match(/"status":"unavailable","why":"database: [^]*HTTP 503/);
    expect(away).to.match(/container wordpress exited with code 6[89][^]*exit code 1, as it should be/);
    expect(away).to.match(/HTTP 200[^]*article: Nothing is lost[^]*made with care/);
  });

  it('goes back to the first release, with the article', () => {
    const back = chapter('Back again');
    expect(back).to.match(/article: Nothing is lost/);
    expect(back).not.to.match(/made with care|building/);
  });

  it('never shows the password of the administrator', () => {
    expect(output).not.to.match(/admin_password\W+[0-9a-f]{48}/);
  });
});

/** What else the README names: whatever needs an account is only held against what there is. */
describe('the README of wordpress-ecs', function () {
  this.timeout(120_000);
  const example = join(root, 'examples/wordpress-ecs');
  const readme = readFileSync(join(example, 'README.md'), 'utf8');
  const commands = [...readme.matchAll(/```sh\n([^]*?)```/g)]
    .flatMap(([, text = '']) => text.trim().split('\n'))
    .map((line) => line.replace(/\s+# .*$/, ''))
    // What is piped into the AWS CLI needs an account.
    .filter((line) => /^(make|node|eval) /.test(line));

  for (const command of commands) {
    it(`names what there is: ${command}`, () => {
      const runner = /node (?:\.\.\/\.\.\/)?runner ([^)"]*)/.exec(command)?.[1];
      const args = (runner ?? command).split(' -- ')[0]?.split(' ') ?? [];
      const { status, stderr } =
        runner === undefined
          ? spawnSync('make', ['--dry-run', ...args.slice(1)], {
              cwd: command.includes('demo') ? root : example,
              encoding: 'utf8',
            })
          : spawnSync(process.execPath, [runnerPath, ...args, '--help'], { encoding: 'utf8' });
      expect(status, stderr).to.equal(0);
    });
  }

  it('has templates that Packer takes, of the container and of the machine image', () => {
    requirePrograms('packer');
    for (const [template = '', ...variables] of [
      ['wordpress.pkr.hcl', 'repository=shop/wordpress', 'tag=1.0.0'],
      ['ami.pkr.hcl', 'version=1.0.0'],
    ]) {
      const { status, stdout, stderr } = spawnSync(
        'packer',
        ['validate', ...variables.map((variable) => `-var=${variable}`), template],
        { cwd: join(example, 'image'), encoding: 'utf8', env: { ...localVariables(), PACKER_NO_COLOR: '1' } },
      );
      expect(status, stdout + stderr).to.equal(0);
    }
  });
});
