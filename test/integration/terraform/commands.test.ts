import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { cli } from '../../support/cli.js';
import { deployment, type Deployment } from '../../support/deployment.js';

const CONFIG = `
application: shop
environments:
  staging:
    infrastructure: { workspace: staging, variables: { size: small, token: "\${env:APP_TOKEN}" } }
    variables: { GREETING: "it's $HOME", ADDRESS: "\${output:address}" }
`;
const ROOT = `
variable "size" { type = string }
variable "token" {
  type      = string
  sensitive = true
}
resource "terraform_data" "host" { input = var.size }
output "address" { value = "10.0.0.1" }
output "hosts" { value = { web-1 = { address = "10.0.0.1" } } }
output "token" {
  value     = var.token
  sensitive = true
}
`;

describe('the Terraform commands', function () {
  this.timeout(60_000);
  let stack: Deployment;
  const run = (...argv: readonly string[]) =>
    cli([...argv, '--env', 'staging'], { cwd: stack.directory, env: { APP_TOKEN: 'very-secret-token' } });

  before(async () => {
    stack = await deployment({ 'automation-stack.yml': CONFIG, 'terraform/main.tf': ROOT });
  });
  after(() => stack.remove());

  it('plan prints the plan and the command that applies it', async () => {
    const { exitCode, stdout } = await run('plan');
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/^1 to create\n\n {2}\+ terraform_data\.host\n/);
    expect(stdout).to.contain('Apply it: node runner apply --env staging');
  });

  it('apply --dry-run changes nothing', async () => {
    expect((await run('apply', '--dry-run')).stdout).to.contain('1 to create');
    expect((await run('output')).exitCode).to.equal(1);
  });

  it('env leaves out what is not known yet, with the reason', async () => {
    const { stdout } = await run('env');
    expect(stdout).to.contain('# ADDRESS left out: the infrastructure of staging was never applied');
  });

  it('apply prints the outputs, sensitive ones masked', async () => {
    const { exitCode, stdout, stderr } = await run('apply', '--verbose');
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.contain('address = "10.0.0.1"').and.to.contain('token   = (sensitive)');
    expect(stdout + stderr).not.to.contain('very-secret-token');
  });

  it('output prints one value bare, for scripts, and refuses sensitive ones', async () => {
    expect((await run('output', 'address')).stdout).to.equal('10.0.0.1\n');
    expect((await run('output', 'hosts.web-1')).stdout).to.equal('{"address":"10.0.0.1"}\n');
    expect(JSON.parse((await run('output', '--json')).stdout)).to.have.property('token', '(sensitive)');
    const refused = await run('output', 'token');
    expect(refused.exitCode).to.equal(1);
    expect(refused.stdout + refused.stderr).not.to.contain('very-secret-token');
  });

  it('env is what a shell can evaluate, secrets only where they are asked for', async () => {
    const plain = await run('env');
    expect(plain.stdout).to.contain('# TF_VAR_token holds a secret').and.not.to.contain('very-secret-token');
    const { stdout } = await run('env', '--secrets');
    const shown = execFileSync('sh', [
      '-c',
      `${stdout}\nprintf '%s|' "$GREETING" "$ADDRESS" "$TF_WORKSPACE" "$TF_VAR_size" "$TF_VAR_token"`,
    ]);
    expect(shown.toString()).to.equal("it's $HOME|10.0.0.1|staging|small|very-secret-token|");
    expect(JSON.parse((await run('env', '--json')).stdout)).to.include({
      DEPLOYMENT: 'shop',
      ENVIRONMENT: 'staging',
    });
  });

  it('env never writes secrets to a file', async () => {
    const { exitCode, stdout } = await run('env', '--secrets', '--result', 'result.json');
    expect(exitCode).to.equal(2);
    expect(stdout).to.equal('');
  });

  it('plan refuses a lock timeout that is no duration', async () => {
    const { exitCode, stderr } = await run('plan', '--lock-timeout', 'soon');
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('--lock-timeout soon is not a duration');
  });

  it('destroy shows what would go and exits 1 without a yes', async () => {
    const { exitCode, stderr } = await run('destroy');
    expect(exitCode).to.equal(1);
    expect(stderr)
      .to.contain('- terraform_data.host')
      .and.to.contain('node runner destroy --env staging --yes');
    expect((await run('destroy', '--yes')).exitCode).to.equal(0);
  });
});
