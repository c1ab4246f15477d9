import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { createAwsClients } from '../../../runner/src/adapters/aws/clients.js';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import { calls, type CallName, type CallRow } from '../../../runner/src/iam/rules/calls.js';
import { storePermissions, targetPermissions } from '../../support/iam/targetPermissions.js';
import { callsOf, type Verb } from '../../../runner/src/iam/rules/verbs.js';
import { createLoadBalancer, deleteLoadBalancer } from '../../../runner/src/local/loadBalancers.js';
import { localSettings } from '../../../runner/src/local/settings.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { createBalancer } from '../../../runner/src/delivery/targets/fleet/balancer.js';
import { underPolicies } from '../../support/aws/underPolicies.js';
import { AwsProxy, type ProxiedCall } from '../../support/awsProxy.js';
import { cli } from '../../support/cli.js';
import type { PolicyDocument } from '../../support/iam/evaluate.js';
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
const FLEET = `
application: shop
images: { web: { repository: test-${id}/web } }
environments:
  staging:
    aws: { region: eu-west-1, account: '000000000000' }
    inventory: { tags: { Application: shop-${id} } }
    targets:
      web: { kind: fleet, group: web, image: web, target-group: calls-${id}, health: { path: /health, for: 1s } }
`;
const WORKS = "{ command: [sh, -c, 'echo migrated'] }";
const HANGS = "{ command: [sh, -c, 'echo begun; sleep 60'], timeout: 2s }";
const SERVE = "mkdir -p /www; echo ok > /www/health; trap 'exit 0' TERM; httpd -f -p 8000 -h /www & wait\n";
const SERVICES: Readonly<Record<string, string>> = {
  ECS: 'ecs',
  ECR: 'ecr',
  EC2: 'ec2',
  ELB: 'elasticloadbalancing',
  IAM: 'iam',
  ServiceQuotas: 'servicequotas',
  STS: 'sts',
  SSM: 'ssm',
  SecretsManager: 'secretsmanager',
  Logs: 'logs',
  AnyScaleFrontendService: 'application-autoscaling',
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
  const guard = underPolicies();
  /** Every action that a printed policy allows. */
  const printed = new Set<string>();
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
  /** The policy that a user would make for a command: with all the names that can be given. */
  const policyOf = async (
    verb: Verb,
    environment: string,
    ...more: readonly string[]
  ): Promise<PolicyDocument> => {
    const service = `${environment}-${id}`;
    const { exitCode, stdout, stderr } = await cli(
      [
        ...['iam-policy', '--env', environment, '--command', verb, '--family', service],
        ...['--role', `${service}-execution`, '--log-group', `/ecs/${service}`, ...more],
      ],
      { cwd: project.directory, env: project.env },
    );
    expect(exitCode, stderr).to.equal(0);
    const policy = JSON.parse(stdout) as { Statement: { Action: string[] }[] } & PolicyDocument;
    for (const { Action } of policy.Statement) for (const action of Action) printed.add(action);
    return policy;
  };
  /** The environment that words are about; every one where they do not say. */
  const environmentsOf = (words: readonly string[]): readonly string[] => {
    const named = words[words.indexOf('--env') + 1];
    return words.includes('--env') ? [named as string] : ['staging', 'production'];
  };
  const allow = async (verb: Verb, words: readonly string[]) =>
    guard.allow(await Promise.all(environmentsOf(words).map((one) => policyOf(verb, one))));
  /** Runs a command whose calls all go through the proxy, which lets through what the command's policy allows. */
  const run = async (exitCode: number, verb: Verb, ...words: readonly string[]) => {
    await allow(verb, words);
    proxy.clear();
    const { host } = new URL(proxy.url);
    // What the engine pushes goes through the proxy too; what the tasks pull is not the command's.
    const registry: Readonly<Record<string, string>> =
      verb === 'push' ? { AUTOMATION_STACK_REGISTRY: host } : {};
    const { ended } = project.start([verb, ...words], { AWS_ENDPOINT_URL: proxy.url, ...registry });
    const { exitCode: code, stdout, stderr } = await ended;
    note(verb);
    expect(code, `${verb} ${words.join(' ')}:\n${stderr}${stdout}`).to.equal(exitCode);
    expect(guard.refused.splice(0), `${verb} ${words.join(' ')}`).to.deep.equal([]);
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
      'fleet.yml': FLEET,
      Dockerfile: 'ARG BASE\nFROM $BASE\nCOPY serve.sh /serve.sh\nCMD ["sh", "/serve.sh"]\n',
      'serve.sh': SERVE,
    });
    proxy = await AwsProxy.start(project.env['AWS_ENDPOINT_URL'] as string);
    proxy.use(guard.truth);
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
    expect([...guard.used])
      .to.include('ecr:UploadLayerPart')
      .and.to.include('ecr:PutImage');
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
    await allow('doctor', ['--env', 'staging']);
    proxy.clear();
    await project.start(['doctor', '--env', 'staging'], { AWS_ENDPOINT_URL: proxy.url }).ended;
    note('doctor');
    expect(guard.refused, 'doctor').to.deep.equal([]);
  });

  it('of what is done with what runs are allowed too', async () => {
    await run(0, 'tasks', '--env', 'staging');
    await run(0, 'logs', '--env', 'staging');
    await run(0, 'logs', '--env', 'staging', '--since', '10m');
    await run(0, 'task', '--env', 'staging', '--', 'true');
    await run(0, 'scale', '1', '--env', 'staging');
    await run(0, 'restart', '--env', 'staging');
    await run(5, 'diff', '--env', 'staging');
    await run(0, 'verify', '--env', 'staging');
  });

  it('are refused to a command under the policy of another, which is told', async () => {
    await allow('status', ['--env', 'staging']);
    commit('refused');
    const { exitCode, stderr } = await project.start(['deploy', '--env', 'staging'], {
      AWS_ENDPOINT_URL: proxy.url,
    }).ended;
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain('access denied').and.to.contain('"Effect":"Allow"');
    expect(guard.refused.splice(0)).not.to.deep.equal([]);
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
      guard.allow([await policyOf('deploy', 'staging', '--config', 'fleet.yml')]);
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

  it('are none of which nobody has said what IAM asks for it', () => {
    expect(guard.unknown).to.deep.equal([]);
  });

  it('need all that the printed policies allow', () => {
    // What only rows ask for that no test makes is accounted for there.
    const rows: readonly CallRow[] = Object.values(calls);
    const isMade = (action: string) =>
      rows.some(
        ({ needs, unmade }) => unmade === undefined && needs.some(({ actions }) => actions.includes(action)),
      );
    const unused = [...printed].filter((action) => !guard.used.has(action) && isMade(action));
    expect(unused).to.deep.equal([]);
  });

  it('are none that the table does not allow', () => {
    const wrong = [...made].flatMap(([verb, seen]) => {
      const allowed: readonly string[] = callsOf(verb, {
        targets: targetPermissions,
        stores: storePermissions,
      });
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
