import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { RegisterTaskDefinitionCommand, type ContainerDefinition } from '@aws-sdk/client-ecs';
import type { EnvironmentDiff } from '../../../runner/src/delivery/diff/diffEnvironment.js';
import { answered, jsonOf, refusal, type Json, type Truth } from '../../support/aws/exchange.js';
import { busyAccount } from '../../support/aws/faults.js';
import { AwsProxy } from '../../support/awsProxy.js';
import { APP_PORT, apps, EcsFixture } from '../../support/ecsFixture.js';
import { Project, type RunResult } from '../../support/project.js';

const SECRET = 'hunter2-in-plain-text';
const sourcesOf = (base: string) => ({
  Dockerfile: `FROM ${base}\nEXPOSE ${APP_PORT}\nCMD ["sh", "-c", ${JSON.stringify(apps.good)}]\n`,
  '.dockerignore': '*\n!Dockerfile\n',
});

/** Services that somebody made by hand, taken over by one command. */
describe('init --from-service', function () {
  this.timeout(240_000);
  let fixture: EcsFixture;
  let proxy: AwsProxy;
  const projects: Project[] = [];

  before(async () => {
    fixture = await EcsFixture.create({ balanced: true });
    proxy = await AwsProxy.start(fixture.endpoint);
  });
  after(async () => {
    await proxy.stop();
    projects.forEach((project) => project.remove());
    await fixture.remove();
  });
  afterEach(() => proxy.use());

  const newProject = () => {
    const project = Project.of({});
    const base = project.env['AUTOMATION_STACK_BASE_BUSYBOX'] as string;
    for (const [name, text] of Object.entries(sourcesOf(base))) project.write(name, text);
    project.commit('feat: sources');
    projects.push(project);
    return project;
  };
  const run = (project: Project, ...args: string[]): Promise<RunResult> =>
    project.start(args, { AWS_ENDPOINT_URL: proxy.url }).ended;
  const init = (project: Project, ...more: string[]) =>
    run(project, 'init', '--from-service', `${fixture.cluster}/${fixture.service}`, ...more);
  const diff = async (project: Project, exitCode: number) => {
    const done = await run(project, 'diff', '--env', 'staging', '--json');
    expect(done.exitCode, done.stderr + done.stdout).to.equal(exitCode);
    return JSON.parse(done.stdout.trim().split('\n').at(-1) as string) as EnvironmentDiff;
  };
  /** Registers a revision whose containers have images by tag, moves the service to it, and waits until it runs alone. */
  const useTag = async (
    tag: string,
    more: (web: ContainerDefinition) => ContainerDefinition[] = (web) => [web],
  ) => {
    const { registry, repository } = fixture;
    await fixture.image(apps.good, tag);
    const { containerDefinitions: [web] = [], ...definition } = fixture.definition('');
    const input = {
      ...definition,
      containerDefinitions: more({ ...web, image: `${registry}/${repository}:${tag}` }),
    };
    const { taskDefinition } = await fixture.ecs.send(new RegisterTaskDefinitionCommand(input));
    const arn = taskDefinition?.taskDefinitionArn as string;
    await fixture.update(arn);
    const isAlone = async () => {
      const { deployments = [] } = await fixture.describe();
      const running = deployments.filter(({ runningCount = 0 }) => runningCount > 0);
      return running.length === 1 && running[0]?.taskDefinition === arn;
    };
    for (const deadline = Date.now() + 60_000; !(await isAlone());) {
      if (Date.now() > deadline) throw new Error(`the service does not run ${arn}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return arn;
  };
  /** Changes how the service is described, as another kind of it would be. */
  const describedAs = (change: (service: Json) => Json): Truth => {
    return async (request, send) => {
      const answer = await send(request);
      if (request.action !== 'ECS.DescribeServices' || answer.status !== 200) return answer;
      const { services = [], ...rest } = jsonOf(answer) as { services?: Json[] };
      return answered(answer, { ...rest, services: services.map(change) });
    };
  };
  const denied =
    (action: string): Truth =>
    async (request, send) =>
      request.action === action
        ? refusal(request, 400, 'AccessDeniedException', `User is not authorized to perform ${action}`)
        : send(request);

  it('makes a configuration whose diff is empty, and overwrites none', async () => {
    const project = newProject();
    const done = await init(project);
    expect(done.exitCode, done.stderr).to.equal(0);
    const text = project.read('automation-stack.yml');
    expect(text)
      .to.contain(`repository: ${fixture.repository}`)
      .and.to.contain(`cluster: ${fixture.cluster}`)
      .and.to.contain('health: { path: /health, for: 10s }')
      .and.to.contain("account: '000000000000'");
    await project.expect(0, 'config', 'check');
    expect((await diff(project, 0)).targets[0]?.differences).to.deep.equal([]);
    project.commit('feat: deliver by automation-stack');
    expect((await diff(project, 0)).different).to.equal(false);
    const again = await init(project);
    expect(again.exitCode).to.equal(2);
    expect(again.stderr).to.contain('FILE_EXISTS');
    expect(project.read('automation-stack.yml')).to.equal(text);
    const { taskDefinition } = await fixture.describe();
    await project.expect(0, 'deploy', '--env', 'staging');
    expect((await fixture.describe()).taskDefinition).to.equal(taskDefinition);
  });

  it('may be run again where it was killed before all was recorded', async () => {
    const project = newProject();
    const first = JSON.parse((await init(project, '--json')).stdout) as { release: string };
    const [application = ''] = readdirSync(join(project.directory, '.automation-stack')).filter((name) =>
      existsSync(join(project.directory, '.automation-stack', name, 'deployments')),
    );
    for (const folder of ['deployments', 'healthy'])
      rmSync(join(project.directory, '.automation-stack', application, folder), { recursive: true });
    rmSync(join(project.directory, 'automation-stack.yml'));
    const again = JSON.parse((await init(project, '--json')).stdout) as { release: string };
    expect(again.release).to.equal(first.release);
    expect((await diff(project, 0)).different).to.equal(false);
  });

  it('is not held up by an account that is busy', async () => {
    proxy.use(busyAccount(2));
    const project = newProject();
    const done = await init(project);
    expect(done.exitCode, done.stderr).to.equal(0);
    expect(project.read('automation-stack.yml')).to.contain('health: { path: /health, for: 10s }');
    expect((await diff(project, 0)).different).to.equal(false);
  });

  it('gives the first deploy something to go back to', async () => {
    const project = newProject();
    const before = await fixture.container();
    const { release } = JSON.parse((await init(project, '--json')).stdout) as { release: string };
    project.append('Dockerfile', 'ENV CHANGED=1\n');
    project.commit('feat: change');
    await project.expect(0, 'deploy', '--env', 'staging');
    expect((await fixture.container()).image).not.to.equal(before.image);
    const { stderr } = await project.expect(0, 'rollback', '--env', 'staging');
    expect(stderr).to.contain(release);
    expect((await fixture.container()).image).to.equal(before.image);
  });

  it('takes a service along whose image has a tag, with its sidecar, and no value of a variable', async () => {
    const project = newProject();
    const taskDefinition = await useTag('1.4.2', (web) => [
      { ...web, name: 'agent', essential: false, command: ['sleep', '3600'], portMappings: [] },
      { ...web, environment: [{ name: 'DATABASE_URL', value: `postgres://app:${SECRET}@db/app` }] },
    ]);
    const done = await init(project);
    expect(done.exitCode, done.stderr).to.equal(0);
    expect(project.read('automation-stack.yml')).to.contain('container: web');
    expect(done.stderr + done.stdout).to.contain('agent stays in the task definition');
    expect((await diff(project, 0)).different).to.equal(false);
    for (const file of filesBelow(project.directory))
      expect(readFileSync(file, 'utf8'), file).not.to.contain(SECRET);
    await project.expect(0, 'deploy', '--env', 'staging');
    expect((await fixture.describe()).taskDefinition).to.equal(taskDefinition);
  });

  it('builds what is checked out where somebody says that something else runs', async () => {
    const project = newProject();
    expect((await init(project)).stdout).to.contain('since nothing tells its sources');
    project.commit('feat: deliver by automation-stack');
    await project.expect(0, 'push', '--force', '--env', 'staging');
    expect((await diff(project, 5)).targets[0]?.differences.map(({ what }) => what)).to.deep.equal(['image']);
  });

  it('knows the commit by the tag of the image, and then shows what is newer', async () => {
    const project = newProject();
    const commit = project.git('rev-parse', 'HEAD').slice(0, 10);
    await useTag(commit);
    project.append('Dockerfile', 'ENV NEWER=1\n');
    project.commit('feat: newer');
    const done = await init(project);
    expect(done.stderr + done.stdout).to.contain(`of commit ${commit.slice(0, 8)}`);
    expect((await diff(project, 5)).targets[0]?.differences.map(({ what }) => what)).to.deep.equal(['image']);
  });

  for (const [kind, set, lines] of [
    ['BLUE_GREEN', {}, ['kind: blue-green', 'bake: 7m', 'pause: [after-test-traffic]', 'pause-timeout: 90m']],
    [
      'CANARY',
      { canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 3 } },
      ['percent: 5', 'every: 3m'],
    ],
    [
      'LINEAR',
      { linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 2 } },
      ['percent: 25', 'every: 2m'],
    ],
  ] as const)
    it(`takes the strategy ${kind} along, and its diff is empty`, async () => {
      proxy.use(
        describedAs((service) => ({
          ...service,
          deploymentConfiguration: {
            ...(service['deploymentConfiguration'] as Json),
            strategy: kind,
            bakeTimeInMinutes: 7,
            alarms: { alarmNames: ['5xx of web'], enable: true, rollback: true },
            lifecycleHooks: [
              {
                targetType: 'PAUSE',
                lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'],
                timeoutConfiguration: { timeoutInMinutes: 90, action: 'ROLLBACK' },
              },
            ],
            ...set,
          },
          loadBalancers: (service['loadBalancers'] as Json[]).map((one) => ({
            ...one,
            advancedConfiguration: {
              alternateTargetGroupArn:
                'arn:aws:elasticloadbalancing:eu-west-1:000000000000:targetgroup/green/1',
              productionListenerRule:
                'arn:aws:elasticloadbalancing:eu-west-1:000000000000:listener-rule/app/a/1/2/3',
              roleArn: 'arn:aws:iam::000000000000:role/balancing',
            },
          })),
        })),
      );
      const project = newProject();
      const done = await init(project);
      expect(done.exitCode, done.stderr).to.equal(0);
      const text = project.read('automation-stack.yml');
      for (const line of [...lines, "alarms: ['5xx of web']"]) expect(text).to.contain(line);
      expect((await diff(project, 0)).different).to.equal(false);
    });

  it('refuses by name what others deploy, and writes nothing', async () => {
    for (const [type, who] of [
      ['CODE_DEPLOY', 'CodeDeploy'],
      ['EXTERNAL', 'an external controller'],
    ]) {
      proxy.use(
        describedAs(({ taskDefinition: _, ...service }) => ({ ...service, deploymentController: { type } })),
      );
      const project = newProject();
      const done = await init(project);
      expect(done.exitCode).to.equal(2);
      expect(done.stderr).to.contain(`is deployed by ${who} (${type})`);
      expect(existsSync(join(project.directory, 'automation-stack.yml'))).to.equal(false);
    }
  });

  it('says which names there are where a service or a cluster is not there', async () => {
    const project = newProject();
    const { cluster, service } = fixture;
    const noService = await run(project, 'init', '--from-service', `${cluster}/${service}s`);
    expect(noService.exitCode).to.equal(2);
    expect(noService.stderr).to.contain(`Did you mean --from-service ${cluster}/${service}?`);
    const noCluster = await run(project, 'init', '--from-service', `${cluster}s/${service}`);
    expect(noCluster.exitCode).to.equal(2);
    expect(noCluster.stderr)
      .to.contain(`there is no ECS cluster ${cluster}s`)
      .and.to.contain(`Did you mean --from-service ${cluster}/${service}?`)
      .and.to.contain('account 000000000000');
    proxy.use(denied('ECS.ListClusters'));
    const hidden = await run(project, 'init', '--from-service', `${cluster}/nothing-like-it`);
    expect(hidden.exitCode).to.equal(2);
    expect(hidden.stderr).to.contain('there is no service nothing-like-it');
  });

  it('needs to read the service, and does without what else is denied', async () => {
    const project = newProject();
    proxy.use(denied('ECS.DescribeServices'));
    const refused = await init(project);
    expect(refused.exitCode).to.equal(1);
    expect(refused.stderr).to.contain('AWS_ACCESS_DENIED').and.to.contain('ecs:DescribeServices');
    expect(existsSync(join(project.directory, 'automation-stack.yml'))).to.equal(false);
    proxy.use(denied('ELB.DescribeTargetGroups'));
    const done = await init(project);
    expect(done.exitCode, done.stderr).to.equal(0);
    expect(done.stdout).to.match(/the target group of web could not be read \(.*access denied/);
    await project.expect(0, 'config', 'check');
  });
});

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes(`${directory}/.git/`))
    .map((entry) => join(entry.parentPath, entry.name));
}
