import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  addressOf,
  lifecycleOf,
  moduleResources,
  type ModuleResource,
} from '../support/terraform/resources.js';
import { runTerraform, terraformEnv } from '../support/terraform/workbench.js';

const resources = moduleResources();
const makesFirst = (resource: ModuleResource) => lifecycleOf(resource, 'create_before_destroy') === 'true';

/** What AWS refuses to delete as long as something uses it, by the documentation of its API. */
const keptWhileUsed = [
  ...['aws_acm_certificate', 'aws_cloudfront_cache_policy', 'aws_cloudfront_origin_access_control'],
  ...['aws_ecs_capacity_provider', 'aws_lb_target_group'],
  ...['aws_route_table', 'aws_security_group', 'aws_subnet'],
];

/** Applies a configuration of built-in resources several times, and tells what happened in which order. */
async function happened(text: string, ...runs: readonly string[]): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'automation-stack-order-'));
  try {
    await writeFile(join(directory, 'main.tf'), text);
    const env = terraformEnv();
    await runTerraform(directory, ['init', '-input=false'], env);
    const told: string[] = [];
    for (const variable of runs) {
      const { stdout } = await runTerraform(
        directory,
        ['apply', '-auto-approve', '-json', `-var=${variable}`],
        env,
      );
      for (const line of stdout.split('\n').filter((one) => one.startsWith('{'))) {
        const { type, hook } = JSON.parse(line) as {
          type: string;
          hook?: { action: string; resource: { resource_name: string } };
        };
        if (hook !== undefined && ['apply_start', 'apply_complete'].includes(type))
          told.push(`${hook.action} ${hook.resource.resource_name} ${type.slice('apply_'.length)}`);
      }
    }
    return told;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

describe('the order in which modules change things', function () {
  this.timeout(60_000);

  it('makes anew before it deletes whatever AWS keeps while it is used', () => {
    const found = resources.filter(({ type }) => keptWhileUsed.includes(type));
    expect(found).not.to.be.empty;
    expect(found.filter((resource) => !makesFirst(resource)).map(addressOf)).to.deep.equal([]);
  });

  it('gives a security group that is replaced its rules before anything moves to it', () => {
    const rules = resources.filter(({ type }) => /^aws_vpc_security_group_(in|e)gress_rule$/.test(type));
    expect(rules).not.to.be.empty;
    expect(rules.filter((rule) => !makesFirst(rule)).map(addressOf)).to.deep.equal([]);
  });

  it('lets nobody take over a name, port or priority that another resource still has', () => {
    const twins = resources.filter(
      (one) =>
        lifecycleOf(one, 'ignore_changes') !== undefined &&
        resources.some(
          (other) =>
            other !== one && other.module === one.module && other.type === one.type && sameSlot(one, other),
        ),
    );
    expect(twins.map(addressOf)).to.deep.equal([
      'ecs-service: aws_ecs_service.blue_green',
      'ecs-service: aws_ecs_service.this',
      'load-balancer: aws_lb_listener.delivery',
      'target-groups: aws_lb_listener_rule.delivery',
    ]);
    for (const one of twins) {
      const owners = resources.filter(
        ({ module, type, name, block }) =>
          module === one.module &&
          type === 'terraform_data' &&
          block.arguments.has('triggers_replace') &&
          resources
            .filter((other) => other.module === one.module && other.type === one.type)
            .every((other) => other.block.arguments.get('depends_on')?.includes(`terraform_data.${name}`)),
      );
      expect(owners, addressOf(one)).to.have.lengthOf(1);
    }
  });

  it('has Terraform order the two by the owner that both depend on, in both directions', async () => {
    const of = (name: string, when: string) =>
      `resource "terraform_data" "${name}" {\n  for_each = ${when} ? { main = 1 } : {}\n  depends_on = [terraform_data.owner]\n}\n`;
    const text = [
      'variable "owned" {\n  type = bool\n}\n',
      'resource "terraform_data" "owner" {\n  triggers_replace = var.owned\n}\n',
      of('ours', '!var.owned'),
      of('theirs', 'var.owned'),
    ].join('\n');
    const told = await happened(text, 'owned=false', 'owned=true', 'owned=false');
    const at = (event: string, from = 0) => told.indexOf(event, from);
    const taken = at('delete ours complete');
    expect(taken).to.be.greaterThan(0);
    expect(at('create theirs start')).to.be.greaterThan(taken);
    expect(at('create ours start', taken)).to.be.greaterThan(at('delete theirs complete'));
  });

  it('has Terraform delete what is no longer used only after its user has changed, and only so', async () => {
    const text = (lifecycle: string) =>
      [
        'variable "keys" {\n  type = set(string)\n}\n',
        `resource "terraform_data" "used" {\n  for_each = var.keys\n  input    = each.key\n${lifecycle}}\n`,
        'resource "terraform_data" "user" {\n  input = [for one in terraform_data.used : one.output]\n}\n',
      ].join('\n');
    const runs = ['keys=["a","b"]', 'keys=["a"]'];
    const first = await happened(text('  lifecycle {\n    create_before_destroy = true\n  }\n'), ...runs);
    expect(first.indexOf('delete used start')).to.be.greaterThan(first.indexOf('update user complete'));
    const last = await happened(text(''), ...runs);
    expect(last.indexOf('delete used complete')).to.be.lessThan(last.indexOf('update user start'));
  });
});

/** Whether two resources would stand for the same thing: what AWS tells things apart by is given by the same expressions. */
function sameSlot(one: ModuleResource, other: ModuleResource): boolean {
  const slot = (resource: ModuleResource) =>
    ['name', 'cluster', 'resource_id', 'listener_arn', 'load_balancer_arn', 'port', 'priority']
      .map((argument) => resource.block.arguments.get(argument) ?? '')
      .join(' ');
  return slot(one).trim() !== '' && slot(one) === slot(other);
}
