import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cli } from '../../support/cli.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { localSettings } from '../../../runner/src/local/settings.js';

const CONFIG = String.raw`
application: shop
environments:
  staging:
    infrastructure:
      workspace: staging
      var-files: ["it's $x.tfvars"]
      variables: { size: small, zones: ["$\${x}", "it's"], token: "\${env:APP_TOKEN}" }
      backend-config: ["path=states/staging.tfstate"]
    variables: { COLOR: blue }
    provision: { playbooks: [site.yml] }
  other:
    infrastructure: { workspace: other, variables: { size: large, zones: [], token: none } }
`.replaceAll('\\$', '$');
const ROOT = String.raw`
terraform {
  backend "local" {}
}
variable "size" { type = string }
variable "color" { type = string }
variable "zones" { type = list(string) }
variable "token" {
  type      = string
  sensitive = true
}
resource "terraform_data" "x" { input = [var.size, var.color, var.zones] }
output "x" { value = terraform_data.x.output }
output "hosts" { value = { web-1 = { address = "10.0.0.1", groups = ["web"], vars = { note = "{{ 6 * 7 }}" } } } }
`;

describe('a shell in which env was evaluated', function () {
  this.timeout(180_000);
  let stack: Deployment;
  let directory: string;
  const env = { APP_TOKEN: 'very-secret-token' };
  const run = (...argv: readonly string[]) => cli(argv, { cwd: directory, env });
  /** Types lines into a shell after `eval "$(runner env --secrets)"`. */
  const typed = async (lines: string, ...flags: string[]) => {
    const { stdout } = await run('env', '--env', 'staging', ...flags);
    const { venv } = localSettings(process.env);
    const path = `${process.env['PATH'] ?? ''}:${join(venv, 'bin')}`;
    return spawnSync('sh', ['-euc', `${stdout}\n${lines}`], {
      cwd: join(directory, 'terraform'),
      encoding: 'utf8',
      env: { ...process.env, ...env, PATH: path, TF_INPUT: '0' },
    });
  };

  before(async () => {
    stack = await deployment({
      'automation-stack.yml': CONFIG,
      'terraform/main.tf': ROOT,
      "terraform/it's $x.tfvars": 'color = "blue"\nsize = "from the file"\n',
      'terraform/terraform.tfvars': 'size = "from terraform.tfvars"\n',
      'ansible/site.yml': '- hosts: all\n  gather_facts: false\n  tasks: [{ shared: }]\n',
      'ansible/ansible.cfg': '[defaults]\nroles_path = own_roles\n',
      'ansible/own_roles/shared/tasks/main.yml': '- ansible.builtin.debug: { msg: "{{ note }}" }\n',
      'ansible/play.yml':
        '- hosts: web\n  gather_facts: false\n  connection: local\n  roles: [shared]\n  vars: { ansible_python_interpreter: /usr/bin/python3 }\n',
    });
    directory = join(dirname(stack.directory), `${stack.directory.split('/').at(-1) ?? ''} it's 100%`);
    renameSync(stack.directory, directory);
    mkdirSync(join(directory, 'terraform', 'states'));
    const applied = await run('apply', '--env', 'staging');
    expect(applied.exitCode, applied.stderr).to.equal(0);
  });
  after(() => {
    renameSync(directory, stack.directory);
    stack.remove();
  });

  it('plans by hand what our own run has applied: nothing is left to do', async () => {
    const plan = await typed('terraform plan -detailed-exitcode -no-color', '--secrets');
    expect(plan.status, plan.stdout + plan.stderr).to.equal(0);
    const other = await typed('terraform init -no-color && echo var.size | terraform console', '--secrets');
    expect(other.stdout, other.stderr).to.match(/"small"\n$/);
  });

  it('applies a saved plan by hand, and destroys nothing else', async () => {
    const lines = 'terraform plan -no-color -out=p -replace=terraform_data.x && terraform apply -no-color p';
    const { status, stdout, stderr } = await typed(`${lines} && terraform refresh -no-color`, '--secrets');
    expect(status, stdout + stderr).to.equal(0);
    expect(stdout).to.contain('1 added, 0 changed, 1 destroyed');
  });

  it('holds no secret that was not asked for, in no file either', async () => {
    const { stdout } = await run('env', '--env', 'staging');
    expect(stdout).not.to.contain('very-secret-token');
    const found = spawnSync('grep', ['-rl', 'very-secret-token', join(directory, '.automation-stack')], {
      encoding: 'utf8',
    });
    // Plans hold them, as they always do.
    expect(found.stdout.split('\n').filter((file) => file !== '' && !file.endsWith('.tfplan'))).to.deep.equal(
      [],
    );
    const file = join(directory, '.automation-stack', 'plans', 'staging.tfvars.json');
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  it('gives Ansible the hosts, the project’s own settings, and values as data', async () => {
    const list = await typed('ansible-inventory --list');
    expect(list.status, list.stderr).to.equal(0);
    expect(JSON.parse(list.stdout)).to.have.nested.property('web.hosts[0]', 'web-1');
    const play = await typed('cd ../ansible && ansible-playbook play.yml');
    expect(play.status, play.stdout + play.stderr).to.equal(0);
    expect(play.stdout)
      .to.contain('{{ 6 * 7 }}')
      .and.not.to.contain('"msg": "42"')
      .and.not.to.contain('msg": 42');
  });

  it('leaves the runner’s own commands alone, also those for another environment', async () => {
    const { stdout } = await run('env', '--env', 'staging', '--secrets');
    const set = spawnSync('sh', ['-c', `${stdout}\nenv -0`], { encoding: 'utf8', env: process.env }).stdout;
    const shell = Object.fromEntries(
      set
        .split('\0')
        .filter((entry) => entry.includes('='))
        .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    );
    const plan = await cli(['plan', '--env', 'staging'], { cwd: directory, env: { ...shell, ...env } });
    expect(plan.stdout, plan.stderr).to.match(/no changes/i);
    const other = await cli(['env', '--env', 'other'], { cwd: directory, env: { ...shell, ...env } });
    expect(other.stdout).not.to.contain('staging.tfvars.json');
    expect(other.stdout).to.contain('other.tfvars.json');
  });
});
