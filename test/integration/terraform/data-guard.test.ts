import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode, StackError } from '../../../runner/src/base/errors.js';
import { pipelineOf } from '../../../runner/src/pipeline/rules/stageGraph.js';
import { pipelineInput } from '../../../runner/src/pipeline/rules/pipelineInput.js';
import { applyStep } from '../../../runner/src/infrastructure/apply.js';
import type { ApplyOptions } from '../../../runner/src/infrastructure/applyOptions.js';
import { destroyStep } from '../../../runner/src/infrastructure/destroy.js';
import { planStep, type PlanOptions } from '../../../runner/src/infrastructure/plan.js';
import { runStages } from '../../../runner/src/pipeline/run.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = (protect = 'module.data, terraform_data.disk') => `
application: shop
branches: { main: production }
environments:
  staging:
    infrastructure: { protect: [${protect}] }
  production:
    extends: staging
    promotion: { from: staging, approval: required }
    infrastructure: { workspace: production }
`;
const ROOT = (version: number) => `
module "data" {
  source  = "./data"
  version_of = ${version}
}
resource "terraform_data" "disk" { for_each = toset(["a"]) }
resource "terraform_data" "web" { triggers_replace = ${version} }
`;
const MODULE = `
variable "version_of" {}
resource "terraform_data" "main" { triggers_replace = var.version_of }
`;
const DATABASE = 'module.data.terraform_data.main';

describe('data is destroyed by its name only', function () {
  this.timeout(60_000);
  let stack: Deployment;
  const environment = (name = 'staging') => stack.context.environment(name);
  const plan = async (options: PlanOptions = {}, name?: string) =>
    planStep(stack.context, await environment(name), stageOf('plan', stack.context), options);
  const apply = async (options: ApplyOptions = {}, name?: string) =>
    applyStep(stack.context, await environment(name), stageOf('apply', stack.context), options);
  const refused = (running: Promise<unknown>, code: ErrorCode = 'DATA_LOSS_REFUSED'): Promise<StackError> =>
    rejection(running, code);
  const change = () => stack.write({ 'terraform/main.tf': ROOT(2) });
  const addresses = () =>
    execFileSync('terraform', [`-chdir=${stack.directory}/terraform`, 'state', 'list'], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
      .trim()
      .split('\n');

  beforeEach(async () => {
    stack = await deployment({
      'automation-stack.yml': CONFIG(),
      'terraform/main.tf': ROOT(1),
      'terraform/data/main.tf': MODULE,
    });
    await apply();
  });
  afterEach(() => stack.remove());

  it('refuses a replacement, says in the plan what to type, and applies that very plan once it is named', async () => {
    change();
    const planned = await plan();
    expect(planned.summary.losses).to.deep.equal([
      {
        address: DATABASE,
        action: 'replace',
        holds: 'protected by the configuration',
        forcedBy: ['triggers_replace'],
      },
    ]);
    expect(planned.text).to.contain(`DATA WOULD BE LOST\n  ! ${DATABASE}`);
    expect(planned.next).to.equal(`node runner apply --env staging --allow-destroy ${DATABASE}`);

    const error = await refused(apply());
    expect(error.next).to.contain(planned.next);
    expect(error.evidence.join('\n')).to.contain('replaced, triggers_replace forces it');
    expect((await apply({ allowDestroy: ['terraform_data.main'] })).summary).to.match(
      /^2 created, 2 destroyed/,
    );
    expect(stack.events.filter(({ type }) => type === 'notice')).to.deep.equal([]);
  });

  it('refuses a plan file too, and names it in what to type', async () => {
    change();
    const out = join(stack.directory, 'reviewed.tfplan');
    await plan({ out });
    const error = await refused(apply({ plan: out }));
    expect(error.next).to.contain(`apply --env staging --plan reviewed.tfplan --allow-destroy ${DATABASE}`);
  });

  it('asks for each name when all is destroyed, beside the yes', async () => {
    const destroy = async (options: object) =>
      destroyStep(stack.context, await environment(), stageOf('destroy', stack.context), {
        yes: true,
        ...options,
      });
    const command = `node runner destroy --env staging --yes --allow-destroy 'terraform_data.disk["a"]' --allow-destroy ${DATABASE}`;
    expect((await refused(destroy({ yes: false }), 'APPROVAL_REQUIRED')).next).to.contain(command);
    expect((await refused(destroy({ allowDestroy: ['main'] }))).next).to.contain(command);
    await refused(destroy({ allowDestroy: ['main', 'disc'] }), 'USAGE');
    expect(addresses()).to.have.length(3);
    expect((await destroy({ allowDestroy: ['main', 'disk'] })).summary).to.match(/^3 destroyed/);
  });

  it('meets a protection that was written down after the plan was made', async () => {
    stack.write({ 'automation-stack.yml': CONFIG('') });
    stack = await stack.again();
    change();
    expect((await plan()).summary.losses).to.deep.equal([]);
    stack.write({ 'automation-stack.yml': CONFIG() });
    stack = await stack.again();
    await refused(apply());
  });

  it('warns of a protection that names nothing', async () => {
    stack.write({ 'automation-stack.yml': CONFIG('terraform_data.dsik') });
    stack = await stack.again();
    await plan();
    const notice = stack.events.find(({ type }) => type === 'notice');
    expect(notice).to.have.property('message').that.contains('terraform_data.dsik, which is not in the plan');
    expect(notice).to.have.property('message').that.contains('Did you mean "terraform_data.disk"?');
  });

  it('holds for the apply stage of an approved run, which takes the same names', async () => {
    await apply({}, 'production');
    change();
    stack = await stack.again();
    const config = await stack.context.config();
    const pipeline = pipelineOf(pipelineInput(config), 'main').stages;
    const only = (...kinds: readonly string[]) =>
      pipeline.filter(({ kind }) => kinds.includes(kind)).map((stage) => ({ ...stage, needs: [] }));
    const run = (kind: string, allowDestroy: readonly string[] = []) =>
      runStages(stack.context, { stages: only(kind), pipeline, approvedBy: ['Ann'], allowDestroy });
    await run('plan');
    expect((await refused(run('apply'))).next).to.contain('`node runner run`');
    await run('apply', ['main']);
    await plan({}, 'production');
  });

  it('plans anew where the state moved on under a plan without changes, and says both serials', async () => {
    expect((await plan()).summary.hasChanges).to.equal(false);
    const other = await stack.again();
    execFileSync(
      'terraform',
      [`-chdir=${other.directory}/terraform`, 'apply', '-auto-approve', '-replace=terraform_data.web'],
      {
        stdio: 'pipe',
      },
    );
    await apply();
    const notice = stack.events.find(({ type }) => type === 'notice');
    expect(notice)
      .to.have.property('message')
      .that.matches(/the state changed after it was made: serial was \d+, now \d+$/);
  });

  it('holds a plan for stale that an older runner kept, and one whose state is another', async () => {
    const out = join(stack.directory, 'kept.tfplan');
    await plan({ out });
    const description = `${out}.json`;
    const saved = JSON.parse(readFileSync(description, 'utf8')) as { binding: { state?: object } };
    const { state, ...binding } = saved.binding;
    expect(state).to.have.property('serial').that.is.above(0);
    writeFileSync(description, JSON.stringify({ ...saved, binding }));
    expect((await refused(apply({ plan: out }), 'PLAN_STALE')).message).to.contain(
      'it does not say for which state it was made',
    );
    writeFileSync(
      description,
      JSON.stringify({ ...saved, binding: { ...binding, state: { ...state, lineage: 'x' } } }),
    );
    expect((await refused(apply({ plan: out }), 'PLAN_STALE')).message).to.contain(
      'the state is not the one',
    );
  });
});
