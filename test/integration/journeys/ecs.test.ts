import { expect } from 'chai';
import type { DeploymentRecord } from '../../../runner/src/domain/records.js';
import { Project } from '../../support/project.js';

interface Status {
  readonly environment: string;
  readonly healthy?: DeploymentRecord;
}

describe('hello-ecs, from the laptop', function () {
  this.timeout(180_000);
  let project: Project;
  const running = async (environment: string) => {
    const [status] = await project.json<Status[]>('status', '--env', environment);
    return status?.healthy?.version;
  };
  const change = (text: string, message: string) => {
    project.append('app/index.html', text);
    project.commit(message);
  };

  before(async () => {
    project = Project.copyOf('hello-ecs');
    await project.expect(0, 'apply', '--env', 'staging');
    await project.expect(0, 'apply', '--env', 'production');
  });
  after(async () => {
    for (const environment of ['staging', 'production']) {
      await project.run('destroy', '--env', environment, '--yes', '--confirm', environment);
    }
    project.remove();
  });

  it('builds, pushes and deploys with one command', async () => {
    const { stderr } = await project.expect(0, 'deploy', '--env', 'staging');
    expect(stderr).to.contain('staging runs 0.1.0, healthy');
    expect(await running('staging')).to.equal('0.1.0');
  });

  it('does nothing where staging runs it already', async () => {
    const { stderr } = await project.expect(0, 'deploy', '--env', 'staging');
    expect(stderr).to.contain('already runs 0.1.0');
    expect(stderr).not.to.contain('registered');
  });

  it('promotes the very same digest from a merge commit, without a build', async () => {
    change('<!-- 1 -->', 'feat: one');
    await project.expect(0, 'deploy', '--env', 'staging');
    project.git('checkout', '--quiet', 'main');
    project.git('merge', '--quiet', '--no-ff', '--message', 'Merge develop', 'develop');
    const { stderr } = await project.expect(0, 'promote', '--env', 'production');
    expect(stderr).not.to.contain('building');
    const digests = await Promise.all(
      ['staging', 'production'].map(async (environment) => {
        const [status] = await project.json<Status[]>('status', '--env', environment);
        return status?.healthy?.targets?.['web']?.digest;
      }),
    );
    expect(digests[0])
      .to.match(/^sha256:/)
      .and.equal(digests[1]);
    project.git('checkout', '--quiet', 'develop');
  });

  it('takes an uncommitted tree to staging, marked as such, and refuses it in production', async () => {
    project.append('app/index.html', '<!-- not committed -->');
    await project.expect(0, 'deploy', '--env', 'staging');
    expect(await running('staging')).to.contain('dirty');
    const { stderr } = await project.expect(1, 'promote', '--env', 'production');
    expect(stderr).to.contain('uncommitted changes');
    project.git('checkout', '--quiet', '--', '.');
    await project.expect(0, 'deploy', '--env', 'staging');
  });

  it('rolls a release back that crashes, with its last words, and exits 3', async () => {
    const before = await running('staging');
    const serve = project.read('app/serve.sh');
    project.write('app/serve.sh', '#!/bin/sh\necho "DATABASE_URL is not set"\nexit 3\n');
    project.commit('feat: crash');
    const { stderr } = await project.expect(3, 'deploy', '--env', 'staging');
    expect(stderr).to.contain('DATABASE_URL is not set');
    expect(stderr).to.match(/exit code 3|exited with 3|code 3/i);
    expect(await running('staging')).to.equal(before);
    project.write('app/serve.sh', serve);
    project.commit('fix: serve again');
  });

  it('is undone by SIGTERM, exits 130 and leaves the old release serving', async () => {
    const before = await running('staging');
    change('<!-- 2 -->', 'feat: two');
    const deploy = project.start(['deploy', '--env', 'staging']);
    await deploy.until(/→/);
    deploy.child.kill('SIGTERM');
    const { exitCode, stderr } = await deploy.ended;
    expect(exitCode, stderr).to.equal(130);
    expect(await running('staging')).to.equal(before);
    const live = await project.expect(0, 'status', '--env', 'staging', '--live');
    expect(live.stdout).to.contain('healthy');
  });

  it('is named by the next command after SIGKILL, and made whole by deploy --resume', async () => {
    change('<!-- 3 -->', 'feat: three');
    const deploy = project.start(['deploy', '--env', 'staging']);
    await deploy.until(/→/);
    deploy.child.kill('SIGKILL');
    await deploy.ended;
    expect((await project.expect(0, 'status')).stdout).to.contain('was cut off');
    const { stderr } = await project.expect(1, 'deploy', '--env', 'staging');
    expect(stderr).to.contain('was cut off').and.to.contain('--resume');
    await project.expect(0, 'deploy', '--env', 'staging', '--resume');
    expect((await project.expect(0, 'status', '--live', '--env', 'staging')).stdout).not.to.contain(
      'cut off',
    );
  });

  it('is made whole by rollback after SIGKILL', async () => {
    const before = await running('staging');
    change('<!-- 4 -->', 'feat: four');
    const deploy = project.start(['deploy', '--env', 'staging']);
    await deploy.until(/→/);
    deploy.child.kill('SIGKILL');
    await deploy.ended;
    const { stderr } = await project.expect(0, 'rollback', '--env', 'staging');
    expect(stderr).to.contain(`back on ${before}`);
    expect(await running('staging')).to.equal(before);
  });

  it('lets exactly one of twenty racing deploys win; the others exit 4 and name it', async () => {
    change('<!-- 5 -->', 'feat: five');
    await project.expect(0, 'push', '--env', 'staging');
    const results = await Promise.all(
      Array.from({ length: 20 }, () => project.run('deploy', '--env', 'staging')),
    );
    const codes = results.map((result) => result.exitCode);
    // Who comes when the winner is done finds nothing left to do: that is a win too, but never at the same time.
    expect(codes.filter((code) => code !== 0 && code !== 4)).to.deep.equal([]);
    const moved = results.filter((result) => result.stderr.includes('registered'));
    expect(moved).to.have.lengthOf(1);
    const refused = results.find((result) => result.exitCode === 4);
    expect(refused?.stderr).to.contain('locked by tester');
  });

  it('goes back to the release before, by digest', async () => {
    const now = await running('staging');
    const { stderr } = await project.expect(0, 'rollback', '--env', 'staging');
    expect(stderr).to.contain(`(was ${now})`).and.not.to.contain('building');
  });

  it('says what a dry run would do and changes nothing', async () => {
    const before = await project.json<unknown>('history', '--env', 'staging');
    const { stdout } = await project.expect(0, 'deploy', '--env', 'staging', '--dry-run');
    expect(stdout).to.contain('Nothing was changed');
    expect(await project.json<unknown>('history', '--env', 'staging')).to.deep.equal(before);
  });

  it('says what AWS credentials are missing and where they may come from', async () => {
    const env = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', HOME: project.directory };
    const { ended } = project.start(['deploy', '--env', 'staging', '--release', '0.1.0'], env);
    const { exitCode, stderr } = await ended;
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain('AWS_CREDENTIALS_MISSING');
  });

  it('makes a report of the last run', async () => {
    await project.expect(0, 'report');
    expect(project.read('reports/report.html')).to.contain('hello-ecs');
  });
});
