import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Project, runnerPath } from '../../support/project.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const readme = readFileSync(join(root, 'examples/blue-green/README.md'), 'utf8');
const [demo = [], byHand = [], ...onAws] = [...readme.matchAll(/```sh\n([^]*?)```/g)].map(([, text]) =>
  (text as string)
    .trim()
    .split('\n')
    .map((line) => line.replace(/\s+# .*$/, '')),
);

/** What the README tells to type, against a copy of the example. */
describe('the README of blue-green', function () {
  this.timeout(300_000);
  let project: Project;
  let url: string;

  before(() => {
    project = Project.copyOf('blue-green');
  });
  after(async () => {
    const place = ['--config', 'local.yml', '--env', 'staging'];
    await project.run('destroy', ...place, '--yes', '--confirm', 'staging');
    project.remove();
  });

  /** The words of a command as they are typed, the copy in place of the example. */
  const words = (command: string) =>
    command
      .replace('examples/blue-green', project.directory)
      .replace('http://127.0.0.1:4566/_alb/blue-green-staging/', url)
      .split(' ');

  it('begins with what sets everything up', () => {
    expect(byHand.slice(0, 2)).to.deep.equal(['node runner local up', 'eval "$(node runner local env)"']);
    const { status } = spawnSync('make', ['--dry-run', ...(demo[0] as string).split(' ').slice(1)], {
      cwd: root,
    });
    expect(status).to.equal(0);
  });

  for (const command of byHand.filter(
    (line) => line.startsWith('node runner') && !line.includes(' local '),
  )) {
    it(`runs: ${command}`, async () => {
      const { exitCode, stdout, stderr } = await project.run(...words(command).slice(2), '--json');
      expect(exitCode, stderr).to.equal(0);
      if (command.includes(' deploy ')) expect(stdout).to.contain('"name":"order","status":"ok"');
      const [, found] = /"url":"(http[^"]*)"/.exec(stdout) ?? [];
      if (command.includes(' apply ')) url = found as string;
    });
  }

  it('runs the check by hand', () => {
    const command = byHand.find((line) => line.includes('check.mjs')) as string;
    const { status, stdout, stderr } = spawnSync(process.execPath, words(command).slice(1), {
      encoding: 'utf8',
    });
    expect(status, stderr).to.equal(0);
    expect(stdout).to.match(/took an order and read it back/);
  });

  it('runs the load, which counts when it is ended', async () => {
    const command = byHand.find((line) => line.includes('load.mjs')) as string;
    const child = spawn(process.execPath, words(command).slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    setTimeout(() => child.kill('SIGINT'), 3000);
    const code = await new Promise((ended) => child.once('close', ended));
    expect(code, said).to.equal(0);
    expect(JSON.parse(said)).to.deep.include({ failed: 0, lost: 0 });
  });

  for (const command of onAws.flat())
    it(`names what there is: ${command}`, () => {
      // Without an account only that: what is to be run, and that the runner has such a verb.
      const cwd = join(root, 'examples/blue-green');
      const [program = '', ...given] = command
        .replace(/'([^']*)'/, (_, text: string) => text.replace(' ', '\0'))
        .split(' ');
      const args = given.map((word) => word.replace('\0', ' '));
      const { status, stdout } =
        program === 'make'
          ? spawnSync('make', ['--dry-run', ...args], { cwd, encoding: 'utf8' })
          : spawnSync(process.execPath, [runnerPath, ...args.slice(1), '--help'], { cwd, encoding: 'utf8' });
      expect(status, stdout).to.equal(0);
      if (program === 'make') expect(stdout).to.contain(`runner ${args[0] ?? ''} --env staging`);
    });
});
