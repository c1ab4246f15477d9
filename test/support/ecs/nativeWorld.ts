import { createEcsApi } from '../../../runner/src/adapters/aws/ecs.js';
import { createEcsDeployments } from '../../../runner/src/adapters/aws/ecsDeployments.js';
import { createEcsTasks } from '../../../runner/src/adapters/aws/ecsTasks.js';
import type { Begun, Rollout } from '../../../runner/src/context/target.js';
import { EcsTarget } from '../../../runner/src/delivery/targets/ecs/ecsTarget.js';
import { NativeMover } from '../../../runner/src/delivery/targets/ecs/native/nativeMover.js';
import { ecsServiceSchema } from '../../../runner/src/delivery/targets/ecs/schema.js';
import { SharedService } from '../../../runner/src/delivery/targets/ecs/sharedService.js';
import type { NativeStrategy } from '../../../runner/src/delivery/targets/ecs/strategySchema.js';
import type { CheckedAddress } from '../../../runner/src/delivery/rules/checkCommands.js';
import type { CheckTools } from '../../../runner/src/delivery/checks/checks.js';
import type { EcsTargetOptions } from '../../../runner/src/delivery/targets/ecs/targetOptions.js';
import type { StackEvent } from '../../../runner/src/events/events.js';
import { release as releaseRecord } from '../stateRecords.js';
import { stageOf } from '../stage.js';
import { VirtualClock } from '../virtualClock.js';
import { NativeAws } from './nativeAws.js';
import type { Conduct } from './serviceDeployments.js';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
export const released = (letter: string, version = '1.0.0') =>
  releaseRecord(version, {
    images: { web: { repository: 'shop/web', digest: digest(letter), tags: [], inputs: digest(letter) } },
  });

export interface NativeWorldOptions {
  readonly strategy?: object;
  readonly config?: object;
  readonly conduct?: Partial<Conduct>;
  readonly check?: EcsTargetOptions['check'];
  readonly test?: CheckedAddress;
}

/** A service that ECS moves by itself, as the runner meets it through the SDK, on virtual time. */
export function nativeWorld(options: NativeWorldOptions = {}) {
  const clock = new VirtualClock();
  const ecs = new NativeAws(clock, {
    family: 'web',
    networkMode: 'awsvpc',
    containerDefinitions: [
      {
        name: 'web',
        image: `registry.example/shop/web@${digest('a')}`,
        logConfiguration: {
          logDriver: 'awslogs',
          options: { 'awslogs-group': '/ecs/web', 'awslogs-stream-prefix': 'app' },
        },
      },
    ],
  });
  ecs.deployments.conduct = { ...ecs.deployments.conduct, ...options.conduct };
  const aws = ecs.clients();
  const config = ecsServiceSchema.parse({
    kind: 'ecs-service',
    cluster: 'main',
    service: 'web',
    image: 'web',
    // What is probed is told by its own tests.
    health: { for: '10s', interval: '1s', url: 'http://web.example/health' },
    strategy: {
      kind: 'blue-green',
      'alternate-target-group': 'arn:green',
      'production-rule': 'arn:production',
      'test-rule': 'arn:test',
      role: 'arn:role',
      ...options.strategy,
    },
    ...options.config,
  });
  const scope = { cluster: 'main', service: 'web', environment: 'staging' };
  const events: StackEvent[] = [];
  /** A process of its own: what it knows, it has from the journal. */
  const process = (around: Partial<Rollout> = {}, journal = entries) => {
    const api = createEcsApi(aws, scope);
    const shared = new SharedService({
      scope,
      api,
      tasks: createEcsTasks(aws, scope),
      clock,
      members: [{ name: 'web', config }],
    });
    const mover = new NativeMover({
      scope,
      strategy: config.strategy as NativeStrategy,
      api,
      deployments: createEcsDeployments(aws, scope),
      clock,
      timeoutMs: config.timeout,
      container: undefined,
      isChecked: Object.keys(config.checks ?? {}).length > 0,
      testAt: async () => options.test,
    });
    const target = new EcsTarget({
      name: 'web',
      aws,
      clock,
      environmentName: 'staging',
      config,
      shared,
      mover,
      registry: () => 'registry.example',
      probe: async () => ({ status: 200, words: '200' }),
      ...(options.check === undefined ? {} : { check: options.check }),
      // Its checks are commands: they go by `check`, and there are no alarms to look at.
      checkTools: { clock } as unknown as CheckTools,
    });
    const rollout: Rollout = {
      stage: stageOf('deploy:staging', {
        events: {
          emit: (event) => void events.push({ ...event, time: clock.now().toISOString() }),
        },
      }),
      signal: new AbortController().signal,
      journal: async (action, data) => void journal.push({ action, ...(data === undefined ? {} : { data }) }),
      known: { version: '0.9.0' },
      ...around,
    };
    return { target, rollout };
  };
  const entries: Begun[] = [];
  return {
    clock,
    ecs,
    events,
    entries,
    process,
    messages: () => events.flatMap((event) => ('message' in event ? [event.message] : [])),
    traffic: () =>
      events.flatMap((event) => (event.type === 'stage.traffic' ? [event.weights['green'] as number] : [])),
    release: released('b'),
  };
}
