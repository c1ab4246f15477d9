import { expect } from 'chai';
import { join } from 'node:path';
import { RegisterTaskDefinitionCommand, DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import {
  DeleteRuleCommand,
  EventBridgeClient,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import { Ledger } from '../../../runner/src/state/ledger.js';
import { LocalStore } from '../../../runner/src/state/stores/localStore.js';
import { underPolicies } from '../../support/aws/underPolicies.js';
import { AwsProxy } from '../../support/awsProxy.js';
import { cli } from '../../support/cli.js';
import { apps, EcsFixture } from '../../support/ecsFixture.js';
import type { PolicyDocument } from '../../support/iam/evaluate.js';
import { Project } from '../../support/project.js';

const ROLE = 'arn:aws:iam::000000000000:role/schedule';

describe('scheduled tasks of an ECS service, on the emulator', function () {
  this.timeout(120_000);
  let fixture: EcsFixture;
  let project: Project;
  let events: EventBridgeClient;
  let proxy: AwsProxy;
  let rules: { readonly nightly: string; readonly report: string };
  let batch: string;
  const guard = underPolicies();

  before(async () => {
    fixture = await EcsFixture.create();
    const { service, endpoint, cluster, repository } = fixture;
    rules = { nightly: `${service}-nightly`, report: `${service}-report` };
    batch = `${service}-batch`;
    events = new EventBridgeClient({
      endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret' },
    });
    const { taskDefinition } = await fixture.describe();
    const container = await fixture.container();
    const own = await fixture.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: batch,
        networkMode: 'awsvpc',
        containerDefinitions: [{ name: 'job', image: container.image, command: ['true'] }],
      }),
    );
    await rule(rules.nightly, [
      { Id: 'audit', Arn: 'arn:aws:sqs:eu-west-1:000000000000:audit' },
      scheduled(taskDefinition),
    ]);
    await rule(rules.report, [scheduled(own.taskDefinition?.taskDefinitionArn)]);
    project = Project.of({
      'automation-stack.yml': `application: test
branches: { develop: staging }
images: { web: { repository: ${repository} } }
environments:
  staging:
    aws: { region: eu-west-1, account: '000000000000' }
    targets:
      web:
        kind: ecs-service
        cluster: ${cluster}
        service: ${service}
        image: web
        environment: {}
        schedules:
          - { rule: '${rules.nightly}', role: '${ROLE}' }
          - { rule: '${rules.report}', role: '${ROLE}', family: '${batch}', container: job }
        health: { path: /health, for: 300ms, interval: 100ms, timeout: 8s }
`,
    });
    proxy = await AwsProxy.start(endpoint);
    proxy.use(guard.truth);
    await release('1.0.0', apps.good);
    await release('1.1.0', apps.good);
    await release('1.2.0', apps.unhealthy);
  });
  after(async () => {
    for (const name of Object.values(rules)) {
      const ids = (await targets(name)).map(({ Id }) => Id as string);
      await events.send(new RemoveTargetsCommand({ Rule: name, Ids: ids }));
      await events.send(new DeleteRuleCommand({ Name: name }));
    }
    events.destroy();
    await proxy.stop();
    project.remove();
    await fixture.remove();
  });

  const scheduled = (TaskDefinitionArn: string | undefined): Target => ({
    Id: 'task',
    Arn: `arn:aws:ecs:eu-west-1:000000000000:cluster/${fixture.cluster}`,
    RoleArn: ROLE,
    Input: '{"containerOverrides":[{"name":"web","command":["true"]}]}',
    EcsParameters: {
      TaskDefinitionArn,
      TaskCount: 1,
      LaunchType: 'FARGATE',
      NetworkConfiguration: { awsvpcConfiguration: { Subnets: ['subnet-test'] } },
    },
  });
  async function rule(Name: string, Targets: Target[]): Promise<void> {
    await events.send(
      new PutRuleCommand({ Name, ScheduleExpression: 'cron(0 2 * * ? *)', State: 'ENABLED' }),
    );
    await events.send(new PutTargetsCommand({ Rule: Name, Targets }));
  }
  const targets = async (Rule: string): Promise<readonly Target[]> =>
    (await events.send(new ListTargetsByRuleCommand({ Rule }))).Targets ?? [];
  /** What a rule starts, as a whole, and the image of it. */
  const starts = async (name: string) => {
    const target = (await targets(name)).find(({ Id }) => Id === 'task');
    const taskDefinition = target?.EcsParameters?.TaskDefinitionArn;
    const { taskDefinition: found } = await fixture.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition }),
    );
    return { target, taskDefinition, image: found?.containerDefinitions?.[0]?.image };
  };
  const digests = new Map<string, string>();
  async function release(version: string, script: string): Promise<void> {
    const digest = await fixture.image(script);
    digests.set(version, digest);
    const store = new LocalStore(join(project.directory, '.automation-stack/test'));
    await new Ledger(store, systemClock).putRelease(fixture.release(digest, version));
  }
  /** Runs a command that may do what its printed policy says, and no more. */
  async function run(exitCode: number, verb: string, ...words: readonly string[]): Promise<string> {
    const { stdout, stderr } = await cli(
      [
        ...['iam-policy', '--env', 'staging', '--command', verb, '--log-group', fixture.logGroup],
        ...['--family', fixture.service, '--family', batch],
      ],
      { cwd: project.directory, env: project.env },
    );
    guard.allow([JSON.parse(stdout) as PolicyDocument]);
    const { ended } = project.start([verb, '--env', 'staging', ...words], { AWS_ENDPOINT_URL: proxy.url });
    const result = await ended;
    expect(result.exitCode, `${stderr}${result.stderr}${result.stdout}`).to.equal(exitCode);
    expect(guard.refused.splice(0)).to.deep.equal([]);
    return result.stderr + result.stdout;
  }
  const runs = async (version: string) => {
    const digest = digests.get(version) as string;
    const { taskDefinition } = await fixture.describe();
    const [nightly, report] = await Promise.all([starts(rules.nightly), starts(rules.report)]);
    expect(nightly.taskDefinition).to.equal(taskDefinition);
    expect(nightly.image).to.contain(digest);
    expect(report.image).to.contain(digest);
    expect(report.taskDefinition).to.contain(`task-definition/${batch}:`);
  };

  it('move with a deploy, with all else that they are', async () => {
    const diff = await run(5, 'diff', '--release', '1.0.0');
    expect(diff).to.contain(`schedule ${rules.nightly}`).and.to.contain(`${rules.report}/job: image`);
    await run(0, 'deploy', '--release', '1.0.0');
    await runs('1.0.0');
    const { target, taskDefinition } = await starts(rules.nightly);
    expect(target).to.deep.equal(scheduled(taskDefinition));
    expect((await targets(rules.nightly)).map(({ Id }) => Id).sort()).to.deep.equal(['audit', 'task']);
  });

  it('are shown by status and verify, and are in the record', async () => {
    const status = await run(0, 'status', '--live', '--json');
    expect(status).to.contain(`${rules.nightly}`).and.to.contain('runs ');
    const found = await run(0, 'verify', '--release', '1.0.0');
    expect(found).to.match(new RegExp(`ok +Schedule ${rules.nightly} of web`));
    expect(found).to.match(new RegExp(`Role of schedule ${rules.report} of web`));
    const history = await run(0, 'history', '--json');
    expect(history).to.contain(`"schedules":"${rules.nightly} `);
  });

  it('stay where a release is not healthy', async () => {
    await run(3, 'deploy', '--release', '1.2.0');
    await runs('1.0.0');
  });

  it('go back with a rollback', async () => {
    await run(0, 'deploy', '--release', '1.1.0');
    await runs('1.1.0');
    await run(0, 'rollback');
    await runs('1.0.0');
  });

  it('are brought to their end, or back, by the next run where one is killed while they move', async () => {
    for (const way of ['resume', 'rollback'] as const) {
      const deploy = project.start(['deploy', '--env', 'staging', '--release', '1.1.0'], {
        AWS_ENDPOINT_URL: proxy.url,
      });
      let isKilled = false;
      proxy.use(async (request, send) => {
        if (request.action !== 'AWSEvents.PutTargets') return send(request);
        isKilled = true;
        deploy.child.kill('SIGKILL');
        await deploy.ended;
        return send(request);
      });
      await deploy.ended;
      expect(isKilled).to.equal(true);
      proxy.use(guard.truth);
      if (way === 'resume') await run(0, 'deploy', '--resume');
      else await run(0, 'rollback');
      await runs(way === 'resume' ? '1.1.0' : '1.0.0');
      if (way === 'resume') await run(0, 'rollback');
    }
  });
});
