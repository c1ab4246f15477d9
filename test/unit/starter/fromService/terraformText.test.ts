import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { block, hclText, raw } from '../../../../runner/src/starter/fromService/rules/hcl.js';
import type {
  GroupSettings,
  ServiceSettings,
} from '../../../../runner/src/starter/fromService/rules/serviceSettings.js';
import { terraformText } from '../../../../runner/src/starter/fromService/rules/terraformText.js';
import { balancer, living } from '../../../support/livingService.js';
import { openWorkbench, type Workbench } from '../../../support/terraform/workbench.js';

const settings = (more: Partial<ServiceSettings> = {}): ServiceSettings => ({
  clusterArn: 'arn:aws:ecs:eu-west-1:111111111111:cluster/main',
  desired: 2,
  launchType: 'FARGATE',
  capacityProviders: [],
  platformVersion: 'LATEST',
  percents: { minimum: 100, maximum: 200 },
  breaker: { enable: true, rollback: true },
  graceSeconds: 60,
  hasExec: true,
  hasManagedTags: true,
  propagateTags: 'SERVICE',
  rebalancing: 'DISABLED',
  network: { subnets: ['subnet-1', 'subnet-2'], groups: ['sg-1'], hasPublicAddress: false },
  registries: [],
  placement: [],
  constraints: [],
  beyond: [],
  ...more,
});
const group = (arn: string, name: string): GroupSettings => ({
  arn,
  name,
  port: 8000,
  protocol: 'HTTP',
  protocolVersion: 'HTTP1',
  targetType: 'ip',
  vpc: 'vpc-1',
  drainSeconds: 30,
  slowStartSeconds: 0,
  health: {
    ...{ enabled: true, interval: 10, timeout: 5, healthy: 2, unhealthy: 3 },
    ...{ path: '/healthz', port: 'traffic-port', protocol: 'HTTP', matcher: '200-299' },
  },
});
const { group: blue, moves } = balancer();
const groups = [group(blue, 'blue'), group(moves?.alternate as string, 'green')];

describe('a service in Terraform’s language', () => {
  it('writes texts that Terraform reads as they are, and blocks as its formatter does', () => {
    expect(hclText('a "b" ${c} %{d}')).to.equal('"a \\"b\\" $${c} %%{d}"');
    expect(
      block(
        'x "y"',
        { a: 1, long: ['b', raw('c')], none: undefined },
        block('z', { t: { object: { k: 'v' } } }),
      ),
    ).to.deep.equal([
      'x "y" {',
      '  a    = 1',
      '  long = ["b", c]',
      '',
      '  z {',
      '    t = { "k" = "v" }',
      '  }',
      '}',
    ]);
  });

  it('imports what there is, by its id, and ignores what deliveries own', () => {
    const text = terraformText(
      {
        living: living({
          balancers: [balancer()],
          scaling: { min: 2, max: 10 },
          tags: { team: 'a', 'aws:x': 'y' },
        }),
        settings: settings(),
        groups: groups.slice(0, 1),
        label: 'web',
      },
      true,
    );
    expect(text)
      .to.contain('id = "main/shop-web"')
      .and.to.contain(`id = "${blue}"`)
      .and.to.contain('id = "ecs/service/main/shop-web/ecs:service:DesiredCount"')
      .and.to.contain('ignore_changes = [task_definition, desired_count, wait_for_steady_state]')
      .and.to.contain('target_group_arn = aws_lb_target_group.web.arn')
      .and.to.contain('{ "team" = "a" }')
      .and.not.to.contain('aws:x');
  });

  it('says that zones are balanced anew only where they are, which older providers do not know', () => {
    const of = (rebalancing: string) =>
      terraformText(
        { living: living(), settings: settings({ rebalancing }), groups: [], label: 'web' },
        true,
      );
    expect(of('ENABLED')).to.contain('availability_zone_rebalancing').and.to.contain('>= 5.100, < 7');
    expect(of('DISABLED')).not.to.contain('availability_zone_rebalancing');
  });
});

describe('Terraform, of a service that is imported', function () {
  this.timeout(120_000);
  let bench: Workbench;
  let scratch: string;
  before(async () => {
    bench = await openWorkbench();
    scratch = await mkdtemp(join(tmpdir(), 'automation-stack-import-'));
  });
  after(async () => {
    await bench.close();
    await rm(scratch, { recursive: true, force: true });
  });

  const strategy = { kind: 'CANARY', bakeMinutes: 5, alarms: ['5xx'], hooks: [] };
  const cases = {
    'on Fargate, behind a load balancer, scaled': [
      living({ balancers: [balancer()], scaling: { min: 1, max: 4 }, tags: { team: 'a' } }),
      settings(),
      groups.slice(0, 1),
    ],
    'whose requests ECS moves': [
      living({ balancers: [balancer()], strategy }),
      settings({ beyond: ['the strategy CANARY', 'Service Connect'] }),
      groups,
    ],
    'on instances, with all that can be set': [
      living(),
      settings({
        launchType: undefined,
        platformVersion: undefined,
        capacityProviders: [{ name: 'spot', weight: 3, base: 1 }],
        network: undefined,
        breaker: undefined,
        graceSeconds: undefined,
        propagateTags: undefined,
        registries: [
          {
            arn: 'arn:aws:servicediscovery:eu-west-1:111111111111:service/srv-1',
            containerName: 'web',
            containerPort: 8000,
          },
        ],
        placement: [{ type: 'spread', field: 'instanceId' }],
        constraints: [{ type: 'memberOf', expression: 'attribute:zone == "a"' }],
      }),
      [],
    ],
  } as const;
  for (const [name, [service, set, own]] of Object.entries(cases))
    it(`finds one ${name} valid, and well formatted`, async () => {
      const directory = join(scratch, name.replaceAll(/\W+/g, '-'));
      await mkdir(directory);
      const text = terraformText({ living: service, settings: set, groups: own, label: 'web' }, true);
      await writeFile(join(directory, 'imported-web.tf'), text);
      const init = await bench.terraform(directory, 'init', '-no-color', '-input=false');
      expect(init.code, init.stderr).to.equal(0);
      const valid = await bench.terraform(directory, 'validate', '-no-color');
      expect(valid.code, valid.stderr + valid.stdout).to.equal(0);
      const format = await bench.terraform(directory, 'fmt', '-check', '-diff');
      expect(format.stdout).to.equal('');
    });
});
