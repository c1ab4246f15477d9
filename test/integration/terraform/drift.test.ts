import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { EventOf, StackEvent } from '../../../runner/src/events/events.js';
import type { DriftResult } from '../../../runner/src/infrastructure/drift.js';
import { cli } from '../../support/cli.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { SlackFixture } from '../../support/slackFixture.js';

const CONFIG = (size = 'small') => `
application: shop
environments:
  staging:
    infrastructure: { workspace: staging, variables: { size: ${size}, token: "\${env:APP_TOKEN}" } }
`;
const ROOT = `
variable "size" { type = string }
variable "token" {
  type      = string
  sensitive = true
}
resource "terraform_data" "network" { input = "10.0.0.0/16" }
resource "terraform_data" "host" { input = { size = var.size, token = var.token } }
output "size" { value = var.size }
`;

describe('drift on a real root', function () {
  this.timeout(60_000);
  let stack: Deployment;
  let temporary: string;
  const run = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    cli([...argv, '--env', 'staging'], {
      cwd: stack.directory,
      env: { ...env, APP_TOKEN: 'very-secret-token', TMPDIR: temporary },
    });
  const drift = async () => {
    const file = join(temporary, 'result.json');
    const { exitCode, stdout, stderr } = await run(['drift', '--result', file]);
    const result = JSON.parse(readFileSync(file, 'utf8')) as {
      data: DriftResult;
      status: string;
      error?: { message: string };
    };
    rmSync(file);
    return { exitCode, stdout, stderr, ...result };
  };
  const plans = join('.automation-stack', 'plans');

  beforeEach(async () => {
    temporary = mkdtempSync(join(tmpdir(), 'automation-stack-drift-'));
    stack = await deployment({ 'automation-stack.yml': CONFIG(), 'terraform/main.tf': ROOT });
    expect((await run(['apply'])).exitCode).to.equal(0);
  });
  afterEach(() => {
    stack.remove();
    rmSync(temporary, { recursive: true, force: true });
  });

  it('exits 0 and says so where everything is as configured', async () => {
    const { exitCode, stdout, data, status } = await drift();
    expect(exitCode).to.equal(0);
    expect(status).to.equal('ok');
    expect(stdout).to.equal('staging has not drifted; 2 unchanged\n');
    expect(data).to.deep.equal({
      environment: 'staging',
      workspace: 'staging',
      drifted: 0,
      changes: [],
      leftAlone: [],
    });
  });

  it('exits 5 with each address where the configuration was not applied', async () => {
    stack.write({ 'automation-stack.yml': CONFIG('large') });
    const { exitCode, stdout, stderr, data, error } = await drift();
    expect(exitCode).to.equal(5);
    // What Jenkins makes the build's message.
    expect(error?.message).to.contain('(terraform_data.host, output.size)');
    expect(data.drifted).to.equal(2);
    expect(data.changes.map(({ address, action, cause }) => `${cause} ${action} ${address}`)).to.deep.equal([
      'configuration change terraform_data.host',
      'configuration change output.size',
    ]);
    expect(stdout).to.contain('input.size: "small" → "large"');
    expect(stdout).to.contain('node runner apply --env staging');
    expect(stderr).to.contain('DRIFT_FOUND');
    expect(stdout + stderr + JSON.stringify(data)).not.to.contain('very-secret-token');
  });

  it('finds what is gone from the state', async () => {
    execFileSync('terraform', ['state', 'rm', 'terraform_data.network'], {
      cwd: join(stack.directory, 'terraform'),
      env: { ...process.env, TF_WORKSPACE: 'staging' },
      stdio: 'ignore',
    });
    const { exitCode, data } = await drift();
    expect(exitCode).to.equal(5);
    expect(data.changes[0]).to.include({ address: 'terraform_data.network', action: 'create' });
  });

  it('is not what the configuration leaves to the delivery', async () => {
    const moved = (lifecycle: string) => `resource "terraform_data" "service" {
  input = "revision-1"
  ${lifecycle}
}
`;
    stack.write({ 'terraform/service.tf': moved('lifecycle { ignore_changes = [input] }') });
    expect((await run(['apply'])).exitCode).to.equal(0);
    // As a delivery would: the service is at another revision than Terraform set.
    const state = join(stack.directory, 'terraform/terraform.tfstate.d/staging/terraform.tfstate');
    writeFileSync(state, readFileSync(state, 'utf8').replaceAll('revision-1', 'revision-2'));
    expect((await drift()).exitCode).to.equal(0);
    stack.write({ 'terraform/service.tf': moved('') });
    const { exitCode, data } = await drift();
    expect(exitCode).to.equal(5);
    expect(data.changes.map(({ address }) => address)).to.deep.equal(['terraform_data.service']);
  });

  it('is shown by status: never checked, none, drifted, outdated by an apply', async () => {
    const shown = async () => (await run(['status'])).stdout.trim().split('\n').at(-1);
    expect(await shown()).to.equal('staging: drift: never checked, type: node runner drift --env staging');
    await drift();
    expect(await shown()).to.equal('staging: drift: none, checked just now');
    stack.write({ 'automation-stack.yml': CONFIG('large') });
    await drift();
    expect(await shown()).to.match(/^staging: drift: 2 drifted, checked just now, type: /);
    const [status] = JSON.parse((await run(['status', '--json'])).stdout) as [
      { drift: Record<string, unknown> },
    ];
    expect(status.drift).to.include({
      drifted: 2,
      headline: 'staging has drifted: 2 not applied yet (terraform_data.host, output.size); 1 unchanged',
    });
    expect(status.drift).to.have.keys('checkedAt', 'who', 'drifted', 'headline');
    await run(['apply']);
    expect(await shown()).to.match(/2 drifted, checked just now; outdated by \S+’s apply just now, type: /);
    await drift();
    expect(await shown()).to.equal('staging: drift: none, checked just now');
  });

  it('leaves a plan that waits for its approval as it is, and no file behind', async () => {
    stack.write({ 'automation-stack.yml': CONFIG('large') });
    await run(['plan']);
    const file = join(stack.directory, plans, 'staging.tfplan');
    const before = [readFileSync(file).toString('base64'), statSync(file).mtimeMs];
    const files = readdirSync(join(stack.directory, plans));
    expect((await drift()).exitCode).to.equal(5);
    expect([readFileSync(file).toString('base64'), statSync(file).mtimeMs]).to.deep.equal(before);
    expect(readdirSync(join(stack.directory, plans))).to.deep.equal(files);
    expect(readdirSync(temporary)).to.deep.equal([]);
    const { exitCode, stderr } = await run(['apply']);
    expect(exitCode, stderr).to.equal(0);
    expect(stderr).not.to.contain('planning again');
    expect((await drift()).exitCode).to.equal(0);
  });

  it('is told to the views like a failure, so that Slack and Jenkins hear of it', async () => {
    stack.write({ 'automation-stack.yml': CONFIG('large') });
    const lines = (await run(['drift', '--json'])).stdout.trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as Partial<StackEvent> & Record<string, unknown>);
    for (const type of ['stage.end', 'run.end']) {
      const { status, error } = events.find((event) => event.type === type) as unknown as EventOf<'run.end'>;
      expect(status).to.equal('failed');
      expect(error).to.include({ code: 'DRIFT_FOUND', exitCode: 5 });
      expect(error?.evidence).to.include('terraform_data.host: not applied yet (apply: change)');
    }
    // What it gives back comes last all the same: it did what it was asked.
    expect(events.at(-1)).to.include({ environment: 'staging', drifted: 2 });
  });

  it('stands in Slack with each address and what to type next, and only where there is some', async () => {
    const slack = await SlackFixture.start('{ channel: ops }');
    try {
      const settings = 'notifications: { slack: { channel: ops, token: "${env:SLACK_BOT_TOKEN}" } }\n';
      stack.write({ 'automation-stack.yml': CONFIG() + settings });
      await run(['drift'], slack.env);
      expect(await slack.messages(), 'no drift is no news').to.deep.equal([]);
      stack.write({ 'automation-stack.yml': CONFIG('large') + settings });
      await run(['drift'], slack.env);
      const messages = await slack.messages();
      expect(messages[0]?.text).to.contain('staging has drifted: 2 not applied yet (terraform_data.host, ');
      expect(JSON.stringify(messages.slice(1)))
        .to.contain('terraform_data.host: not applied yet')
        .and.contain('node runner apply --env staging');
    } finally {
      await slack.remove();
    }
  });

  it('is recorded as a run, with what was found', async () => {
    stack.write({ 'automation-stack.yml': CONFIG('large') });
    await drift();
    await run(['report']);
    const report = readFileSync(join(stack.directory, 'reports/report.html'), 'utf8');
    expect(report).to.contain('Check staging for drift').and.to.contain('not applied yet');
  });

  it('leaves no file behind where planning fails, and says why', async () => {
    stack.write({ 'terraform/broken.tf': 'output "x" {\n  value = var.nope\n}\n' });
    const { exitCode, stderr } = await run(['drift']);
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain('TERRAFORM_FAILED');
    expect(readdirSync(temporary)).to.deep.equal([]);
    expect(existsSync(join(stack.directory, plans, 'staging.tfplan'))).to.equal(false);
  });
});
