import { expect } from 'chai';
import type { TaskDefinition } from '../../../../../runner/src/adapters/aws/ecs.js';
import { differencesOf } from '../../../../../runner/src/delivery/targets/ecs/mergeDefinition.js';
import { StackError } from '../../../../../runner/src/base/errors.js';
import {
  digestOf,
  nextTaskDefinition,
} from '../../../../../runner/src/delivery/targets/ecs/taskDefinition.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const IMAGE = `111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop/web@${DIGEST}`;
const current: TaskDefinition = {
  taskDefinitionArn: 'arn:aws:ecs:eu-west-1:111111111111:task-definition/web:7',
  family: 'web',
  revision: 7,
  status: 'ACTIVE',
  compatibilities: ['EC2', 'FARGATE'],
  requiresAttributes: [{ name: 'com.amazonaws.ecs.capability.docker-remote-api.1.18' }],
  registeredAt: new Date(0),
  registeredBy: 'arn:aws:iam::111111111111:role/deploy',
  networkMode: 'awsvpc',
  cpu: '256',
  memory: '512',
  taskRoleArn: '',
  executionRoleArn: 'arn:aws:iam::111111111111:role/execution',
  requiresCompatibilities: ['FARGATE'],
  runtimePlatform: { cpuArchitecture: 'ARM64' },
  volumes: [{ name: 'data' }],
  containerDefinitions: [
    {
      name: 'web',
      image: 'shop/web:1',
      environment: [
        { name: 'COLOR', value: 'blue' },
        { name: 'LEVEL', value: 'info' },
      ],
      secrets: [{ name: 'TOKEN', valueFrom: 'arn:aws:ssm:eu-west-1:111111111111:parameter/token' }],
      healthCheck: { command: ['CMD', 'true'] },
    },
    { name: 'proxy', image: 'envoy:1' },
  ],
};
const next = (
  change: Partial<Parameters<typeof nextTaskDefinition>[2]> = {},
  tags = [{ key: 'team', value: 'a' }],
) => nextTaskDefinition(current, tags, { container: 'web', image: IMAGE, environment: {}, ...change });
const failureOf = (run: () => unknown): StackError => {
  try {
    run();
  } catch (error) {
    return error as StackError;
  }
  throw new Error('expected a failure');
};

describe('the next task definition', () => {
  it('says on its container which version it was registered for, which alone is no change', () => {
    const { input, changed } = next({ version: '1.2.0' });
    expect(changed).to.equal(true);
    const [web, proxy] = input.containerDefinitions ?? [];
    expect(web?.dockerLabels).to.deep.equal({ 'automation-stack.version': '1.2.0' });
    expect(proxy).not.to.have.property('dockerLabels');
    const registered = { ...current, containerDefinitions: input.containerDefinitions };
    const again = nextTaskDefinition(registered, [], {
      ...{ container: 'web', image: IMAGE, environment: {}, version: '1.2.1' },
    });
    expect(again.changed).to.equal(false);
    const of = (definition: TaskDefinition) => ({ definition, tags: [] });
    expect(differencesOf(of(registered), of({ ...registered, ...again.input }))).to.deep.equal([]);
  });

  it('has the new image in the named container and leaves everything else as it was', () => {
    const { input, changed, container } = next();
    expect(changed).to.equal(true);
    expect(container).to.equal('web');
    expect(input).to.deep.equal({
      family: 'web',
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      executionRoleArn: 'arn:aws:iam::111111111111:role/execution',
      requiresCompatibilities: ['FARGATE'],
      runtimePlatform: { cpuArchitecture: 'ARM64' },
      volumes: [{ name: 'data' }],
      containerDefinitions: [
        { ...current.containerDefinitions?.[0], image: IMAGE },
        { name: 'proxy', image: 'envoy:1' },
      ],
      tags: [{ key: 'team', value: 'a' }],
    });
  });

  it('carries fields that this version knows nothing of', () => {
    const future = { ...current, newFeature: { enabled: true } } as TaskDefinition;
    const { input } = nextTaskDefinition(future, [], { container: 'web', image: IMAGE, environment: {} });
    expect(input).to.deep.include({ newFeature: { enabled: true } });
  });

  it('leaves out the tags that AWS keeps to itself', () => {
    expect(next({}, [{ key: 'aws:cloudformation:stack-name', value: 'x' }]).input).not.to.have.property(
      'tags',
    );
  });

  it('takes the first container where none is named', () => {
    expect(next({ container: undefined }).container).to.equal('web');
  });

  it('replaces variables in place, adds new ones, and keeps the others', () => {
    const { input } = next({ environment: { LEVEL: 'debug', WORKERS: 4, BETA: true } });
    expect(input.containerDefinitions?.[0]?.environment).to.deep.equal([
      { name: 'COLOR', value: 'blue' },
      { name: 'LEVEL', value: 'debug' },
      { name: 'WORKERS', value: '4' },
      { name: 'BETA', value: 'true' },
    ]);
  });

  it('is unchanged when image and variables are the same already', () => {
    const same = next({ image: 'shop/web:1', environment: { LEVEL: 'info', COLOR: 'blue' } });
    expect(same.changed).to.equal(false);
  });

  it('is changed when only a variable differs', () => {
    expect(next({ image: 'shop/web:1', environment: { LEVEL: 'warn' } }).changed).to.equal(true);
    expect(next({ image: 'shop/web:1', environment: { NEW: '' } }).changed).to.equal(true);
  });

  it('refuses a container that is not there and names the nearest', () => {
    const failure = failureOf(() => next({ container: 'wep' }));
    expect(failure.code).to.equal('CONFIG_INVALID');
    expect(failure.message).to.equal('web has no container wep');
    expect(failure.next).to.equal("Set the target's `container` to web.");
  });

  it('refuses a variable that is a secret of the container, which ECS would do later and worse', () => {
    const failure = failureOf(() => next({ environment: { TOKEN: 'x' } }));
    expect(failure.message).to.equal('TOKEN is a secret of container web already');
    expect(failure.next).to.contain('Remove TOKEN');
  });
});

describe('the digest of an image reference', () => {
  it('is there where the image goes by digest', () => {
    expect(digestOf(IMAGE)).to.equal(DIGEST);
    expect(digestOf('shop/web:1')).to.equal(undefined);
    expect(digestOf(undefined)).to.equal(undefined);
  });
});
