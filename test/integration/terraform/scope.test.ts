import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyStep } from '../../../runner/src/infrastructure/apply.js';
import { driftStep } from '../../../runner/src/infrastructure/drift.js';
import { planStep } from '../../../runner/src/infrastructure/plan.js';
import { cli } from '../../support/cli.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = (more = '') => `
application: shop
branches: { develop: staging }
environments:
  staging:
    infrastructure:
      variables: { network: "\${env:NETWORK:-a}", release: "\${env:RELEASE:-1}" }
      scopes:
        app: [module.app]
        typo: [module.app, module.ap]
        both: [module.app, terraform_data.network]
      ${more}
`;
const ROOT = `
variable "network" { type = string }
variable "release" { type = string }
resource "terraform_data" "network" { input = var.network }
resource "terraform_data" "database" { input = var.release }
module "app" {
  source  = "./app"
  network = terraform_data.network.output
  release = var.release
}
output "app" { value = module.app.release }
output "database" { value = terraform_data.database.output }
`;
const APP = `
variable "network" { type = string }
variable "release" { type = string }
resource "terraform_data" "service" {
  for_each = toset(["blue", "green"])
  input    = { network = var.network, release = var.release }
}
output "release" { value = terraform_data.service["blue"].output.release }
`;

describe('a scope of a real root', function () {
  this.timeout(60_000);
  let stack: Deployment;
  const plan = async (options = {}) =>
    planStep(
      stack.context,
      await stack.context.environment('staging'),
      stageOf('plan:staging', stack.context),
      options,
    );
  const apply = async (options = {}) =>
    applyStep(
      stack.context,
      await stack.context.environment('staging'),
      stageOf('apply:staging', stack.context),
      options,
    );
  const drift = async (options = {}) =>
    driftStep(
      stack.context,
      await stack.context.environment('staging'),
      stageOf('drift:staging', stack.context),
      options,
    );
  /** A new process, with other values. */
  const next = async (env: Readonly<Record<string, string>> = {}) => void (stack = await stack.again(env));
  const run = (env: Readonly<Record<string, string>>, ...argv: readonly string[]) =>
    cli(argv, { cwd: stack.directory, env });
  const notices = () => stack.events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));

  beforeEach(async () => {
    stack = await deployment({
      'automation-stack.yml': CONFIG(),
      'terraform/main.tf': ROOT,
      'terraform/app/main.tf': APP,
    });
    await apply();
    await next({ RELEASE: '2' });
  });
  afterEach(() => stack.remove());

  it('is planned and applied alone, and says every time that the rest was not looked at', async () => {
    const { exitCode, stdout } = await run({ RELEASE: '2' }, 'plan', '--env', 'staging', '--scope', 'app');
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/^2 to change; 1 unchanged; scope app: the rest of the root was not checked\n/);
    expect(stdout).to.contain('~ app: "1" → (known after apply)').and.not.to.contain('database');
    expect(stdout).to.contain('Apply it: node runner apply --env staging --scope app\n');
    const applied = await run({ RELEASE: '2' }, 'apply', '--env', 'staging', '--scope', 'app', '--json');
    const result = JSON.parse(applied.stdout.trim().split('\n').at(-1) as string) as Record<string, unknown>;
    expect(result).to.include({ scope: 'app' });
    expect(result['summary']).to.match(
      /^2 changed in \d+s; scope app: the rest of the root was not checked$/,
    );
    // What is outside is as it was, and the whole root still has it to do.
    expect((await plan()).summary.headline).to.equal('1 to change; 3 unchanged');
  });

  it('keeps a plan of its own, which the plan of the whole root neither meets nor replaces', async () => {
    const [whole, part] = [await plan(), await plan({ scope: 'app' })];
    expect(part.file).to.equal(join(stack.directory, '.automation-stack/plans/staging.scope-app.tfplan'));
    expect(existsSync(whole.file) && existsSync(part.file)).to.equal(true);
    expect((await apply({ scope: 'app' })).resources).to.have.length(2);
    expect(existsSync(part.file)).to.equal(false);
  });

  it('is told without Terraform’s own warnings about targets', async () => {
    await plan({ scope: 'app' });
    await apply({ scope: 'app' });
    expect(notices()).to.deep.equal([]);
    expect(JSON.stringify(stack.events)).not.to.contain('targeting');
  });

  it('refuses a plan that changes what it depends on, names it, and keeps no plan', async () => {
    await next({ RELEASE: '2', NETWORK: 'b' });
    const refused = await rejection(plan({ scope: 'app' }), 'OUT_OF_SCOPE');
    expect(refused.message).to.equal('the plan of the scope app has 1 change outside of it');
    expect(refused.evidence).to.deep.equal(['terraform_data.network (update)']);
    expect(refused.next).to.contain('node runner plan --env staging');
    expect(existsSync(join(stack.directory, '.automation-stack/plans/staging.scope-app.tfplan'))).to.equal(
      false,
    );
    await rejection(apply({ scope: 'app' }), 'OUT_OF_SCOPE');
    expect((await plan({ scope: 'both' })).summary.headline).to.contain('3 to change');
  });

  it('refuses a plan where something outside of it moved', async () => {
    stack.write({
      'terraform/main.tf': `${ROOT.replaceAll('terraform_data" "database"', 'terraform_data" "store"').replaceAll('terraform_data.database', 'terraform_data.store')}
moved {
  from = terraform_data.database
  to   = terraform_data.store
}
`,
    });
    const refused = await rejection(plan({ scope: 'app' }), 'OUT_OF_SCOPE');
    expect(refused.evidence).to.deep.equal([
      'terraform_data.database (moved)',
      'terraform_data.store (moved)',
    ]);
  });

  it('refuses an address that names nothing, which Terraform passes over in silence', async () => {
    const refused = await rejection(plan({ scope: 'typo' }), 'CONFIG_INVALID');
    expect(refused.message).to.equal(
      'the scope typo names addresses that do not exist: module.ap (did you mean module.app?)',
    );
    expect(refused.where).to.equal('environments.staging.infrastructure.scopes.typo');
  });

  it('that is not there is refused with the nearest', async () => {
    const { exitCode, stderr } = await run({}, 'plan', '--env', 'staging', '--scope', 'ap');
    expect(exitCode).to.equal(2);
    expect(stderr).to.contain('staging has no scope "ap". Did you mean "app"?');
  });

  it('cannot be destroyed alone', async () => {
    expect((await run({}, 'plan', '--env', 'staging', '--destroy', '--scope', 'app')).exitCode).to.equal(2);
  });

  it('belongs to a named plan, which needs no second word', async () => {
    const out = join(stack.directory, 'approved.tfplan');
    await plan({ scope: 'app', out });
    expect((await apply({ plan: out })).summary).to.contain('scope app');
  });

  it('is bound to its addresses: a plan of other ones is stale', async () => {
    const out = join(stack.directory, 'approved.tfplan');
    await plan({ scope: 'app', out });
    stack.write({
      'automation-stack.yml': CONFIG().replace(
        'app: [module.app]',
        "app: ['module.app.terraform_data.service']",
      ),
    });
    await next({ RELEASE: '2' });
    const refused = await rejection(apply({ plan: out }), 'PLAN_STALE');
    expect(refused.message).to.contain(
      'the scope was app (module.app), now app (module.app.terraform_data.service)',
    );
    expect(refused.next).to.contain('--scope app');
    expect((await rejection(apply({ plan: out, scope: 'both' }), 'PLAN_STALE')).message).to.contain(
      'now both',
    );
  });

  it('has a drift of its own', async () => {
    const found = await drift({ scope: 'app' });
    expect(found).to.include({ drifted: 3, scope: 'app' });
    expect(found.headline).to.contain('scope app: the rest of the root was not checked');
    expect(found.text).to.contain('node runner apply --env staging --scope app');
    await apply({ scope: 'app' });
    await next({ RELEASE: '2' });
    expect((await drift({ scope: 'app' })).finding).to.equal(undefined);
    expect((await drift()).drifted).to.equal(2);
  });

  it('of the configuration is what a delivery run keeps to, and the report says so', async () => {
    stack.write({ 'automation-stack.yml': CONFIG('scope: app') });
    const argv = ['run', '--branch', 'develop', '--only', 'plan:staging', '--only', 'apply:staging'];
    const { exitCode, stderr } = await run({ RELEASE: '3' }, ...argv);
    expect(exitCode, stderr).to.equal(0);
    expect(stderr.match(/scope app: the rest of the root was not checked/g)?.length).to.be.greaterThan(1);
    await run({}, 'report');
    expect(readFileSync(join(stack.directory, 'reports/report.html'), 'utf8')).to.contain(
      'scope app: the rest of the root was not checked',
    );
    await next({ RELEASE: '3' });
    expect((await plan()).summary.headline).to.equal('1 to change; 3 unchanged');
  });
});
