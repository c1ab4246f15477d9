import { expect } from 'chai';
import { validateConfig } from '../../support/config.js';

const file = (checks: string, rest = '') => `application: shop
images: { web: { repository: shop/web } }
environments:
  staging:
    targets:
      web: { kind: ecs-service, cluster: c, service: s, image: web, checks: { ${checks} }${rest} }
      hosts: { kind: fleet, group: web, image: web, checks: { seen: { command: [./look], on: host } } }
`;
const read = (checks: string, rest = '') =>
  validateConfig('automation-stack.yml', file(checks, rest), '/work');
const issues = (checks: string, rest = '') =>
  read(checks, rest).issues.map(({ message }) => message.replace(/^environments\.staging\.targets\./, ''));

describe('checks of a target', () => {
  it('are commands, alarms and metrics by name', () => {
    const { config, issues: found } = read(
      [
        'smoke: { command: "./smoke --fast", timeout: 90s }',
        'schema: { command: [./manage, check], on: task, container: app }',
        'contract: { command: [pact, verify], image: web }',
        'errors: { alarm: shop-5xx, already: ignore }',
        "latency: { metric: { expression: 'SELECT 1', baseline: 'SELECT 2', limit: 1.5, period: 2m } }",
      ].join(', '),
      ', health: { for: 10m }',
    );
    expect(found).to.deep.equal([]);
    const { web, hosts } = config?.environments['staging']?.targets as unknown as Record<
      string,
      { readonly checks: object }
    >;
    expect(web?.checks).to.deep.equal({
      smoke: { command: ['./smoke', '--fast'], timeout: 90_000 },
      schema: { command: ['./manage', 'check'], on: 'task', container: 'app' },
      contract: { command: ['pact', 'verify'], image: 'web' },
      errors: { alarm: 'shop-5xx', already: 'ignore' },
      latency: {
        metric: {
          expression: 'SELECT 1',
          baseline: 'SELECT 2',
          limit: 1.5,
          period: 120_000,
          missing: 'fail',
        },
      },
    });
    expect(hosts?.checks).to.deep.equal({ seen: { command: ['./look'], on: 'host' } });
  });

  const refused: readonly (readonly [string, string])[] = [
    ['a: {}', 'web.checks.a: is a command, an alarm or a metric: name one of them'],
    ['a: { command: x, alarm: y }', 'web.checks.a.alarm: is a second check: give it a name of its own'],
    ['a: { alarm: y, timeout: 5m }', 'web.checks.a.timeout: says nothing of an alarm'],
    ['a: { command: x, already: ignore }', 'web.checks.a.already: says nothing of a command'],
    ['a: { command: x, on: host }', 'web.checks.a.on: must be agent | task, not "host".'],
    [
      'a: { command: x, container: app }',
      'web.checks.a.container: is one of the task: it goes with `on: task`',
    ],
    [
      'a: { command: x, on: task, image: web }',
      'web.checks.a.image: is for a container on the agent: it goes with `on: agent`',
    ],
    [
      'a: { command: "x && y" }',
      'web.checks.a.command: is run without a shell: put pipes and && into a script and run that',
    ],
    [
      'a: { comand: x }',
      'unknown key "comand" in environments.staging.targets.web.checks.a. Did you mean "command"?',
    ],
    ['a: { command: x, image: wbe }', 'image "wbe" is not defined. Did you mean "web"?'],
    [
      'a: { metric: { expression: e, limit: 1, period: 90s } }',
      'web.checks.a.metric.period: must be whole minutes',
    ],
    [
      'a: { metric: { expression: e, limit: 1, floor: 2 } }',
      'web.checks.a.metric.floor: goes with a baseline',
    ],
  ];
  for (const [check, message] of refused)
    it(`are not ${check}`, () => expect(issues(check)).to.include(message));

  it('watch a metric no longer than the release is watched', () => {
    const metric = 'a: { metric: { expression: e, limit: 1, period: 2m } }';
    const words =
      'web.checks.a.metric.period: 2m is too long: the release is watched for 5m, which has to be 3 periods at least, as CloudWatch has its numbers late';
    expect(issues(metric, ', health: { for: 5m }')).to.deep.equal([words]);
    expect(issues(metric, ', health: { for: 6m }')).to.deep.equal([]);
  });
});
