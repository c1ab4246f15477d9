import { expect } from 'chai';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import { IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { EnvironmentDiff } from '../../../runner/src/delivery/diff/diffEnvironment.js';
import type { Verified } from '../../../runner/src/delivery/verify/verifyEnvironment.js';
import { Project } from '../../support/project.js';

/** What a person does before a deploy, on real services: look, let Terraform change something, look again, deploy. */
describe('before a deploy', function () {
  this.timeout(180_000);
  let project: Project;
  let client: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  let ecs: ECSClient;
  let family: string;
  const parameter = `/before-deploy/${Date.now()}`;

  const diff = async (exitCode: number) => {
    const { stdout } = await project.expect(exitCode, 'diff', '--env', 'staging', '--json');
    return JSON.parse(stdout.trim().split('\n').at(-1) as string) as EnvironmentDiff;
  };
  const verify = async (exitCode: number) => {
    const { stdout } = await project.expect(exitCode, 'verify', '--env', 'staging', '--json');
    const { checks } = JSON.parse(stdout.trim().split('\n').at(-1) as string) as Verified;
    return new Map(checks.map((one) => [one.id, one]));
  };
  const described = async (name: string): Promise<TaskDefinition> => {
    const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: name }));
    return answer.taskDefinition as TaskDefinition;
  };
  const running = async () => {
    const outputs = await project.json<{ cluster: string; service: string }>('output', '--env', 'staging');
    const answer = await ecs.send(
      new DescribeServicesCommand({ cluster: outputs.cluster, services: [outputs.service] }),
    );
    return described(answer.services?.[0]?.taskDefinition as string);
  };
  /** As Terraform does: a revision made from its own first one, whatever deploys have registered since. */
  const terraform = async (change: (first: TaskDefinition) => Partial<TaskDefinition>) => {
    const first = await described(`${family}:1`);
    const { containerDefinitions, cpu, networkMode, requiresCompatibilities, executionRoleArn, memory } =
      first;
    const input = {
      containerDefinitions,
      cpu,
      memory,
      networkMode,
      requiresCompatibilities,
      executionRoleArn,
    };
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family,
        ...input,
        ...change(first),
      }),
    );
  };

  /** What the execution role lacks until then, IAM says. */
  const mayRead = async (name: string) => {
    const arn = `arn:aws:ssm:eu-west-1:000000000000:parameter${name}`;
    const found = (await verify(1)).get('role:web');
    expect(found?.found).to.match(new RegExp(`may not ssm:GetParameters on ${arn}$`));
    const statement = /Add to the policy of (\S+): (\{.*\})$/.exec(found?.next ?? '');
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [JSON.parse(statement?.[2] ?? '')],
    });
    const iam = new IAMClient(client);
    await iam.send(
      new PutRolePolicyCommand({ RoleName: statement?.[1], PolicyName: 'read-token', PolicyDocument }),
    );
    iam.destroy();
  };

  before(async () => {
    project = Project.copyOf('hello-ecs');
    client = {
      endpoint: project.env['AWS_ENDPOINT_URL'] as string,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    ecs = new ECSClient(client);
    await project.expect(0, 'apply', '--env', 'staging');
    family = (await running()).family as string;
  });
  after(async () => {
    await project.run('destroy', '--env', 'staging', '--yes', '--confirm', 'staging');
    project.remove();
    ecs.destroy();
  });

  it('diff tells of a release that is not built yet, and verify of all that it will need', async () => {
    const { built, targets } = await diff(5);
    expect(built).to.equal(false);
    expect(targets[0]?.differences.map(({ what, name }) => name ?? what)).to.deep.equal([
      'image',
      'APP_VERSION',
    ]);
    const checks = await verify(0);
    expect(checks.get('image:web')?.status).to.equal('skipped');
    expect(checks.get('logs:web')?.status).to.equal('ok');
    expect(checks.get('ports:web')?.status).to.equal('ok');
    expect(checks.get('health:web')?.status).to.equal('ok');
    expect(checks.get('role:web')).to.include({ status: 'ok' });
    expect(checks.get('role:web')?.found).to.contain('IAM allows it to write logs');
    // The emulator has no quotas.
    expect(checks.get('quota:web')?.status).to.equal('unverified');
  });

  it('diff is empty after the deploy', async () => {
    await project.expect(0, 'deploy', '--env', 'staging');
    expect((await diff(0)).different).to.equal(false);
  });

  it('what Terraform changes is seen, and taken along by a deploy of the same release', async () => {
    await terraform(() => ({ memory: '1024' }));
    expect((await diff(5)).targets[0]?.fromTerraform).to.deep.equal([
      { what: 'memory', from: '512', to: '1024' },
    ]);
    const { stderr } = await project.expect(0, 'deploy', '--env', 'staging');
    expect(stderr).to.contain('takes along from Terraform: memory 512 → 1024');
    const { memory, containerDefinitions } = await running();
    expect(memory).to.equal('1024');
    expect(containerDefinitions?.[0]?.environment).to.deep.include({ name: 'APP_VERSION', value: '0.1.0' });
    expect((await diff(0)).different).to.equal(false);
  });

  it('a secret that is not there is named by verify, and stops a deploy before anything moves', async () => {
    const before = await running();
    await terraform(({ containerDefinitions = [] }) => ({
      memory: '1024',
      containerDefinitions: containerDefinitions.map((one) => ({
        ...one,
        secrets: [{ name: 'TOKEN', valueFrom: parameter }],
      })),
    }));
    const found = (await verify(1)).get('secrets:web');
    expect(found?.found).to.contain(`TOKEN: ${parameter} is not there`);
    const { stderr } = await project.expect(3, 'deploy', '--env', 'staging');
    expect(stderr).to.contain(`TOKEN: ${parameter} is not there`).and.to.contain('--no-verify');
    expect((await running()).taskDefinitionArn).to.equal(before.taskDefinitionArn);
    const ssm = new SSMClient(client);
    await ssm.send(new PutParameterCommand({ Name: parameter, Value: 'x', Type: 'String' }));
    ssm.destroy();
    await mayRead(parameter);
    const checks = await verify(0);
    expect(checks.get('secrets:web')?.status).to.equal('ok');
    expect(checks.get('role:web')?.found).to.contain('IAM allows it to read secrets, write logs');
    await project.expect(0, 'deploy', '--env', 'staging');
    expect((await running()).containerDefinitions?.[0]?.secrets).to.deep.equal([
      { name: 'TOKEN', valueFrom: parameter },
    ]);
  });
});
