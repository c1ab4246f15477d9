import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cli } from '../../support/cli.js';
import { deployment, type Deployment } from '../../support/deployment.js';

const CONFIG = `application: shop
branches: { develop: staging }
images: { web: { context: app, repository: shop/web, test: 'true' } }
environments:
  staging:
    infrastructure: { workspace: staging }
    provision: { playbooks: [docker-host.yml] }
    targets: { web: { kind: fleet, group: web, image: web } }
`;
const ROOT = `resource "terraform_data" "host" { input = "small" }
output "hosts" { value = { web-1 = { address = "127.0.0.1", groups = ["web"] } } }
`;

describe('a dry run', function () {
  this.timeout(60_000);
  let stack: Deployment;
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], {
      cwd: stack.directory,
    });
  const dryRun = (...more: string[]) =>
    cli(['run', '--branch', 'develop', '--dry-run', ...more], { cwd: stack.directory });

  beforeEach(async () => {
    stack = await deployment({
      'automation-stack.yml': CONFIG,
      'terraform/main.tf': ROOT,
      'app/Dockerfile': 'FROM scratch\n',
      '.gitignore': '.automation-stack\n.terraform*\n',
    });
    git('init', '--quiet', '--initial-branch=develop');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'feat: begin');
  });
  afterEach(() => stack.remove());

  it('tells what each stage would do: images, the plan, what moves', async () => {
    const { exitCode, stdout } = await dryRun();
    expect(stdout)
      .to.match(/^build:web\n {2}Would build web /m)
      .and.match(/^push\n {2}Would make release \S+ in the registry of staging\.\n {4}shop\/web: /m)
      .and.match(/^plan:staging\n {2}1 to create/m)
      .and.contain('+ terraform_data.host')
      .and.match(/Nothing was changed\.\n$/);
    expect(exitCode).to.equal(0);
    expect(existsSync(join(stack.directory, '.automation-stack/runs'))).to.equal(false);
    expect(
      existsSync(join(stack.directory, 'terraform/terraform.tfstate.d/staging/terraform.tfstate')),
    ).to.equal(false);
  });

  it('says of what is yet to be made that it is told once it is there', async () => {
    expect((await dryRun()).stdout).to.match(
      /^deploy:staging\n {2}Known only after apply:staging has run\.$/m,
    );
  });

  it('fails where a stage could not even be planned, and tells of the others all the same', async () => {
    stack.write({ 'terraform/main.tf': 'resource "terraform_data" "host" { input = var.missing }\n' });
    const { exitCode, stdout, stderr } = await dryRun();
    expect(stdout)
      .to.match(/^build:web\n {2}Would build web /m)
      .and.match(/^plan:staging\n {2}Unknown: /m);
    expect(stderr).to.contain('TERRAFORM_FAILED');
    expect(exitCode).to.equal(1);
  });

  it('tells of the chosen stages alone', async () => {
    const { stdout } = await dryRun('--only', 'build:web');
    expect(stdout).to.contain('Would build web').and.not.contain('plan:staging');
  });
});
