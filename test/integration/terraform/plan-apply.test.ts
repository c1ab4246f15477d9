import { expect } from 'chai';
import { statSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { applyStep } from '../../../runner/src/infrastructure/apply.js';
import { readOutputs } from '../../../runner/src/infrastructure/outputs.js';
import { planStep } from '../../../runner/src/infrastructure/plan.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = (size = 'small') => `
application: shop
environments:
  staging:
    infrastructure:
      workspace: staging
      variables: { size: ${size}, password: "\${env:DB_PASSWORD}", zones: [a, b] }
  production:
    extends: staging
    infrastructure: { workspace: production, variables: { size: large } }
`;
const ROOT = `
variable "size" { type = string }
variable "zones" { type = list(string) }
variable "password" {
  type      = string
  sensitive = true
}
resource "terraform_data" "network" { input = var.zones }
resource "terraform_data" "host" {
  for_each = toset(["web-1"])
  input    = { name = each.key, tags = { Size = var.size } }
}
resource "terraform_data" "database" {
  triggers_replace = [var.size]
  input            = { password = var.password }
}
output "size" { value = var.size }
output "password" {
  value     = var.password
  sensitive = true
}
`;
const ENV = { DB_PASSWORD: 'correct-horse' };

describe('plan and apply on a real root', function () {
  this.timeout(60_000);
  let stack: Deployment;
  const plan = async (options = {}, name = 'staging') =>
    planStep(
      stack.context,
      await stack.context.environment(name),
      stageOf(`plan:${name}`, stack.context),
      options,
    );
  const apply = async (options = {}, name = 'staging') =>
    applyStep(
      stack.context,
      await stack.context.environment(name),
      stageOf(`apply:${name}`, stack.context),
      options,
    );
  /** A new process, as every command is one. */
  const next = async () => void (stack = await stack.again());

  beforeEach(async () => {
    stack = await deployment({ 'automation-stack.yml': CONFIG(), 'terraform/main.tf': ROOT }, ENV);
  });
  afterEach(() => stack.remove());

  it('plans everything as created in a new environment', async () => {
    const { summary } = await plan();
    expect(summary.headline).to.equal('3 to create');
    expect(summary.resources.map(({ action, address }) => `${action} ${address}`)).to.deep.equal([
      'create terraform_data.database',
      'create terraform_data.host["web-1"]',
      'create terraform_data.network',
    ]);
  });

  it('keeps the plan and what it is bound to readable by its owner only', async () => {
    const { file } = await plan();
    for (const path of [file, `${file}.json`]) expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(file).to.equal(join(stack.directory, '.automation-stack/plans/staging.tfplan'));
  });

  it('lets no sensitive value into the summary, the text or the events', async () => {
    const planned = await plan();
    await apply();
    const told = JSON.stringify([planned, stack.events]);
    expect(told).not.to.contain('correct-horse');
    expect(planned.text).to.contain('+ password: (sensitive)');
  });

  it('applies the saved plan, tells each resource’s progress and gives the outputs', async () => {
    await plan();
    await next();
    const result = await apply();
    expect(result.summary).to.match(/^3 created in \d+s$/);
    expect(result.outputs['size']).to.deep.equal({ value: 'small', sensitive: false });
    const ended = stack.events.flatMap((event) =>
      event.type === 'stage.progress' && event.status === 'ok'
        ? [`${event.subject} ${event.done}/${event.total}`]
        : [],
    );
    expect(ended).to.have.length(3);
    expect(ended.at(-1)).to.match(/ 3\/3$/);
    expect(stack.events.filter((event) => event.type === 'notice')).to.deep.equal([]);
  });

  it('plans by itself where no plan was saved', async () => {
    expect((await apply()).summary).to.match(/^3 created/);
  });

  it('finds nothing to do the second time, and leaves the state alone', async () => {
    await apply();
    await next();
    const planned = await plan();
    expect(planned.summary.hasChanges).to.equal(false);
    expect(planned.text).to.equal('no changes; 3 unchanged');
    expect((await apply()).summary).to.equal('no changes');
  });

  it('tells a change from a replacement, and which attribute forces that', async () => {
    await apply();
    stack.write({ 'automation-stack.yml': CONFIG('medium') });
    await next();
    const { text } = await plan();
    expect(text).to.contain('1 to change, 1 to replace; 1 unchanged');
    expect(text).to.contain('-/+ terraform_data.database');
    expect(text).to.contain('triggers_replace: ["small"] → ["medium"]  # forces replacement');
    expect(text).to.contain('input.tags.Size: "small" → "medium"');
    expect(text).to.contain('(known after apply)');
    expect(text).to.contain('~ size: "small" → "medium"');
  });

  it('plans again where the saved plan no longer fits, and says what changed', async () => {
    await plan();
    stack.write({ 'automation-stack.yml': CONFIG('medium'), 'terraform/extra.tf': '# new' });
    await next();
    const result = await apply();
    expect(result.outputs['size']?.value).to.equal('medium');
    const notice = stack.events.find((event) => event.type === 'notice');
    expect(notice).to.have.property(
      'message',
      'the saved plan no longer fits, planning again: values of variables changed; files changed: extra.tf (new)',
    );
  });

  it('refuses a plan that was named and no longer fits', async () => {
    const out = join(stack.directory, 'reviewed.tfplan');
    await plan({ out });
    stack.write({ 'terraform/main.tf': `${ROOT}\n# changed` });
    await next();
    const error = await rejection(apply({ plan: out }), 'PLAN_STALE');
    expect(error.message).to.contain('files changed: main.tf');
    expect(error.next).to.contain('node runner plan --env staging --out reviewed.tfplan');
  });

  it('refuses a named plan of another environment', async () => {
    const out = join(stack.directory, 'reviewed.tfplan');
    await plan({ out });
    const error = await rejection(apply({ plan: out }, 'production'), 'PLAN_STALE');
    expect(error.message).to.contain('the environment was staging, now production');
  });

  it('refuses a named plan whose state moved on, and one that destroys', async () => {
    const out = join(stack.directory, 'reviewed.tfplan');
    await plan({ out });
    await apply();
    expect((await rejection(apply({ plan: out }), 'PLAN_STALE')).message).to.contain('the state changed');
    await plan({ out, destroy: true });
    expect((await rejection(apply({ plan: out }), 'PLAN_STALE')).message).to.contain('plan to destroy');
  });

  it('plans anew where the state moved on under the saved plan', async () => {
    await plan();
    const other = await stack.again();
    const staging = await other.context.environment('staging');
    const out = join(stack.directory, 'other.tfplan');
    stack.write({ 'automation-stack.yml': CONFIG() });
    await planStep(other.context, staging, stageOf('plan', other.context), { out });
    await applyStep(other.context, staging, stageOf('apply', other.context), { plan: out });
    expect((await apply()).summary).to.equal('no changes');
  });

  it('keeps environments of one root apart, also side by side', async () => {
    await Promise.all([apply(), apply({}, 'production')]);
    const sizes = await Promise.all(
      ['staging', 'production'].map(async (name) =>
        readOutputs(stack.context, await stack.context.environment(name)),
      ),
    );
    expect(sizes.map(({ size }) => size)).to.deep.equal(['small', 'large']);
  });

  it('gives the outputs as they are after an apply in the same process', async () => {
    await apply();
    const staging = await stack.context.environment('staging');
    expect(await readOutputs(stack.context, staging)).to.have.property('size', 'small');
    stack.write({ 'terraform/main.tf': ROOT.replace('value = var.size', 'value = "other"') });
    await apply();
    expect(await readOutputs(stack.context, staging)).to.have.property('size', 'other');
  });

  it('shows Terraform’s own words and place for a root that is wrong', async () => {
    stack.write({ 'terraform/broken.tf': 'output "x" {\n  value = var.nope\n}\n' });
    const error = await rejection(plan(), 'TERRAFORM_FAILED');
    expect(error.message).to.equal('terraform plan failed: Reference to undeclared input variable');
    expect(error.where).to.equal(join(stack.directory, 'terraform/broken.tf:2:11'));
    expect(existsSync(join(stack.directory, '.automation-stack/plans/staging.tfplan'))).to.equal(false);
  });

  it('warns of a variable that the root does not declare', async () => {
    stack.write({ 'automation-stack.yml': CONFIG().replace('size: large', 'size: large, sise: x') });
    await next();
    await plan({}, 'production');
    const notice = stack.events.find((event) => event.type === 'notice');
    expect(notice).to.have.property('message').that.contains('"sise"');
  });

  it('masks what the plan marks as sensitive in the process that applies it, which has not made it', async () => {
    const root = `
variable "made" {
  default   = "k3Jf9sLq-2Zx8-made"
  sensitive = true
}
resource "terraform_data" "says" {
  input = var.made
  provisioner "local-exec" {
    environment = { MADE = "\${nonsensitive(var.made)}" }
    command     = "echo it is $MADE; echo $MADE | base64"
  }
}
`;
    stack.remove();
    stack = await deployment({ 'automation-stack.yml': CONFIG(), 'terraform/main.tf': ROOT + root }, ENV);
    await plan();
    await next();
    await apply({ approved: true });
    const told = JSON.stringify(stack.events);
    expect(told).to.contain('it is ***');
    expect(told).not.to.match(/k3Jf9sLq|x8-made|azNKZjlzTHEt/);
  });
});
