import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cli } from '../../support/cli.js';

const GOOD = 'application: shop\nenvironments:\n  staging: {}\n  production: { extends: staging }\n';

describe('the command line', () => {
  let directory: string;
  const write = (text: string, name = 'automation-stack.yml') => writeFileSync(join(directory, name), text);

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'automation-stack-cli-'));
    write(GOOD);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('exits 0 and says what it found where the configuration is valid', async () => {
    const { exitCode, stdout } = await cli(['config', 'check'], { cwd: directory });
    expect(exitCode).to.equal(0);
    expect(stdout).to.contain('shop, environments staging, production');
  });

  it('takes -C before or after the verb', async () => {
    for (const argv of [
      ['-C', directory, 'config', 'check'],
      ['config', 'check', '-C', directory],
    ]) {
      expect((await cli(argv)).exitCode).to.equal(0);
    }
  });

  it('leaves what stands behind -- to the command that is run there', async () => {
    write(`application: shop
images: { web: { repository: shop/web } }
environments: { staging: { targets: { web: { kind: ecs-service, cluster: c, service: s, image: web } } } }
`);
    const words = [
      'task',
      '--env',
      'staging',
      '--dry-run',
      '--json',
      '--',
      'ls',
      '--env',
      '-C',
      '/tmp',
      '--help',
    ];
    const { exitCode, stdout, stderr } = await cli(['-C', directory, ...words], {
      env: { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    });
    expect(exitCode, stderr).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.include({
      target: 'web',
      command: ['ls', '--env', '-C', '/tmp', '--help'],
    });
  });

  it('takes another configuration file', async () => {
    write(GOOD.replace('shop', 'other'), 'other.yml');
    expect((await cli(['config', 'check', '--config', 'other.yml'], { cwd: directory })).stdout).to.contain(
      'other',
    );
  });

  it('exits 2 with every error as file:line:column', async () => {
    write('application: Shop\nenvironment: {}\n');
    const { exitCode, stderr } = await cli(['config', 'check'], { cwd: directory });
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('automation-stack.yml:1:14').and.to.contain('automation-stack.yml:2:1');
    expect(stderr).to.contain('Did you mean "environments"?');
  });

  it('says how to begin where there is no configuration', async () => {
    rmSync(join(directory, 'automation-stack.yml'));
    const { exitCode, stderr } = await cli(['config', 'check'], { cwd: directory });
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('node runner init');
  });

  it('exits 2 for an unknown command and names the nearest', async () => {
    const { exitCode, stderr } = await cli(['depoly', '--env', 'staging']);
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('Did you mean "deploy"?');
  });

  it('exits 2 for an unknown option and names the nearest', async () => {
    const { exitCode, stderr } = await cli(['config', 'show', '--jsno']);
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('--json');
  });

  it('exits 2 for an unknown environment and names the nearest', async () => {
    const { exitCode, stderr } = await cli(['config', 'show', '--env', 'stagin'], { cwd: directory });
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('Did you mean "staging"?');
  });

  it('exits 2 where a command needs an environment and none is named', async () => {
    const { exitCode, stderr } = await cli(['rollback'], { cwd: directory });
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('--env staging');
  });

  it('prints the result as JSON on stdout alone', async () => {
    const { stdout } = await cli(['config', 'check', '--json'], { cwd: directory });
    expect(JSON.parse(stdout)).to.include({ application: 'shop' });
  });

  it('prints a failure as JSON with its code', async () => {
    const { stdout } = await cli(['config', 'show', '--env', 'x', '--json'], { cwd: directory });
    expect((JSON.parse(stdout) as { error: object }).error).to.include({
      code: 'ENVIRONMENT_UNKNOWN',
      exitCode: 2,
    });
  });

  it('writes the outcome to --result FILE, also of a failure', async () => {
    const file = join(directory, 'result.json');
    await cli(['config', 'show', '--env', 'x', '--result', file], { cwd: directory });
    const outcome = JSON.parse(readFileSync(file, 'utf8')) as { exitCode: number; error: { code: string } };
    expect(outcome.exitCode).to.equal(2);
    expect(outcome.error.code).to.equal('ENVIRONMENT_UNKNOWN');
  });

  it('writes a failure to --error FILE, and takes away the one of an earlier call where there is none', async () => {
    const file = join(directory, 'error.json');
    await cli(['config', 'show', '--env', 'x', '--error', file], { cwd: directory });
    const error = JSON.parse(readFileSync(file, 'utf8')) as object;
    expect(error).to.include({ code: 'ENVIRONMENT_UNKNOWN', category: 'config' });
    await cli(['config', 'show', '--error', file], { cwd: directory });
    expect(existsSync(file)).to.equal(false);
  });

  it('refuses to work for a Jenkins library of another version, before anything else', async () => {
    const { exitCode, stderr } = await cli(['config', 'show'], { cwd: directory, library: '9.9.9' });
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('the Jenkins library is 9.9.9').and.to.contain('AUTOMATION_STACK_RUNNER');
  });

  it('shows the effective environment, durations as people write them', async () => {
    write(
      `${GOOD}images: { web: { repository: shop } }\n`.replace(
        'staging: {}',
        'staging: { targets: { web: { kind: fleet, group: web, image: web, drain: 90s } } }',
      ),
    );
    const { stdout } = await cli(['config', 'show', '--env', 'production'], { cwd: directory });
    expect(stdout).to.contain('drain: 90s').and.to.contain('environment: production');
  });

  it('masks secrets in the effective configuration', async () => {
    write(GOOD.replace('staging: {}', "staging: { variables: { password: '${env:DB_PASSWORD}' } }"));
    const { stdout } = await cli(['config', 'show', '--env', 'staging', '--resolve'], {
      cwd: directory,
      env: { DB_PASSWORD: 'correct horse' },
    });
    expect(stdout).to.contain('***').and.not.to.contain('correct horse');
  });

  it('says which variable a reference misses', async () => {
    write(GOOD.replace('staging: {}', "staging: { variables: { password: '${env:DB_PASSWORD}' } }"));
    const { exitCode, stderr } = await cli(['config', 'show', '--env', 'staging', '--resolve'], {
      cwd: directory,
    });
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('DB_PASSWORD is not set');
  });

  it('prints the stage graph of a branch that no rule matches', async () => {
    const { stdout } = await cli(['stages', '--branch', 'feature/x'], { cwd: directory });
    expect(stdout).to.contain('only built and tested');
  });
});
