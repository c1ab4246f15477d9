import { expect } from 'chai';
import type { TaskDefinition } from '../../../../../runner/src/adapters/aws/ecs.js';
import { differenceWords } from '../../../../../runner/src/domain/difference.js';
import {
  differencesOf,
  mergeDefinitions,
} from '../../../../../runner/src/delivery/targets/ecs/mergeDefinition.js';

type Container = NonNullable<TaskDefinition['containerDefinitions']>[number];

const web = (over: Partial<Container> = {}): Container => ({
  name: 'web',
  image: 'shop/web:1',
  essential: true,
  environment: [
    { name: 'COLOR', value: 'blue' },
    { name: 'VERSION', value: '1.0.0' },
  ],
  secrets: [{ name: 'TOKEN', valueFrom: 'arn:token' }],
  portMappings: [{ containerPort: 8000, protocol: 'tcp' }],
  logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/web' } },
  ...over,
});
const revision = (over: Partial<TaskDefinition> = {}, tags = [{ key: 'team', value: 'a' }]) => ({
  definition: {
    family: 'web',
    revision: 1,
    cpu: '256',
    memory: '512',
    containerDefinitions: [web()],
    ...over,
  },
  tags,
});
const containers = (...containerDefinitions: Container[]) => ({ containerDefinitions });
const owned = new Map([['web', { variables: new Set(['VERSION']) }]]);
const proxy: Container = { name: 'proxy', image: 'envoy:1' };

interface Row {
  readonly base?: Partial<TaskDefinition>;
  readonly running?: Partial<TaskDefinition>;
  readonly wanted: Partial<TaskDefinition>;
  readonly taken?: readonly string[];
  readonly kept?: readonly string[];
  /** Part of what comes out. */
  readonly has?: Partial<TaskDefinition>;
}

const rows: Readonly<Record<string, Row>> = {
  'takes memory that only Terraform changed': {
    wanted: { memory: '1024' },
    taken: ['memory 512 → 1024'],
    has: { memory: '1024', cpu: '256' },
  },
  'takes cpu, a role and a platform that were not there': {
    wanted: { cpu: '512', taskRoleArn: 'role/web', runtimePlatform: { cpuArchitecture: 'ARM64' } },
    taken: ['cpu 256 → 512', 'taskRoleArn added (role/web)', 'runtimePlatform added'],
    has: { runtimePlatform: { cpuArchitecture: 'ARM64' } },
  },
  'removes what Terraform removed': {
    base: { taskRoleArn: 'role/web' },
    running: { taskRoleArn: 'role/web' },
    wanted: {},
    taken: ['taskRoleArn removed (role/web)'],
  },
  'never takes an image or a variable that is the deploy’s own': {
    running: containers(web({ image: 'shop/web:2', environment: [{ name: 'VERSION', value: '2.0.0' }] })),
    base: containers(web({ environment: [{ name: 'VERSION', value: '1.0.0' }] })),
    wanted: containers(web({ image: 'shop/web:0', environment: [{ name: 'VERSION', value: '0' }] })),
    has: containers(web({ image: 'shop/web:2', environment: [{ name: 'VERSION', value: '2.0.0' }] })),
  },
  'takes a secret that is new, one that moved and one that is gone': {
    base: containers(web({ secrets: [...(web().secrets ?? []), { name: 'OLD', valueFrom: 'arn:old' }] })),
    running: containers(
      web({
        image: 'shop/web:2',
        secrets: [...(web().secrets ?? []), { name: 'OLD', valueFrom: 'arn:old' }],
      }),
    ),
    wanted: containers(
      web({
        secrets: [
          { name: 'DB', valueFrom: 'arn:db' },
          { name: 'TOKEN', valueFrom: 'arn:token2' },
        ],
      }),
    ),
    taken: [
      'web: secret TOKEN arn:token → arn:token2',
      'web: secret OLD removed (arn:old)',
      'web: secret DB added (arn:db)',
    ],
    has: containers(
      web({
        image: 'shop/web:2',
        secrets: [
          { name: 'TOKEN', valueFrom: 'arn:token2' },
          { name: 'DB', valueFrom: 'arn:db' },
        ],
      }),
    ),
  },
  'keeps a variable that a person added to what runs, beside one of Terraform’s': {
    running: containers(web({ environment: [...(web().environment ?? []), { name: 'HOT', value: 'fix' }] })),
    wanted: containers(
      web({ environment: [...(web().environment ?? []), { name: 'LEVEL', value: 'debug' }] }),
    ),
    taken: ['web: environment LEVEL added (debug)'],
    has: containers(
      web({
        environment: [
          ...(web().environment ?? []),
          { name: 'HOT', value: 'fix' },
          { name: 'LEVEL', value: 'debug' },
        ],
      }),
    ),
  },
  'keeps what was changed on both sides, and names it': {
    running: { memory: '2048' },
    wanted: { memory: '1024', cpu: '512' },
    taken: ['cpu 256 → 512'],
    kept: ['memory 2048 → 1024'],
    has: { memory: '2048', cpu: '512' },
  },
  'says nothing where both sides changed the same': {
    running: { memory: '1024' },
    wanted: { memory: '1024' },
  },
  'takes a sidecar that is new, and its image': {
    wanted: containers(web(), proxy),
    taken: ['container proxy added'],
    has: containers(web(), proxy),
  },
  'takes another image of a sidecar, which no deploy owns': {
    base: containers(web(), proxy),
    running: containers(web(), proxy),
    wanted: containers(web(), { ...proxy, image: 'envoy:2' }),
    taken: ['proxy: image envoy:1 → envoy:2'],
  },
  'removes a sidecar': {
    base: containers(web(), proxy),
    running: containers(web({ image: 'shop/web:2' }), proxy),
    wanted: containers(web()),
    taken: ['container proxy removed'],
    has: containers(web({ image: 'shop/web:2' })),
  },
  'takes a command, ports and a log group': {
    wanted: containers(
      web({
        command: ['serve', '--fast'],
        portMappings: [{ containerPort: 9000 }],
        logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/new' } },
      }),
    ),
    taken: [
      'web: portMappings [{"containerPort":8000,"protocol":"tcp"}] → [{"containerPort":9000}]',
      'web: logConfiguration options awslogs-group /web → /new',
      'web: command added (serve --fast)',
    ],
  },
  'sees no difference in what was never set, nor in the order of named things': {
    wanted: {
      taskRoleArn: '',
      volumes: [],
      ...containers(web({ mountPoints: [], cpu: 0, environment: [...(web().environment ?? [])].reverse() })),
    },
  },
};

describe('merging Terraform’s changes into what runs', () => {
  for (const [name, { base = {}, running = base, wanted, taken = [], kept = [], has = {} }] of Object.entries(
    rows,
  )) {
    it(name, () => {
      const merged = mergeDefinitions(revision(base), revision(running), revision(wanted), owned);
      expect(merged.taken.map(differenceWords)).to.deep.equal(taken);
      expect(merged.kept.map(differenceWords)).to.deep.equal(kept);
      expect(merged.definition).to.deep.include(has);
    });
  }

  it('takes tags, but neither AWS’s nor the runner’s own', () => {
    const ours = { key: 'automation-stack:terraform-revision', value: '1' };
    const merged = mergeDefinitions(
      revision(),
      revision({}, [{ key: 'team', value: 'a' }, ours]),
      revision({}, [
        { key: 'team', value: 'b' },
        { key: 'aws:x', value: 'y' },
      ]),
    );
    expect(merged.tags).to.deep.equal([ours, { key: 'team', value: 'b' }]);
    expect(merged.taken.map(differenceWords)).to.deep.equal(['tag team a → b']);
  });

  it('keeps where the running revision came from', () => {
    const { definition } = mergeDefinitions(revision(), revision({ revision: 7 }), revision({ revision: 9 }));
    expect(definition.revision).to.equal(7);
  });
});

describe('differences of two revisions', () => {
  it('are told in words that a person compares', () => {
    const found = differencesOf(
      revision(),
      revision({ cpu: '512', ...containers(web({ image: 'shop/web:2' })) }),
    );
    expect(found.map(differenceWords)).to.deep.equal(['cpu 256 → 512', 'web: image shop/web:1 → shop/web:2']);
  });

  it('are cut where a value is long', () => {
    expect(differenceWords({ what: 'environment', name: 'A', to: 'x'.repeat(200) })).to.have.length(123);
  });
});
