import { expect } from 'chai';
import { createAwsClients } from '../../../../../../runner/src/adapters/aws/clients.js';
import type {
  ContainerDefinition,
  Service,
  TaskDefinition,
} from '../../../../../../runner/src/adapters/aws/ecs.js';
import {
  needsOf,
  simulationsOf,
} from '../../../../../../runner/src/delivery/targets/ecs/verify/roleNeeds.js';
import type { SecretViews } from '../../../../../../runner/src/delivery/targets/ecs/verify/secretsCheck.js';
import { verifyRole } from '../../../../../../runner/src/delivery/targets/ecs/verify/verifyRole.js';
import { StackError } from '../../../../../../runner/src/base/errors.js';
import { SecretRegistry } from '../../../../../../runner/src/secrets/redact.js';
import { AwsProxy } from '../../../../../support/awsProxy.js';
import { denying, simulator, type SimulatedRole } from '../../../../../support/aws/simulator.js';

const ACCOUNT = '111111111111';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/execution`;
const IMAGE = `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop/web@sha256:a`;
const REPOSITORY = `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/shop/web`;
const SECRET = `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:db-AbCdEf`;
const PARAMETER = `arn:aws:ssm:eu-west-1:${ACCOUNT}:parameter/shop/token`;
const LOGS = `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/ecs/web`;
const KEY = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1234`;

const awslogs = (options: Record<string, string> = {}): ContainerDefinition['logConfiguration'] => ({
  logDriver: 'awslogs',
  options: { 'awslogs-group': '/ecs/web', 'awslogs-stream-prefix': 'web', ...options },
});
const definition = (
  container: ContainerDefinition = {},
  over: Partial<TaskDefinition> = {},
): TaskDefinition => ({
  taskDefinitionArn: `arn:aws:ecs:eu-west-1:${ACCOUNT}:task-definition/web:1`,
  requiresCompatibilities: ['FARGATE'],
  executionRoleArn: ROLE,
  containerDefinitions: [{ name: 'web', image: IMAGE, logConfiguration: awslogs(), ...container }],
  ...over,
});
const secrets = (...values: string[]) => ({
  secrets: values.map((valueFrom, index) => ({ name: `S${index}`, valueFrom })),
});
const place = { region: 'eu-west-1', account: ACCOUNT, isFargate: true };
const pairs = (of: TaskDefinition, views: SecretViews = new Map(), isFargate = true) =>
  needsOf(of, { ...place, isFargate }, views).map(({ action, resource }) => `${action} ${resource}`);

describe('verify: what tasks need of their execution role', () => {
  it('is to pull and to log, on Fargate', () => {
    expect(pairs(definition())).to.deep.equal([
      'ecr:GetAuthorizationToken *',
      `ecr:BatchCheckLayerAvailability ${REPOSITORY}`,
      `ecr:GetDownloadUrlForLayer ${REPOSITORY}`,
      `ecr:BatchGetImage ${REPOSITORY}`,
      `logs:CreateLogStream ${LOGS}:log-stream:web/web/0`,
      `logs:PutLogEvents ${LOGS}:log-stream:web/web/0`,
    ]);
  });

  it('is only what the agent of a machine does by it otherwise', () => {
    expect(pairs(definition(secrets(SECRET)), new Map(), false)).to.deep.equal([
      `secretsmanager:GetSecretValue ${SECRET}`,
    ]);
  });

  it('is nothing for images that are not in ECR, and logs that are not in CloudWatch', () => {
    const elsewhere = { image: 'ghcr.io/shop/web:1', logConfiguration: { logDriver: 'splunk' as const } };
    expect(pairs(definition(elsewhere))).to.deep.equal([]);
    const mirror = { image: '127.0.0.1:4566/shop/web@sha256:a', logConfiguration: undefined };
    expect(pairs(definition(mirror))).to.deep.equal([]);
  });

  it('is each secret once, in the words of its store, and the customer’s key that it is under', () => {
    const of = definition({
      ...secrets(`${SECRET}:user::`, `${SECRET}:password::`, '/shop/token', 'plain'),
      image: 'x',
      logConfiguration: { logDriver: 'splunk', secretOptions: [{ name: 'T', valueFrom: SECRET }] },
    });
    const views = new Map([
      [SECRET, { arn: SECRET, key: KEY }],
      ['/shop/token', { key: '1234' }],
    ]);
    expect(pairs(of, views)).to.deep.equal([
      `secretsmanager:GetSecretValue ${SECRET}`,
      `kms:Decrypt ${KEY}`,
      `ssm:GetParameters ${PARAMETER}`,
      `ssm:GetParameters arn:aws:ssm:eu-west-1:${ACCOUNT}:parameter/plain`,
    ]);
  });

  it('is the login of another registry, files of variables, and a log group that is to be made', () => {
    const of = definition({
      image: 'registry.example.com/web',
      repositoryCredentials: { credentialsParameter: SECRET },
      environmentFiles: [{ value: 'arn:aws:s3:::shop/web.env', type: 's3' }],
      logConfiguration: awslogs({ 'awslogs-create-group': 'true', 'awslogs-region': 'eu-west-2' }),
    });
    expect(pairs(of).slice(0, 4)).to.deep.equal([
      `secretsmanager:GetSecretValue ${SECRET}`,
      's3:GetObject arn:aws:s3:::shop/web.env',
      's3:GetBucketLocation arn:aws:s3:::shop',
      `logs:CreateLogGroup ${LOGS.replace('eu-west-1', 'eu-west-2')}:log-stream:`,
    ]);
  });

  for (const [region, suffix, partition] of [
    ['cn-north-1', 'amazonaws.com.cn', 'aws-cn'],
    ['us-gov-west-1', 'amazonaws.com', 'aws-us-gov'],
  ] as const) {
    it(`is in the partition of ${region}`, () => {
      const image = `${ACCOUNT}.dkr.ecr.${region}.${suffix}/web:1`;
      const of = definition({ image, ...secrets('/a') });
      const found = needsOf(of, { ...place, region }, new Map([['/a', { key: '1234' }]]));
      expect(new Set(found.map(({ resource }) => resource.split(':')[1]).filter(Boolean))).to.deep.equal(
        new Set([partition]),
      );
      const { context } = found.find(({ action }) => action === 'kms:Decrypt') as (typeof found)[number];
      expect(context).to.deep.equal({
        'aws:RequestedRegion': region,
        'aws:ResourceAccount': ACCOUNT,
        'kms:ViaService': `ssm.${region}.${suffix}`,
      });
    });
  }

  it('is asked in as few requests as try nothing that is not needed', () => {
    const of = definition(secrets('/a', '/b', SECRET));
    const asked = simulationsOf(needsOf(of, place, new Map()));
    expect(asked.map(({ actions, resources }) => [actions.length, resources.length])).to.deep.equal([
      [1, 1],
      [3, 1],
      [1, 2],
      [1, 1],
      [2, 1],
    ]);
  });
});

const policy = (...statements: [Action: string | string[], Resource: string | string[], over?: object][]) =>
  ({
    Statement: statements.map(([Action, Resource, over]) => ({ Effect: 'Allow', Action, Resource, ...over })),
  }) as never;
const PULLS = policy(
  ['ecr:GetAuthorizationToken', '*'],
  ['ecr:*', REPOSITORY],
  [['logs:CreateLogStream', 'logs:PutLogEvents'], `${LOGS}:*`],
);

describe('verify: the execution role', () => {
  let proxy: AwsProxy;
  before(async () => (proxy = await AwsProxy.start('http://127.0.0.1:1')));
  after(() => proxy.stop());

  interface Question {
    readonly role?: SimulatedRole;
    readonly next?: TaskDefinition;
    readonly running?: TaskDefinition;
    readonly service?: Service;
    readonly views?: () => Promise<SecretViews>;
    readonly denied?: RegExp;
  }
  const verify = async ({ role, denied, ...over }: Question) => {
    proxy.clear();
    proxy.use(denying(denied ?? /never/), simulator({ roles: role === undefined ? {} : { [ROLE]: role } }));
    const { next = definition(), running = definition(), service = {}, views } = over;
    return verifyRole({
      aws: createAwsClients({
        region: 'eu-west-1',
        env: { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'very-secret', AWS_ENDPOINT_URL: proxy.url },
        secrets: new SecretRegistry(),
      }),
      service,
      running: { definition: running, tags: [] },
      definition: next,
      views: views ?? (async () => new Map()),
      signal: new AbortController().signal,
    });
  };

  it('may do all that is needed', async () => {
    expect(await verify({ role: { policies: [PULLS] } })).to.deep.equal({
      status: 'ok',
      found: 'execution: IAM allows it to pull, write logs',
    });
  });

  it('is asked by its ARN where the task definition has only its name', async () => {
    const next = definition({}, { executionRoleArn: 'execution' });
    expect((await verify({ role: { policies: [PULLS] }, next })).status).to.equal('ok');
  });

  it('lacks a permission: which, on what, and the statement that gives it', async () => {
    const found = await verify({
      role: { policies: [PULLS] },
      next: definition(secrets('/shop/token', SECRET)),
    });
    expect(found).to.deep.equal({
      status: 'failed',
      found: `execution may not ssm:GetParameters on ${PARAMETER}; secretsmanager:GetSecretValue on ${SECRET}`,
      next: `Add to the policy of execution: {"Effect":"Allow","Action":["ssm:GetParameters"],"Resource":["${PARAMETER}"]}, {"Effect":"Allow","Action":["secretsmanager:GetSecretValue"],"Resource":["${SECRET}"]}`,
    });
  });

  it('lacks the logs: the statement is about the group, as tasks name their streams', async () => {
    const found = await verify({ role: { policies: [policy([['ecr:*'], ['*']])] } });
    expect(found.next).to.equal(
      `Add to the policy of execution: {"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":["${LOGS}:*"]}`,
    );
  });

  it('lacks the key of a secret, which is asked of as the store does', async () => {
    const next = definition(secrets(SECRET));
    const views = async () => new Map([[SECRET, { arn: SECRET, key: '1234' }]]);
    const reads = policy(['secretsmanager:GetSecretValue', SECRET]);
    const lacking = await verify({ role: { policies: [PULLS, reads] }, next, views });
    expect(lacking.found).to.equal(`execution may not kms:Decrypt on ${KEY}`);
    const via = {
      Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' } },
    };
    const decrypts = policy(['kms:Decrypt', KEY, via]);
    expect((await verify({ role: { policies: [PULLS, reads, decrypts] }, next, views })).status).to.equal(
      'ok',
    );
  });

  it('is forbidden something: no statement mends that', async () => {
    const deny = policy(['ecr:BatchGetImage', '*', { Effect: 'Deny' }]);
    const found = await verify({ role: { policies: [PULLS, deny] }, service: { runningCount: 2 } });
    expect(found.status).to.equal('failed');
    expect(found.found).to.contain('ecr:BatchGetImage (denied explicitly)');
    expect(found.next).to.match(/^Take what denies .* out of the policies of execution\.$/);
  });

  it('is kept from it by its boundary', async () => {
    const boundary = policy(['ecr:*', '*']);
    const found = await verify({ role: { policies: [PULLS], boundary }, service: { runningCount: 1 } });
    expect(found.status).to.equal('failed');
    expect(found.next).to.match(
      /^Add to the permissions boundary of execution: \{"Effect":"Allow","Action":\["logs:/,
    );
  });

  it('may have it by a policy of the resource, where what runs was started by it', async () => {
    const role = { policies: [] };
    const found = await verify({ role, service: { runningCount: 1 } });
    expect(found.status).to.equal('warning');
    expect(found.found).to.contain('what runs was started by it');
    expect((await verify({ role, service: { runningCount: 0 } })).status).to.equal('failed');
    const renamed = definition({}, { executionRoleArn: `${ROLE}2` });
    expect((await verify({ role, service: { runningCount: 1 }, running: renamed })).status).to.equal(
      'failed',
    );
    const fresh = definition(secrets('/new'));
    expect((await verify({ role, next: fresh, service: { runningCount: 1 } })).found).to.match(
      /^execution may not ssm:GetParameters on \S+$/,
    );
  });

  for (const [name, question, words] of [
    [
      'a condition that the simulation has no value for',
      {
        role: {
          policies: [
            policy([['ecr:*', 'logs:*'], '*', { Condition: { StringEquals: { 'aws:SourceVpce': 'x' } } }]),
          ],
        },
      },
      /depends on aws:SourceVpce/,
    ],
    [
      'a policy of the organization',
      { role: { policies: [PULLS], organization: [policy(['ecr:*', '*'])] } },
      /of the organization/,
    ],
    [
      'a resource of another account',
      {
        role: { policies: [PULLS, policy(['ecr:*', '*'])] },
        next: definition({ image: IMAGE.replace(ACCOUNT, '222222222222') }),
      },
      /account 222222222222 decides it too/,
    ],
    [
      'a key by its alias',
      {
        role: { policies: [PULLS, policy(['secretsmanager:*', '*'])] },
        next: definition(secrets(SECRET)),
        views: async () => new Map([[SECRET, { key: 'alias/shop' }]]),
      },
      /aws kms describe-key --region eu-west-1 --key-id arn:aws:kms:eu-west-1:111111111111:alias\/shop/,
    ],
    [
      'a caller who may not ask',
      { denied: /Simulate/ },
      /access denied.*simulate-principal-policy --policy-source-arn arn:aws:iam::111111111111:role\/execution --action-names ecr:GetAuthorizationToken --resource-arns '\*'; aws iam .*--action-names logs:CreateLogStream logs:PutLogEvents/,
    ],
  ] satisfies [string, Question, RegExp][]) {
    it(`is not known, because of ${name}; what runs proves it`, async () => {
      const found = await verify(question);
      expect(found.status, found.found).to.equal('unverified');
      expect(`${found.found} → ${found.next}`).to.match(words);
      const running = 'next' in question ? question.next : definition();
      const proven = await verify({ ...question, running, service: { runningCount: 1 } });
      expect(proven.status, proven.found).to.equal('ok');
    });
  }

  it('is not there', async () => {
    const found = await verify({ service: { runningCount: 1 } });
    expect(found).to.include({ status: 'failed', found: 'execution: there is no such role' });
  });

  it('is judged by the task definition where the stores do not tell of the secrets', async () => {
    const views = async () => Promise.reject(new StackError('AWS_ACCESS_DENIED', 'no'));
    const reads = policy(['secretsmanager:*', SECRET]);
    const found = await verify({
      role: { policies: [PULLS, reads] },
      next: definition(secrets(SECRET)),
      views,
    });
    expect(found.found).to.equal('execution: IAM allows it to pull, read secrets, write logs');
  });

  it('is not set', async () => {
    const none = (container: ContainerDefinition, over: Partial<TaskDefinition> = {}) =>
      verify({ next: definition(container, { executionRoleArn: '', ...over }) });
    expect((await none(secrets('/a'))).status).to.equal('failed');
    expect((await none({})).status).to.equal('warning');
    expect((await none({}, { requiresCompatibilities: ['EC2'] })).status).to.equal('skipped');
    expect(proxy.calls).to.deep.equal([]);
  });
});
