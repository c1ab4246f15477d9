import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { OwnershipRecord } from '../../../runner/src/domain/ownership.js';
import { cli } from '../../support/cli.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { emulator, makeBucket } from '../../support/stateStores.js';

/** What a team shares. */
const BASE = `
variable "size" { default = 1 }
resource "terraform_data" "network" { triggers_replace = var.size }
resource "terraform_data" "spare" {}
output "network" { value = { id = terraform_data.network.id } }
`;
const SHOP = `
variable "existing" {
  type    = map(string)
  default = {}
}
variable "token" {
  type      = string
  sensitive = true
  default   = ""
}
resource "terraform_data" "web" { input = var.existing }
`;

describe('ownership on real roots', function () {
  this.timeout(60_000);
  let shared: string;
  let base: Deployment;
  let shop: Deployment;
  const run = (stack: Deployment, ...argv: readonly string[]) =>
    cli(argv, { cwd: stack.directory, env: { AUTOMATION_STACK_WHO: 'ann', APP_TOKEN: 'very-secret-token' } });
  const ok = async (stack: Deployment, ...argv: readonly string[]) => {
    const result = await run(stack, ...argv);
    expect(result.exitCode, result.stderr).to.equal(0);
    return result;
  };
  const network = () => {
    const state = execFileSync('terraform', ['-chdir=terraform', 'output', '-json'], {
      cwd: base.directory,
      stdio: 'pipe',
    });
    return (JSON.parse(state.toString()) as { network: { value: { id: string } } }).network.value.id;
  };
  const recordFile = (application: string, environment = 'production') =>
    join(shared, '_ownership/deployments', application, `${environment}.json`);
  const record = (application: string, environment?: string) =>
    JSON.parse(readFileSync(recordFile(application, environment), 'utf8')) as OwnershipRecord;
  const remaining = () =>
    execFileSync('terraform', ['-chdir=terraform', 'state', 'list'], {
      cwd: base.directory,
      encoding: 'utf8',
    });

  beforeEach(async () => {
    shared = mkdtempSync(join(tmpdir(), 'automation-stack-shared-'));
    const state = `state: { location: ${shared} }\n`;
    base = await deployment({
      'automation-stack.yml': `application: base\nenvironments:\n  production:\n    infrastructure: {}\n${state}`,
      'terraform/main.tf': BASE,
    });
    await ok(base, 'apply', '--env', 'production');
    shop = await deployment({
      'automation-stack.yml': `application: shop\nenvironments:\n  production:\n    infrastructure:\n      variables: { existing: { network: ${network()} }, token: "\${env:APP_TOKEN}" }\n${state}`,
      'terraform/main.tf': SHOP,
    });
    await ok(shop, 'apply', '--env', 'production');
  });
  afterEach(() => {
    base.remove();
    shop.remove();
    rmSync(shared, { recursive: true, force: true });
  });

  it('refuses a destroy of what another application reuses, and says who, where, since when and what to type', async () => {
    const { exitCode, stderr } = await run(base, 'destroy', '--env', 'production', '--yes');
    expect(exitCode).to.equal(1);
    expect(stderr)
      .to.contain('STILL_REUSED')
      .and.to.contain('shop/production reuses what would be destroyed');
    expect(stderr).to.match(
      /shop\/production uses terraform_data\.network \([0-9a-f-]{36}\) in var\.existing\.network since 2\d{3}-\d\d-\d\d, applied by ann/,
    );
    expect(stderr).to.contain('destroy --env production --yes --forget-reuse shop/production');
    expect(remaining()).to.contain('terraform_data.network');
  });

  it('lets it go when the other one is destroyed, and forgets both', async () => {
    await ok(shop, 'destroy', '--env', 'production', '--yes');
    expect(existsSync(recordFile('shop'))).to.equal(false);
    const { stderr } = await ok(base, 'destroy', '--env', 'production', '--yes');
    expect(stderr).to.contain('nobody reuses what would be destroyed: asked 0 other deployments');
    expect(existsSync(recordFile('base'))).to.equal(false);
  });

  it('lets it go when the other one uses something else by now', async () => {
    const file = join(shop.directory, 'automation-stack.yml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(network(), 'something-else'));
    await ok(shop, 'apply', '--env', 'production');
    await ok(base, 'destroy', '--env', 'production', '--yes');
  });

  it('refuses an apply that replaces what is reused, and none that replaces what is not', async () => {
    const { exitCode, stderr } = await cli(['apply', '--env', 'production'], {
      cwd: base.directory,
      env: { TF_VAR_size: '2' },
    });
    expect(exitCode).to.equal(1);
    expect(stderr)
      .to.contain('STILL_REUSED')
      .and.to.contain('apply --env production --forget-reuse shop/production');
    expect(stderr).not.to.contain('terraform_data.spare (');
    base.write({ 'terraform/main.tf': BASE.replace('resource "terraform_data" "spare" {}', '') });
    await ok(base, 'apply', '--env', 'production');
  });

  it('forgets a deployment that is gone, only together with the consent, and only what goes', async () => {
    const words = ['destroy', '--env', 'production', '--forget-reuse', 'shop/production'];
    expect((await run(base, ...words)).stderr).to.contain('APPROVAL_REQUIRED');
    expect(record('shop').reuses).to.have.length(1);
    const typo = await run(
      base,
      'destroy',
      '--env',
      'production',
      '--yes',
      '--forget-reuse',
      'shop/prodction',
    );
    expect(typo.stderr).to.contain('STILL_REUSED').and.to.contain('Did you mean "shop/production"?');
    await ok(base, ...words, '--yes');
    expect(record('shop').reuses).to.deep.equal([]);
    expect(record('shop').owns).to.have.length(1);
  });

  it('records ids and addresses, and nothing of what is sensitive', () => {
    const { owns, reuses, who } = record('shop');
    expect(owns.map(({ address }) => address)).to.deep.equal(['terraform_data.web']);
    expect(reuses.map(({ id, from }) => [id, from])).to.deep.equal([[network(), 'var.existing.network']]);
    expect(who).to.equal('ann');
    expect(readFileSync(recordFile('shop'), 'utf8')).not.to.contain('very-secret-token');
  });

  it('counts another environment of the same application, also one that reads its state', async () => {
    base.write({
      'automation-stack.yml': `application: base\nenvironments:\n  production:\n    infrastructure: {}\n  staging:\n    infrastructure: { directory: reader }\nstate: { location: ${shared} }\n`,
      'reader/main.tf': `data "terraform_remote_state" "base" {
  backend = "local"
  config  = { path = "../terraform/terraform.tfstate" }
}
resource "terraform_data" "web" { input = data.terraform_remote_state.base.outputs.network.id }
`,
    });
    await ok(shop, 'destroy', '--env', 'production', '--yes');
    await ok(base, 'apply', '--env', 'staging');
    const { exitCode, stderr } = await run(base, 'destroy', '--env', 'production', '--yes');
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain('in data.terraform_remote_state.base.outputs.network.id');
    expect(stderr).to.contain('base/staging reuses what would be destroyed');
  });

  it('refuses to destroy one state in the name of one of its two environments', async () => {
    base.write({
      'automation-stack.yml': `application: base\nenvironments:\n  production:\n    infrastructure: {}\n  staging:\n    infrastructure: {}\nstate: { location: ${shared} }\n`,
    });
    const { exitCode, stderr } = await run(base, 'destroy', '--env', 'staging', '--yes');
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain('base/production').and.to.contain('in terraform_data.spare');
  });

  it('keeps what could not be destroyed', async () => {
    await ok(shop, 'destroy', '--env', 'production', '--yes');
    base.write({
      'terraform/main.tf': `${BASE}resource "terraform_data" "stuck" {
  provisioner "local-exec" {
    when    = destroy
    command = "exit 1"
  }
}`,
    });
    await ok(base, 'apply', '--env', 'production');
    const { exitCode } = await run(base, 'destroy', '--env', 'production', '--yes');
    expect(exitCode).to.equal(1);
    expect(record('base').owns.map(({ address }) => address)).to.deep.equal(['terraform_data.stuck']);
  });

  it('refuses a protected environment where the ledger cannot be read, and warns of others', async () => {
    writeFileSync(recordFile('shop'), '{');
    const config = readFileSync(join(base.directory, 'automation-stack.yml'), 'utf8');
    base.write({
      'automation-stack.yml': config.replace('infrastructure: {}', 'protected: true\n    infrastructure: {}'),
    });
    const refused = await run(base, 'destroy', '--env', 'production', '--confirm', 'production');
    expect(refused.exitCode).to.equal(1);
    expect(refused.stderr).to.contain('OWNERSHIP_UNREADABLE').and.to.contain('shop/production.json');
    expect(remaining()).to.contain('terraform_data.network');
    base.write({ 'automation-stack.yml': config });
    const { stderr } = await ok(base, 'destroy', '--env', 'production', '--yes');
    expect(stderr).to.contain('WARNING it is unknown who reuses what production owns');
  });

  it('applies where the ledger cannot be written, and says that it does not know', async () => {
    writeFileSync(join(shared, 'file'), '');
    const config = readFileSync(join(base.directory, 'automation-stack.yml'), 'utf8');
    base.write({
      'automation-stack.yml': config.replace(
        'infrastructure: {}',
        `infrastructure: { ownership: ${shared}/file }`,
      ),
    });
    const { stderr } = await ok(base, 'apply', '--env', 'production');
    expect(stderr).to.contain(
      'WARNING the ownership ledger could not record what production owns and reuses now',
    );
  });

  it('shares a ledger in a bucket, whatever place the state of each has', async () => {
    const bucket = await makeBucket();
    for (const stack of [base, shop]) {
      const config = readFileSync(join(stack.directory, 'automation-stack.yml'), 'utf8');
      stack.write({
        'automation-stack.yml': config
          .replace('infrastructure: {}', 'infrastructure:\n      workspace: default')
          .replace('    infrastructure:\n', `    infrastructure:\n      ownership: s3://${bucket}/team\n`)
          .replace(/^state: .*$/m, ''),
      });
    }
    const env = { ...emulator, APP_TOKEN: 'very-secret-token' };
    for (const stack of [base, shop]) {
      const { exitCode, stderr } = await cli(['apply', '--env', 'production'], { cwd: stack.directory, env });
      expect(exitCode, stderr).to.equal(0);
    }
    const { stderr } = await cli(['destroy', '--env', 'production', '--yes'], { cwd: base.directory, env });
    expect(stderr)
      .to.contain(`according to the ledger in s3://${bucket}/team/_ownership`)
      .and.to.contain('shop/production uses');
    expect(readdirSync(join(base.directory, '.automation-stack'))).not.to.include('_ownership');
  });
});
