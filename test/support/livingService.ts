import type {
  LivingBalancer,
  LivingContainer,
  LivingService,
} from '../../runner/src/starter/fromService/rules/livingService.js';
import type { ServiceProject } from '../../runner/src/starter/fromService/rules/serviceFacts.js';
import { serviceFacts } from '../../runner/src/starter/fromService/rules/serviceFacts.js';
import { branchesOf, finding, projectOf } from './starterProject.js';
import type { Tree } from './starterCases.js';

export const REGISTRY = '111111111111.dkr.ecr.eu-west-1.amazonaws.com';
export const DIGEST = `sha256:${'a'.repeat(64)}`;

export const container = (name: string, more: Partial<LivingContainer> = {}): LivingContainer => ({
  name,
  image: `${REGISTRY}/shop/${name}@${DIGEST}`,
  essential: true,
  ports: [8000],
  variables: [],
  secrets: [],
  ...more,
});

/** Behind a load balancer, with all that ECS needs to move requests. */
export const balancer = (more: Partial<LivingBalancer> = {}): LivingBalancer => ({
  container: 'web',
  port: 8000,
  group: 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/blue/1',
  healthPath: '/healthz',
  moves: {
    alternate: 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/green/2',
    productionRule: 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/shop/1/2/3',
    testRule: 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/shop/1/2/4',
    role: 'arn:aws:iam::111111111111:role/balancing',
  },
  ...more,
});

export const living = (more: Partial<LivingService> = {}): LivingService => ({
  cluster: 'main',
  service: 'shop-web',
  region: 'eu-west-1',
  account: '111111111111',
  revision: 'shop-web:7',
  controller: 'ECS',
  isDaemon: false,
  isExpress: false,
  desired: 2,
  isStable: true,
  containers: [container('web')],
  balancers: [],
  strategy: { kind: 'ROLLING', bakeMinutes: 0, alarms: [], hooks: [] },
  scaling: undefined,
  tags: {},
  ...more,
});

/** Facts of a service and a project, with what is told on the way. */
export function facts(
  service: LivingService,
  files: Tree = { Dockerfile: 'FROM python:3.12\nEXPOSE 8000\n' },
  more: Partial<ServiceProject> = {},
) {
  const [first] = service.containers as [LivingContainer];
  const { found, notes } = finding((note) =>
    serviceFacts(
      {
        project: {
          name: 'shop',
          files: projectOf(files),
          branches: branchesOf(['main', 'develop']),
          shape: undefined,
          region: undefined,
          place: (path) => path,
        },
        environment: 'staging',
        living: service,
        container: first,
        running: { repository: 'shop/web', digest: DIGEST, tagHolds: false },
        repositories: new Map([['web', 'shop/web']]),
        ...more,
      },
      note,
    ),
  );
  return { facts: { ...found, schema: 's.json' }, notes };
}
