import { expect } from 'chai';
import type {
  ContainerDefinition,
  Service,
  TaskDefinition,
} from '../../../../../../runner/src/adapters/aws/ecs.js';
import type { TargetGroup } from '../../../../../../runner/src/adapters/aws/elb.js';
import type { Network } from '../../../../../../runner/src/adapters/aws/network.js';
import type { Finding } from '../../../../../../runner/src/domain/finding.js';
import { ecsServiceSchema } from '../../../../../../runner/src/delivery/targets/ecs/schema.js';
import { imageFinding } from '../../../../../../runner/src/delivery/targets/ecs/verify/imageCheck.js';
import {
  addressesFinding,
  networkFinding,
} from '../../../../../../runner/src/delivery/targets/ecs/verify/networkCheck.js';
import {
  newSecrets,
  secretsFinding,
  secretsOf,
} from '../../../../../../runner/src/delivery/targets/ecs/verify/secretsCheck.js';
import { strategyFinding } from '../../../../../../runner/src/delivery/targets/ecs/verify/strategyCheck.js';
import {
  healthFinding,
  portsFinding,
} from '../../../../../../runner/src/delivery/targets/ecs/verify/trafficCheck.js';

type Row = readonly [name: string, found: Finding, status: Finding['status'], words: RegExp];
const table = (rows: readonly Row[]) => {
  for (const [name, found, status, words] of rows) {
    it(`${status}: ${name}`, () => {
      expect(found.status, found.found).to.equal(status);
      expect(`${found.found} → ${found.next ?? ''}`).to.match(words);
      // Whoever is told of a problem is told what to do.
      if (status === 'failed') expect(found.next ?? '').to.have.length.greaterThan(10);
    });
  }
};
const manifest = (...architectures: string[]) => ({
  text: JSON.stringify(
    architectures.length === 0
      ? { config: {} }
      : { manifests: architectures.map((architecture) => ({ platform: { architecture } })) },
  ),
});
const task = (cpuArchitecture?: 'ARM64' | 'X86_64', over: Partial<TaskDefinition> = {}): TaskDefinition => ({
  requiresCompatibilities: ['FARGATE'],
  ...(cpuArchitecture === undefined ? {} : { runtimePlatform: { cpuArchitecture } }),
  ...over,
});
const image = (
  offered: ReturnType<typeof manifest> | undefined,
  definition: TaskDefinition,
  platform?: string,
) =>
  imageFinding({ reference: 'shop/web@sha256:a', version: '1.0.0', platform, manifest: offered }, definition);

describe('verify: the image', () => {
  table([
    ['it is gone', image(undefined, task()), 'failed', /not in the registry.*push --force/],
    ['an index has the architecture', image(manifest('amd64', 'arm64'), task('ARM64')), 'ok', /arm64/],
    [
      'an index has another',
      image(manifest('amd64', 'unknown'), task('ARM64')),
      'failed',
      /for amd64.*on arm64/,
    ],
    ['Fargate runs amd64 where nothing is said', image(manifest('arm64'), task()), 'failed', /on amd64/],
    [
      'the configuration says for which it is built',
      image(manifest(), task(), 'linux/arm64'),
      'failed',
      /for arm64/,
    ],
    ['nothing says for which it is built', image(manifest(), task()), 'unverified', /platform: linux\/amd64/],
    [
      'machines of EC2 may be of either',
      image(manifest('amd64'), task(undefined, { requiresCompatibilities: ['EC2'] })),
      'unverified',
      /cpuArchitecture/,
    ],
  ]);
});

const SSM = 'arn:aws:ssm:eu-west-1:111111111111:parameter';
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-AbCdEf';
const withSecrets = (...values: string[]): TaskDefinition => ({
  containerDefinitions: [{ secrets: values.map((valueFrom, index) => ({ name: `S${index}`, valueFrom })) }],
});
const secrets = (...values: string[]) => secretsOf(withSecrets(...values), 'eu-west-1');
const states = (...found: [string, 'there' | 'missing' | 'deleted'][]) => new Map(found);

describe('verify: secrets', () => {
  it('are named as their store does', () => {
    const found = secrets(`${SSM}/shop/token`, `${SSM}/token`, '/plain', `${SECRET}:password::`, SECRET).map(
      ({ store, id }) => [store, id],
    );
    expect(found).to.deep.equal([
      ['ssm', '/shop/token'],
      ['ssm', 'token'],
      ['ssm', '/plain'],
      ['secretsmanager', SECRET],
      ['secretsmanager', SECRET],
    ]);
  });

  it('are new where the running revision has them not, whatever the variable is called', () => {
    expect(newSecrets(secrets('/a', '/b'), secrets('/b')).map(({ id }) => id)).to.deep.equal(['/a']);
  });

  const of = (values: string[], found: ReturnType<typeof states>) =>
    secretsFinding(secrets(...values), found, 'eu-west-1');
  table([
    ['there are none', of([], states()), 'skipped', /none/],
    ['all are there', of(['/a'], states(['/a', 'there'])), 'ok', /1 there/],
    [
      'a parameter is missing',
      of(['/a'], states(['/a', 'missing'])),
      'failed',
      /S0: \/a is not there.*put-parameter/,
    ],
    [
      'a secret is missing',
      of([SECRET], states([SECRET, 'missing'])),
      'failed',
      /create-secret .*--name db /,
    ],
    ['a secret is being deleted', of([SECRET], states([SECRET, 'deleted'])), 'failed', /restore-secret/],
    [
      'one is in another region',
      of(['/a', SECRET.replace('eu-west-1', 'us-east-1')], states(['/a', 'there'])),
      'unverified',
      /S1: in another region/,
    ],
    ['AWS does not tell', of(['/a'], states()), 'unverified', /AWS does not tell/],
  ]);
});

const web = (over: Partial<ContainerDefinition> = {}): ContainerDefinition => ({
  name: 'web',
  portMappings: [{ containerPort: 8000 }],
  ...over,
});
const balanced = (containerName = 'web', containerPort = 8000): Service => ({
  loadBalancers: [{ targetGroupArn: 'arn:group', containerName, containerPort }],
});
const definition = (container = web(), networkMode: 'awsvpc' | 'bridge' = 'awsvpc'): TaskDefinition => ({
  networkMode,
  containerDefinitions: [container],
});
const group = (over: Partial<TargetGroup> = {}): TargetGroup => ({
  arn: 'arn:group',
  name: 'web',
  port: 80,
  targetType: 'ip',
  healthPath: '/health',
  healthProtocol: 'HTTP',
  healthPort: 'traffic-port',
  loadBalancers: ['arn:balancer'],
  ...over,
});
const { health, strategy } = ecsServiceSchema.parse({
  ...{ kind: 'ecs-service', cluster: 'main', service: 'web', image: 'web', health: { path: '/health' } },
});
const asked = (over: Partial<TargetGroup>, of = definition()) =>
  healthFinding([group(over)], balanced(), of, health);

describe('verify: ports and health checks', () => {
  table([
    ['no load balancer', portsFinding({}, definition()), 'skipped', /no load balancer/],
    ['the port is mapped', portsFinding(balanced(), definition()), 'ok', /web:8000/],
    [
      'it is in a range',
      portsFinding(balanced(), definition(web({ portMappings: [{ containerPortRange: '7000-9000' }] }))),
      'ok',
      /8000/,
    ],
    [
      'the container has another name',
      portsFinding(balanced('app'), definition()),
      'failed',
      /container app.*has web/,
    ],
    [
      'the port is not mapped',
      portsFinding(balanced('web', 9000), definition()),
      'failed',
      /port 9000.*maps 8000/,
    ],
    ['group and configuration agree', asked({}), 'ok', /web \/health/],
    ['the group takes machines', asked({ targetType: 'instance' }), 'failed', /target_type = "ip"/],
    ['tasks have no address', asked({}, definition(web(), 'bridge')), 'failed', /target_type = "instance"/],
    ['no listener uses the group', asked({ loadBalancers: [] }), 'warning', /no listener/],
    ['it asks another path', asked({ healthPath: '/' }), 'warning', /asks \/, health.path is \/health/],
    ['it asks a port that is not mapped', asked({ healthPort: '9000' }), 'warning', /traffic-port/],
    ['a group of TCP asks no path', asked({ healthProtocol: 'TCP', healthPath: undefined }), 'ok', /web/],
  ]);
});

const bluegreen = ecsServiceSchema.parse({
  ...{ kind: 'ecs-service', cluster: 'main', service: 'web', image: 'web' },
  strategy: {
    kind: 'blue-green',
    ...{ 'alternate-target-group': 'arn:green', 'production-rule': 'arn:rule', role: 'arn:role' },
  },
}).strategy;

describe('verify: the strategy', () => {
  const advanced = {
    alternateTargetGroupArn: 'arn:green',
    productionListenerRule: 'arn:rule',
    roleArn: 'arn:role',
  };
  table([
    ['rolling by ECS', strategyFinding({}, strategy), 'ok', /rolling, by ECS/],
    [
      'CodeDeploy has it',
      strategyFinding({ deploymentController: { type: 'CODE_DEPLOY' } }, strategy),
      'failed',
      /CODE_DEPLOY/,
    ],
    ['native without load balancer', strategyFinding({}, bluegreen), 'failed', /two target groups/],
    [
      'native, set up by the deploy',
      strategyFinding(balanced(), bluegreen),
      'ok',
      /sets alternate-target-group/,
    ],
    [
      'native, set up',
      strategyFinding({ loadBalancers: [{ advancedConfiguration: advanced }] }, bluegreen),
      'ok',
      /^blue-green, by ECS →/,
    ],
  ]);
});

describe('verify: the network', () => {
  const service = (assignPublicIp: 'ENABLED' | 'DISABLED' = 'DISABLED'): Service => ({
    desiredCount: 4,
    networkConfiguration: { awsvpcConfiguration: { subnets: ['s-1'], assignPublicIp } },
  });
  const network = (way: string | undefined, services: string[] = [], inTable: string[] = []): Network => ({
    subnets: [{ id: 's-1', vpc: 'vpc-1', freeAddresses: 3 }],
    routeTables: [
      { subnets: [], isMain: true, way: 'nat-main', endpoints: [] },
      { subnets: ['s-1'], isMain: false, way, endpoints: inTable },
    ],
    endpoints: services.map((name) => ({ id: `vpce-${name}`, service: name, isGateway: name === 's3' })),
  });
  const of = (one: Network, isPublic = false) =>
    networkFinding(service(isPublic ? 'ENABLED' : 'DISABLED'), ['s-1'], one);
  const all = ['ecr.api', 'ecr.dkr', 's3', 'logs'];
  table([
    ['a NAT gateway', of(network('nat-1')), 'ok', /1 subnets/],
    ['its own table counts, not the main one', of(network(undefined)), 'failed', /no way out.*ecr.api/],
    ['public subnet and public address', of(network('igw-1'), true), 'ok', /reach/],
    [
      'public subnet without public address',
      of(network('igw-1')),
      'failed',
      /internet gateway.*no public address/,
    ],
    ['endpoints', of(network(undefined, all, ['vpce-s3'])), 'ok', /reach/],
    ['the gateway of S3 is in another table', of(network(undefined, all)), 'failed', /no endpoint of s3/],
    [
      'one is missing',
      of(network(undefined, ['ecr.api', 's3', 'logs'], ['vpce-s3'])),
      'failed',
      /of ecr.dkr$|of ecr.dkr/,
    ],
    ['a subnet that is not seen', of({ subnets: [], routeTables: [], endpoints: [] }), 'unverified', /s-1/],
    ['no subnets', networkFinding({}, [], network(undefined)), 'skipped', /of their machine/],
    [
      'too few addresses',
      addressesFinding(service(), ['s-1'], network('nat-1')),
      'failed',
      /3 free.*needs 4/,
    ],
    [
      'enough addresses',
      addressesFinding(
        { ...service(), deploymentConfiguration: { maximumPercent: 150 } },
        ['s-1'],
        network('nat-1'),
      ),
      'ok',
      /needs 2/,
    ],
  ]);
});
