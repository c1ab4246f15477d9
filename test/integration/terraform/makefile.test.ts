import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deployment, type Deployment } from '../../support/deployment.js';

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const deployments = ['blue-green', 'flask-fleet', 'laravel-ci', 's3-artifact', 'wordpress-ecs'];
const makefile = readFileSync(root('examples/flask-fleet/Makefile'), 'utf8');

const CONFIG = `
application: shop
environments:
  staging:
    infrastructure: { workspace: staging, variables: { size: small } }
  production:
    extends: staging
    protected: true
    infrastructure: { workspace: production, variables: { size: large } }
`;
const ROOT = `
variable "size" { type = string }
resource "terraform_data" "host" { input = var.size }
`;

describe('the Makefile of a deployment', function () {
  this.timeout(120_000);
  let stack: Deployment;
  const make = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(
      'make',
      ['--no-print-directory', `RUNNER=node ${root('runner')}`, ...args],
      { cwd: stack.directory, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
    );
    return { status, output: `${stdout}${stderr}` };
  };

  before(async () => {
    stack = await deployment({
      'automation-stack.yml': CONFIG,
      'terraform/main.tf': ROOT,
      Makefile: makefile,
    });
  });
  after(() => stack.remove());

  for (const name of deployments)
    it(`is the same in ${name}, where the configuration says what differs`, () => {
      expect(readFileSync(root(`examples/${name}/Makefile`), 'utf8')).to.equal(makefile);
    });

  it('lists what can be made', () => {
    expect(make().output).to.match(/^vars .+\nplan .+\napply .+\ndestroy .+$/m);
  });

  it('shows the variables that Terraform, Ansible and the shell share', () => {
    const { status, output } = make('vars', 'ENV=production');
    expect(status, output).to.equal(0);
    expect(output)
      .to.contain("export TF_VAR_size='large'")
      .and.to.contain("export TF_WORKSPACE='production'");
  });

  it('plans and applies staging unless another environment is named', () => {
    expect(make('plan').output).to.contain('1 to create');
    const { status, output } = make('apply');
    expect(status, output).to.equal(0);
    expect(make('plan').output).to.contain('no changes');
    expect(make('plan', 'ENV=production').output).to.contain('1 to create');
  });

  it('destroys only with the consent that the environment needs', () => {
    make('apply', 'ENV=production');
    const refused = make('destroy', 'ENV=production', 'ARGS=--yes');
    expect(refused.status).not.to.equal(0);
    expect(refused.output).to.contain('--confirm production');
    const done = make('destroy', 'ENV=production', 'ARGS=--confirm production');
    expect(done.status, done.output).to.equal(0);
    expect(make('plan', 'ENV=production').output).to.contain('1 to create');
  });
});
