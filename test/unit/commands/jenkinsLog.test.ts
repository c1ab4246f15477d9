import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunRecord } from '../../../runner/src/events/run.js';
import { cli } from '../../support/cli.js';

const CONFIG = `application: shop
branches: { develop: staging }
images: { web: { repository: shop/web, context: app, test: { command: ["true"], on: host } } }
environments: { staging: {} }
`;

/** What stands in the log of a Jenkins build, where every stage is a process of its own. */
describe('the log of a build', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'jenkins-log-'));
    mkdirSync(join(directory, 'app'));
    writeFileSync(join(directory, 'automation-stack.yml'), CONFIG);
    writeFileSync(join(directory, 'app/Dockerfile'), 'FROM scratch\n');
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@e.invalid', ...args], { cwd: directory });
    git('init', '--quiet', '--initial-branch=develop');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'feat: begin');
    // Jenkins checks out commits.
    git('checkout', '--quiet', '--detach');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const env = { AUTOMATION_STACK_RUN: 'build-7', BRANCH_NAME: undefined, GIT_BRANCH: undefined };
  const called = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await cli(args, { cwd: directory, env });
    expect(exitCode, stderr).to.equal(0);
    return { lines: `${stderr}${stdout}`.split('\n').filter((line) => line !== ''), stdout };
  };

  it('has of a stage what it did, and nothing that another stage says as well', async () => {
    const { lines } = await called('run', '--branch', 'develop', '--only', 'test:web', '--result', 'r.json');
    expect(lines.filter((line) => !/\] test:web /.test(line))).to.deep.equal([]);
    expect(lines.at(-1)).to.match(/test:web +ok in .* web passed in/);
  });

  it('has no list of stages before a step that only asks for its credentials', async () => {
    const { lines } = await called('stages', '--result', 'r.json');
    expect(lines).to.deep.equal([]);
    const { data } = JSON.parse(readFileSync(join(directory, 'r.json'), 'utf8')) as {
      data: { jenkins: { credentials: object } };
    };
    expect(data.jenkins.credentials).to.have.keys('stages', 'environments', 'none');
  });

  it('has the list of stages where the branch is named: once a build', async () => {
    const { stdout } = await called('stages', '--branch', 'develop', '--result', 'r.json');
    expect(stdout).to.match(/^Branch develop leads to staging/);
  });

  it('names the branch that Jenkins gives, not HEAD', async () => {
    await called('run', '--branch', 'develop', '--only', 'test:web');
    const file = join(directory, '.automation-stack/runs/build-7.json');
    const { parts } = JSON.parse(readFileSync(file, 'utf8')) as RunRecord;
    expect(parts.map(({ branch }) => branch)).to.deep.equal(['develop']);
    const { stdout } = await called('stages');
    expect(stdout).to.contain('No branch is checked out').and.not.to.contain('HEAD');
  });
});
