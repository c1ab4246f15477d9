import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { createAwsClients } from '../../../runner/src/adapters/aws/clients.js';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import { calls, type CallName, type CallRow } from '../../../runner/src/core/iam/calls.js';
import { callsOf, type Verb } from '../../../runner/src/core/iam/verbs.js';
import { createLoadBalancer, deleteLoadBalancer } from '../../../runner/src/local/loadBalancers.js';
import { localSettings } from '../../../runner/src/local/settings.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { createBalancer } from '../../../runner/src/targets/fleet/balancer.js';
import { AwsProxy, type ProxiedCall } from '../../support/awsProxy.js';
import { Project } from '../../support/project.js';
import { makeBucket } from '../../support/stateStores.js';

const id = randomBytes(4).toString('hex');
const CONFIG = (bucket: string, migrate: string) => `
application: shop
branches: { develop: staging, main: production }
images:
  web: { repository: test-${id}/web, build-args: { BASE: '\${env:AUTOMATION_STACK_BASE_BUSYBOX}' } }
environments:
  staging:
    aws: { region: eu-west-1, account: '000000000000' }
    inventory: { tags: { Application: shop-${id} } }
    targets:
      web:
        kind: ecs-service
        cluster: calls-${id}
        service: staging-${id}
        image: web
        environment: { PARAMETER: '\${ssm:/shop/${id}}', SECRET: '\${secret:shop-${id}}' }
        migrate: ${migrate}
        health: { path: /health, for: 1s }
  production:
    extends: staging
    promotion: { from: staging }
    targets: { web: { service: production-${id} } }
state: { location: s3://${bucket}/ci }
`;
const WORKS = "{ command: [sh, -c, 'echo migrated'] }";
const HANGS = "{ command: [sh, -c, 'echo begun; sleep 60'], timeout: 2s }";
const SERVE = "mkdir -p /www; echo ok > /www/health; trap 'exit 0' TERM; httpd -f -p 8000 -h /www & wait\n";
const SERVICES: Readonly<Record<string, string>> = {
  ECS: 'ecs',
  ECR: 'ecr',
  EC2: 'ec2',
  ELB: 'elasticloadbalancing',
  STS: 'sts',
  SSM: 'ssm',
  SecretsManager: 'secretsmanager',
  Logs: 'logs',
};
const METHODS: Readonly<Record<string, string>> = {
  GET: 's3:GetObject',
  PUT: 's3:PutObject',
  DELETE: 's3:DeleteObject',
};

/** What the proxy saw, as the table names it; undefined of requests that are none of the AWS API. */
function callOf({ action }: ProxiedCall): string | undefined {
  const [method = '', path] = action.split(' ');
  if (path === undefined) {
    const [service = '', name = ''] = action.split('.');
    return `${SERVICES[service] ?? service}:${name}`;
  }
  // The emulator's own ways to a load balancer and to its registry.
  if (/^\/(?:_alb|v2)\//.test(path)) return undefined;
  const isBucket = path.split('/').filter((part) => part !== '').length === 1;
  return isBucket && method === 'GET' ? 's3:ListObjectsV2' : METHODS[method];
}

/** Every command that asks AWS for something, on real services, with what it asks written down. */
describe('the calls that are really made', function () {
  this.timeout(180_000);
  const made = new Map<Verb, Set<string>>();
  let project: Project;
  let proxy: AwsProxy;
  let bucket: string;

  const note = (verb: Verb) => {
    const seen = made.get(verb) ?? new Set<string>();
    for (const one of proxy.calls) {
      const call = callOf(one);
      if (call !== undefined) seen.add(call);
    }
    made.set(verb, seen);
    proxy.clear();
  };
  /** Runs a command whose calls all go through the proxy. */
  const run = async (exitCode: number, verb: Verb, ...words: readonly string[]) => {
    proxy.clear();
    const { ended } = project.start([verb, ...words], { AWS_ENDPOINT_URL: proxy.url });
    const { exitCode: code, stdout, stderr } = await ended;
    note(verb);
    expect(code, `${verb} ${words.join(' ')}:\n${stderr}${stdout}`).to.equal(exitCode);
  };
  const commit = (text: string) => {
    project.append('serve.sh', `# ${text}\n`);
    project.commit(`feat: ${text}`);
  };
  const client = () => ({
    endpoint: project.env['AWS_ENDPOINT_URL'] as string,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

  before(async () => {
    bucket = await makeBucket();
    project = Project.of({
      'automation-stack.yml': CONFIG(bucket, WORKS),
      Dockerfile: 'ARG BASE\nFROM $BASE\nCOPY serve.sh /serve.sh\nCMD ["sh", "/serve.sh"]\n',
      'serve.sh': SERVE,
    });
    proxy = await AwsProxy.start(project.env['AWS_ENDPOINT_URL'] as string);
    await new SSMClient(client()).send(
      new PutParameterCommand({ Name: `/shop/${id}`, Value: 'parameter', Type: 'String' }),
    );
    await new SecretsManagerClient(client()).send(
      new CreateSecretCommand({ Name: `shop-${id}`, SecretString: 'secret' }),
    );
    for (const name of ['staging', 'production'])
      await project.expect(0, 'local', 'create', 'ecs-service', `${name}-${id}`, `cluster=calls-${id}`);
  });
  after(async () => {
    for (const name of ['staging', 'production'])
      await project.run('local', 'delete', 'ecs-service', `${name}-${id}`, `cluster=calls-${id}`);
    await proxy.stop();
    project.remove();
  });

  it('of a release on its way are all allowed to the commands that make them', async () => {
    await run(0, 'build');
    await run(0, 'push', '--env', 'staging');
    await run(0, 'deploy', '--env', 'staging');
    await run(0, 'promote', '--env', 'production');
    commit('another');
    await run(0, 'run', '--branch', 'develop');
    await run(0, 'rollback', '--env', 'staging');
    await run(0, 'migrate', '--env', 'staging');
    await run(0, 'status', '--live');
    await run(0, 'history', '--env', 'staging');
    await run(0, 'lock', 'acquire', '--env', 'staging', '--reason', 'maintenance');
    await run(0, 'lock', 'release', '--env', 'staging');
    await run(0, 'release');
    await run(1, 'inventory', '--env', 'staging');
    proxy.clear();
    await project.start(['doctor', '--env', 'staging'], { AWS_ENDPOINT_URL: proxy.url }).ended;
    note('doctor');
  });

  it('of a migration that hangs are allowed too: it is stopped, and its last words are read', async () => {
    project.write('automation-stack.yml', CONFIG(bucket, HANGS));
    commit('hangs');
    await run(1, 'deploy', '--env', 'staging');
    expect(made.get('deploy')).to.include('ecs:StopTask').and.to.include('logs:GetLogEvents');
  });

  it('of a fleet behind a load balancer are allowed to a deploy', async () => {
    const settings = localSettings(process.env);
    const name = `calls-${id}`;
    await createLoadBalancer(settings, { name, port: 8000, healthPath: '/health', targets: [] });
    try {
      proxy.clear();
      const aws = createAwsClients({
        env: { ...project.env, AWS_ENDPOINT_URL: proxy.url },
        secrets: new SecretRegistry(),
      });
      const balancer = await createBalancer({
        ...{ aws, clock: systemClock, targetGroup: name, port: 8000 },
        ...{ drainMs: 0, healthyMs: 0 },
      });
      const host = { name: 'one', address: '10.0.0.1', port: 22, user: 'x', groups: [] };
      const { signal } = new AbortController();
      await balancer.register(host);
      await balancer.serves(host, signal);
      await balancer.drain(host, signal);
      note('deploy');
    } finally {
      await deleteLoadBalancer(settings, name);
    }
  });

  it('are none that the table does not allow', () => {
    const wrong = [...made].flatMap(([verb, seen]) => {
      const allowed: readonly string[] = callsOf(verb);
      return [...seen].filter((call) => !allowed.includes(call)).map((call) => `${verb}: ${call}`);
    });
    expect(wrong).to.deep.equal([]);
  });

  it('are all of the table, but for those that say why not', () => {
    const seen = new Set([...made.values()].flatMap((one) => [...one]));
    const rows = Object.entries(calls) as [CallName, CallRow][];
    expect(
      rows.filter(([name, { unmade }]) => unmade === undefined && !seen.has(name)).map(([name]) => name),
    ).to.deep.equal([]);
    expect(
      rows.filter(([name, { unmade }]) => unmade !== undefined && seen.has(name)).map(([name]) => name),
    ).to.deep.equal([]);
  });
});
