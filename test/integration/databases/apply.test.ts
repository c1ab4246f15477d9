import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { readFileSync } from 'node:fs';
import { applyStep } from '../../../runner/src/infrastructure/apply.js';
import { AwsProxy } from '../../support/awsProxy.js';
import { databaseImage, MASTER, startDatabase, type DatabaseServer } from '../../support/databases.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { EcsFixture } from '../../support/ecsFixture.js';
import { stageOf } from '../../support/stage.js';
import { rejection } from '../../support/rejection.js';

const SCRIPT = readFileSync(
  new URL('../../../terraform/modules/database-user/mysql.sh', import.meta.url),
  'utf8',
);
const CONFIG = `
application: shop
environments:
  staging:
    aws: { region: eu-west-1 }
    infrastructure: { workspace: staging }
    database-users: { timeout: 60s }
`;

describe('apply, where a root describes a database user', function () {
  this.timeout(400_000);
  let fixture: EcsFixture;
  let server: DatabaseServer;
  let secrets: SecretsManagerClient;
  let proxy: AwsProxy;
  let stack: Deployment;
  let taskDefinition: string;
  const arns = { master: '', user: '' };

  before(async () => {
    const image = await databaseImage();
    fixture = await EcsFixture.create({ desired: 1 });
    server = await startDatabase(image, 'mysql');
    proxy = await AwsProxy.start(fixture.endpoint);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test-secret' };
    secrets = new SecretsManagerClient({ endpoint: fixture.endpoint, region: 'eu-west-1', credentials });
    const id = randomBytes(4).toString('hex');
    for (const key of ['master', 'user'] as const) {
      const answer = await secrets.send(new CreateSecretCommand({ Name: `test-${id}/${key}` }));
      arns[key] = answer.ARN as string;
    }
    await putMaster('not-the-password');
    const registered = await fixture.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: `test-${id}-database-user`,
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        containerDefinitions: [
          {
            name: 'database-user',
            image,
            command: ['sh', '-c', SCRIPT],
            environment: [
              { name: 'DATABASE_HOST', value: server.address },
              { name: 'DATABASE_PORT', value: String(server.port) },
              { name: 'DATABASE_NAME', value: 'shop' },
            ],
            secrets: [
              { name: 'MASTER_USERNAME', valueFrom: `${arns.master}:username::` },
              { name: 'MASTER_PASSWORD', valueFrom: `${arns.master}:password::` },
              { name: 'USER_NAME', valueFrom: `${arns.user}:username::` },
              { name: 'USER_PASSWORD', valueFrom: `${arns.user}:password::` },
            ],
            logConfiguration: {
              logDriver: 'awslogs',
              options: {
                'awslogs-group': fixture.logGroup,
                'awslogs-region': 'eu-west-1',
                'awslogs-stream-prefix': 'test',
              },
            },
          },
        ],
      }),
    );
    taskDefinition = registered.taskDefinition?.taskDefinitionArn as string;
    await readSecret();
    const user = {
      username: 'shop_app',
      secret: arns.user,
      task_definition: taskDefinition,
      container: 'database-user',
      cluster: fixture.cluster,
      subnets: ['subnet-1'],
      security_groups: ['sg-1'],
      launch_type: 'FARGATE',
      capacity_provider: null,
      services: [fixture.service],
    };
    stack = await deployment(
      {
        'automation-stack.yml': CONFIG,
        'terraform/main.tf.json': JSON.stringify({ output: { database_users: { value: { shop: user } } } }),
      },
      { ...fixture.env, AWS_ENDPOINT_URL: proxy.url },
    );
  });
  after(async () => {
    stack?.remove();
    await proxy?.stop();
    await server?.remove();
    await fixture?.remove();
  });

  /** Moves the service to a revision that names the user's secret. */
  const readSecret = async () => {
    const own = await fixture.container();
    const environment = [...(own.environment ?? []), { name: 'DATABASE_SECRET', value: arns.user }];
    const { taskDefinition: moved } = await fixture.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: fixture.service,
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        containerDefinitions: [{ ...own, environment }],
      }),
    );
    await fixture.update(moved?.taskDefinitionArn as string);
  };
  const putMaster = (password: string) =>
    secrets.send(
      new PutSecretValueCommand({
        SecretId: arns.master,
        SecretString: JSON.stringify({ username: MASTER.username, password }),
      }),
    );
  const value = async () => {
    const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: arns.user }));
    return JSON.parse(SecretString) as { username: string; password: string; madeBy?: string };
  };
  /** In a process of its own, as it is typed. */
  const apply = async () => {
    proxy.clear();
    const { context, events } = await stack.again();
    const environment = await context.environment('staging');
    events.length = 0;
    return applyStep(context, environment, stageOf('apply:staging', context));
  };
  const calls = () =>
    proxy.calls.map(({ action }) => action).filter((action) => /^(ECS|SecretsManager)/.test(action));

  it('says what the task said where the user cannot be made, and leaves it to be made', async () => {
    const failure = await rejection(apply(), 'DATABASE_USER_FAILED');
    expect(failure.message).to.contain(
      'the user shop_app was not created: container database-user exited with code 77',
    );
    expect(failure.evidence.join('\n')).to.contain('the database refuses the master user dbadmin');
    expect(failure.next).to.contain('apply --env staging');
    expect((await value()).madeBy).to.equal(undefined);
  });

  it('goes on with the password that it has drawn, and starts the tasks anew that read it', async () => {
    await putMaster(MASTER.password);
    const { password } = await value();
    const before = (await fixture.describe()).deployments?.[0]?.id;
    expect((await apply()).summary).to.match(/^no changes; database user shop made$/);
    expect(await value()).to.deep.equal({ username: 'shop_app', password, madeBy: taskDefinition });
    expect(password).to.match(/^[A-Za-z0-9]{40}$/);
    expect(await server.sql({ username: 'shop_app', password }, 'shop', 'SELECT 7;')).to.contain('7');
    expect(calls()).to.include('ECS.UpdateService');
    expect((await fixture.describe()).deployments?.[0]?.id).not.to.equal(before);
  });

  it('asks for the secret once, and changes nothing, where the user stands as it should', async () => {
    expect((await apply()).summary).to.equal('no changes');
    expect(calls()).to.deep.equal(['SecretsManager.GetSecretValue']);
  });

  it('gives it another password where the value was taken away', async () => {
    const { password } = await value();
    await secrets.send(new PutSecretValueCommand({ SecretId: arns.user, SecretString: '{}' }));
    await apply();
    const fresh = await value();
    expect(fresh.password).not.to.equal(password);
    const asBefore = { username: 'shop_app', password };
    expect(await server.sql(asBefore, 'shop', 'SELECT 7;')).to.match(/denied/);
    expect(await server.sql({ ...asBefore, password: fresh.password }, 'shop', 'SELECT 7;')).to.contain('7');
  });
});
