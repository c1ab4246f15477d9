import type { AwsClients } from '../../runner/src/adapters/aws/clients.js';
import type { ProbeAnswer } from '../../runner/src/adapters/http/httpProbe.js';
import { ecsServiceSchema } from '../../runner/src/delivery/targets/ecs/schema.js';
import { EcsTarget } from '../../runner/src/delivery/targets/ecs/ecsTarget.js';
import type { Rollout } from '../../runner/src/context/target.js';
import type { Answer } from './fakeAws.js';
import { ecsOverAws } from './ecsOverAws.js';
import { FakeEcs } from './fakeEcs.js';
import { release as releaseRecord } from './stateRecords.js';
import { VirtualClock } from './virtualClock.js';
import { stageOf } from './stage.js';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const released = (letter: string) =>
  releaseRecord('1.0.0', {
    images: { web: { repository: 'shop/web', digest: digest(letter), tags: [], inputs: digest(letter) } },
  });

export interface EcsWorldOptions {
  readonly config?: object;
  readonly answers?: Readonly<Record<string, Answer>>;
  /** The service is the idle colour of a switch, whose live one has so many tasks. */
  readonly count?: number;
  readonly probe?: (url: string) => Promise<ProbeAnswer>;
  /** What stands between the target and the fake AWS, e.g. a patient caller. */
  readonly around?: (aws: AwsClients, clock: VirtualClock) => AwsClients;
}

/**
 * A target on a fake service of two tasks, reached through calls of the SDK, on virtual time. A worker has no port that
 * could be probed; a web service is probed task by task.
 */
export function ecsWorld(kind: 'worker' | 'web', options: EcsWorldOptions = {}) {
  const clock = new VirtualClock();
  const ecs = new FakeEcs(clock, {
    family: 'web',
    networkMode: 'awsvpc',
    containerDefinitions: [
      {
        name: 'web',
        image: `registry.example/shop/web@${digest('a')}`,
        portMappings: kind === 'web' ? [{ containerPort: 8000 }] : [],
        logConfiguration: {
          logDriver: 'awslogs',
          options: { 'awslogs-group': '/ecs/web', 'awslogs-stream-prefix': 'app' },
        },
      },
    ],
  });
  const aws = ecsOverAws(ecs, options.answers);
  const messages: string[] = [];
  const { count } = options;
  const target = new EcsTarget({
    name: 'web',
    aws: options.around === undefined ? aws : options.around(aws, clock),
    clock,
    environmentName: 'staging',
    config: ecsServiceSchema.parse({
      kind: 'ecs-service',
      cluster: 'main',
      service: 'web',
      image: 'web',
      health: { for: '10s', interval: '1s' },
      ...options.config,
    }),
    registry: () => 'registry.example',
    ...(count === undefined
      ? {}
      : {
          like: {
            count,
            described: { service: {}, definition: [...ecs.definitions.values()][0] ?? {}, tags: [] },
          },
        }),
    probe: options.probe ?? (async () => ({ status: 200, words: '200' })),
  });
  const controller = new AbortController();
  const rollout: Rollout = {
    stage: stageOf('deploy:staging', {
      events: { emit: (event) => void messages.push('message' in event ? event.message : event.type) },
    }),
    signal: controller.signal,
    journal: async () => undefined,
  };
  return {
    clock,
    ecs,
    aws,
    target,
    messages,
    controller,
    rollout,
    release: released('b'),
    /** What runs already. */
    current: released('a'),
    calls: (action: string) => aws.asked.filter((one) => one.action === `ecs:${action}`).length,
  };
}
