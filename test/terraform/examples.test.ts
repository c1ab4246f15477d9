import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { appliedResources, type AppliedResource } from '../support/terraform/appliedResources.js';
import { readRoots } from '../support/terraform/rootCheck.js';
import { openWorkbench, type Workbench } from '../support/terraform/workbench.js';

const roots = await readRoots();
const readme = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../examples/${name}/README.md`, import.meta.url)), 'utf8');

/** What AWS bills for being there, and what the list of costs calls it. */
const billed: Readonly<Record<string, RegExp>> = {
  aws_autoscaling_group: /(\d+) instances?\b/g,
  aws_cloudwatch_metric_alarm: /(\d+) alarms?\b/g,
  aws_db_instance: /(\d+) databases?\b/g,
  aws_ecs_service: /(\d+) tasks? on Fargate\b/g,
  aws_efs_file_system: /\bshared files\b/g,
  aws_instance: /(\d+) instances?\b/g,
  aws_kms_key: /\bkey\b/g,
  aws_lb: /(\d+) load balancers?\b/g,
  aws_nat_gateway: /(\d+) NAT gateways?\b/g,
};
const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

/** How many of a billed kind a resource is: tasks of a service, instances of a group, one of anything else. */
function countOf({ type, values }: AppliedResource): number {
  if (type === 'aws_ecs_service')
    return values['launch_type'] === 'FARGATE' ? Number(values['desired_count']) : 0;
  return type === 'aws_autoscaling_group' ? Number(values['min_size']) : 1;
}

/** Values of all blocks of a kind, wherever they stand in a resource. */
function found(value: unknown, name: string): unknown[] {
  if (Array.isArray(value)) return (value as unknown[]).flatMap((item) => found(item, name));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value as Record<string, unknown>).flatMap(([key, item]) =>
    key === name ? [item] : found(item, name),
  );
}

describe('what the examples have on AWS', function () {
  this.timeout(900_000);
  let bench: Workbench;
  const asked = { path: '/team/', permissions_boundary: 'arn:aws:iam::111111111111:policy/team-boundary' };
  const applied = new Map<string, ReadonlyMap<string, readonly AppliedResource[]>>();
  const of = (root: string, environment: string, type: string) =>
    (applied.get(root)?.get(environment) ?? []).filter((resource) => resource.type === type);

  before(async () => {
    bench = await openWorkbench();
    for (const root of roots)
      applied.set(root.name, await appliedResources(bench, root, `-var=roles=${JSON.stringify(asked)}`));
  });
  after(() => bench?.close());

  for (const { name } of roots)
    describe(name, () => {
      it('staging records nothing that is paid by the gigabyte or by the metric', () => {
        const all = (type: string) => of(name, 'staging', type);
        expect(applied.get(name)?.get('staging')).not.to.be.empty;
        expect(all('aws_flow_log')).to.be.empty;
        for (const { values } of all('aws_ecs_cluster'))
          expect(found(values['setting'], 'value')).to.deep.equal(['disabled']);
        for (const { address, values } of all('aws_launch_template'))
          expect(found(values['monitoring'], 'enabled'), address).to.deep.equal([false]);
        for (const { address, values } of all('aws_instance'))
          expect(values['monitoring'] ?? false, address).to.equal(false);
        for (const { values } of all('aws_db_instance')) expect(values['monitoring_interval']).to.equal(0);
        expect(all('aws_nat_gateway').length).to.be.at.most(1);
      });

      it('hands path and boundary to every role, where an account asks for them', () => {
        const roles = ['staging', 'production'].flatMap((environment) =>
          of(name, environment, 'aws_iam_role'),
        );
        expect(roles).not.to.be.empty;
        for (const { address, values } of roles)
          expect([values['path'], values['permissions_boundary']], address).to.deep.equal([
            asked.path,
            asked.permissions_boundary,
          ]);
      });

      it('the README lists what an empty staging costs a month, and the parts come to the sum', () => {
        const cost = readme(name).split('\n## Cost\n')[1] ?? '';
        const rows = [...cost.matchAll(/^\| (.+?) +\| +(\d+|below 1) \|$/gm)];
        expect(rows, 'rows of parts').not.to.be.empty;
        const parts = rows.map(([, part]) => part).join('\n');
        for (const words of new Set(Object.values(billed))) {
          const kinds = Object.keys(billed).filter((type) => String(billed[type]) === String(words));
          const counted = sum(kinds.flatMap((type) => of(name, 'staging', type)).map(countOf));
          const told = [...parts.matchAll(words)].map(([, count]) => Number(count ?? counted));
          expect(sum(told), `${kinds.join(', ')} in the list`).to.equal(counted);
        }
        const total = Number(/\*\*(\d+) USD a month\*\*/.exec(cost)?.[1]);
        expect(total).to.equal(sum(rows.map(([, , price]) => Number(price) || 0)));
      });
    });

  it('the load balancer of wordpress-ecs answers CloudFront and nobody else', () => {
    const entrances = of('wordpress-ecs', 'production', 'aws_vpc_security_group_ingress_rule').filter(
      ({ address }) => address.includes('["load-balancer/'),
    );
    // A second port would be another 55 of the 60 rules that a group may have.
    expect(
      entrances.map(({ values }) => [values['prefix_list_id'], values['from_port'], values['cidr_ipv4']]),
    ).to.deep.equal([['pl-0f0e0d0c0b0a09080', 443, null]]);
    const [distribution] = of('wordpress-ecs', 'production', 'aws_cloudfront_distribution');
    const said = found(distribution?.values['origin'], 'custom_header').flat() as {
      name: string;
      value: string;
    }[];
    expect(said.map(({ name }) => name)).to.deep.equal(['X-Origin-Verify']);
    expect(said[0]?.value).to.have.length.above(30);
    for (const { address, values } of of('wordpress-ecs', 'production', 'aws_lb_listener_rule'))
      expect(found(values['condition'], 'http_header').flat(), address).to.deep.equal(
        said.map(({ name, value }) => ({ http_header_name: name, values: [value] })),
      );
  });

  it('CloudFront keeps the versions of a file of WordPress apart', () => {
    const [policy] = of('wordpress-ecs', 'production', 'aws_cloudfront_cache_policy');
    expect(found(policy?.values, 'items').flat()).to.include('ver');
    const [distribution] = of('wordpress-ecs', 'production', 'aws_cloudfront_distribution');
    const kept = found(distribution?.values['ordered_cache_behavior'], 'cache_policy_id');
    expect(kept).to.deep.equal(kept.map(() => policy?.values['id'])).and.not.to.be.empty;
  });

  it('the placeholder of blue-green is told the port at which its health is asked', () => {
    const definition = of('blue-green', 'staging', 'aws_ecs_task_definition').find(({ address }) =>
      address.startsWith('module.service.'),
    );
    const [container] = JSON.parse(String(definition?.values['container_definitions'])) as {
      environment: { name: string; value: string }[];
      portMappings: { containerPort: number }[];
    }[];
    const port = container?.environment.find(({ name }) => name === 'PORT')?.value;
    expect(container?.portMappings.map(({ containerPort }) => String(containerPort))).to.deep.equal([port]);
  });
});
