import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cli } from '../../support/cli.js';
import { SlackFixture } from '../../support/slackFixture.js';

/** Secrets by the variables that hold them, each of a stage other than the test. */
const SECRETS: Readonly<Record<string, string>> = {
  NPM_TOKEN: 'npm-build-secret-1',
  // Its place says so, its name does not.
  SHIP: 'vault-secret-2',
  DB_PASS: 'staging-secret-3',
  // Jenkins binds it, or the reference says so.
  ODD: 'bound-secret-4',
  PLAIN: 'said-secret-5',
  // Nothing says so but the value itself.
  HOOK: 'k3Jf9sLq2Zx8aQ7w',
  PRODUCTION_KEY: 'production-secret-6',
};
const CONFIG = `application: shop
branches: { develop: staging }
images:
  web: { repository: shop/web, context: app, secrets: { npm: "\${env:NPM_TOKEN}" }, test: { command: [sh, check.sh], on: host } }
environments:
  staging:
    provision: { playbooks: [site.yml], vault: { password: "\${env:SHIP}" } }
    variables: { A: "\${env:DB_PASS}", B: "\${env:ODD}", C: "\${secret-env:PLAIN}", D: "\${env:HOOK}" }
  production: { variables: { E: "\${env:PRODUCTION_KEY}" } }
jenkins: { credentials: { ODD: odd-credential } }
notifications: { slack: { channel: ops, token: "\${env:SLACK_BOT_TOKEN}" } }
`;
const values = Object.values(SECRETS);

/** A stage's child prints what it finds in its environment; every process of the run knows the whole configuration. */
describe('secrets of other stages', () => {
  let directory: string;
  let slack: SlackFixture;
  beforeEach(async () => {
    slack = await SlackFixture.start('{ channel: ops }');
    directory = mkdtempSync(join(tmpdir(), 'other-secrets-'));
    mkdirSync(join(directory, 'app'));
    writeFileSync(join(directory, 'automation-stack.yml'), CONFIG);
    writeFileSync(join(directory, 'site.yml'), '');
    writeFileSync(join(directory, 'app/Dockerfile'), 'FROM scratch\n');
    const printed = Object.keys(SECRETS).map((name) => `echo "${name} is $${name}"; echo "$${name}" >&2`);
    writeFileSync(join(directory, 'app/check.sh'), `${printed.join('\n')}\nexit 1\n`);
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@e.invalid', ...args], { cwd: directory });
    git('init', '--quiet', '--initial-branch=develop');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'feat: begin');
  });
  afterEach(async () => {
    await slack.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  const call = (...args: readonly string[]) => {
    const { PATH: _, ...env } = slack.env;
    return cli([...args, '--result', 'call/result.json', '--error', 'call/error.json'], {
      cwd: directory,
      env: {
        ...env,
        ...SECRETS,
        AUTOMATION_STACK_RUN: 'build-7',
        AUTOMATION_STACK_INTERRUPTION_LOG: undefined,
      },
    });
  };
  const expectNone = (text: string, where: string) => {
    for (const value of values) expect(text, where).not.to.contain(value);
  };
  const files = (folder: string): readonly string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
    );
  const expectNoneAnywhere = async () => {
    for (const folder of ['.automation-stack', 'call', 'reports'].map((name) => join(directory, name)))
      for (const file of existsSync(folder) ? files(folder) : [])
        expectNone(readFileSync(file, 'utf8'), file);
    expectNone(JSON.stringify(await slack.messages()), 'Slack');
  };

  it('stand nowhere when a stage’s child prints them', async () => {
    const ended = await call('run', '--branch', 'develop', '--only', 'test:web', '--verbose');
    expect(ended.exitCode, ended.stderr).to.equal(1);
    expect(ended.stderr).to.contain('DB_PASS is ***').and.to.contain('HOOK is ***');
    expectNone(ended.stderr + ended.stdout, 'the log');
    await expectNoneAnywhere();

    const reason = `a step said ${values.join(' ')}`;
    for (const words of [
      ['conclude', '--branch', 'develop', '--stage', 'push', '--ending', 'failed', '--reason', reason],
      ['report', '--run', 'build-7', '--junit', 'reports/stages.xml'],
      ['notify', '--env', 'staging', '--message', `the log says ${values.join(' ')}`],
    ]) {
      const { exitCode, stdout, stderr } = await call(...words);
      expect(exitCode, stderr).to.equal(0);
      expectNone(stderr + stdout, words[0] as string);
    }
    const told = JSON.stringify(await slack.messages());
    expect(told).to.contain('the log says ***').and.to.contain('the test of image web');
    expect(readFileSync(join(directory, 'reports/report.html'), 'utf8')).to.contain('***');
    await expectNoneAnywhere();
  });

  it('are masked in the report and in Slack also where the record of another process has them', async () => {
    await call('run', '--branch', 'develop', '--only', 'test:web');
    const file = join(directory, '.automation-stack/runs/build-7.json');
    const record = readFileSync(file, 'utf8');
    writeFileSync(file, record.replaceAll('DB_PASS is ***', `DB_PASS is ${SECRETS['DB_PASS']}`));
    await call('conclude', '--branch', 'develop');
    await call('report', '--run', 'build-7', '--junit', 'reports/stages.xml');
    for (const name of ['report.html', 'stages.xml'])
      expectNone(readFileSync(join(directory, 'reports', name), 'utf8'), name);
    expectNone(JSON.stringify(await slack.messages()), 'Slack');
  });
});
