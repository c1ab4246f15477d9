import type { Begun, Known, Rollout } from '../../../runner/src/context/target.js';
import { ecsServiceSchema } from '../../../runner/src/delivery/targets/ecs/schema.js';
import { Autoscaling } from '../../../runner/src/delivery/targets/ecs/scaling/autoscaling.js';
import { scaledTarget } from '../../../runner/src/delivery/targets/ecs/scaling/scaledTarget.js';
import type { SwitchStrategy } from '../../../runner/src/delivery/targets/ecs/strategySchema.js';
import { ColourPair } from '../../../runner/src/delivery/targets/ecs/switch/colourPair.js';
import { SwitchTarget } from '../../../runner/src/delivery/targets/ecs/switch/switchTarget.js';
import type { StackEvent } from '../../../runner/src/events/events.js';
import { stageOf } from '../stage.js';
import { VirtualClock } from '../virtualClock.js';
import { SwitchAws } from './switchAws.js';

export const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;
export const RESOURCES = { blue: 'service/main/web-blue', green: 'service/main/web-green' };

/** Two services behind one rule, blue live with two tasks, as the runner meets them through the SDK, on virtual time. */
export function switchWorld(strategy: object = {}) {
  const clock = new VirtualClock();
  const aws = new SwitchAws(clock, {
    family: 'web',
    networkMode: 'awsvpc',
    containerDefinitions: [{ name: 'web', image: `registry.example/shop/web@${digestOf('a')}` }],
  });
  aws.scaling.set(RESOURCES.blue, { min: 2, max: 10, isSuspended: false });
  aws.scaling.set(RESOURCES.green, { min: 0, max: 10, isSuspended: true });
  const config = ecsServiceSchema.parse({
    ...{ kind: 'ecs-service', cluster: 'main', service: 'web', image: 'web' },
    // What is probed is told by its own tests.
    health: { for: '2s', interval: '1s', url: 'http://web.example/health' },
    strategy: { kind: 'switch', rule: 'arn:rule', 'test-rule': 'arn:test', bake: '5s', ...strategy },
  });
  const events: StackEvent[] = [];
  const entries: Begun[] = [];
  const probing = { isHealthy: true };
  const known: Known = {
    version: '0.9.0',
    target: { kind: 'ecs-service', status: 'healthy', digest: digestOf('a'), facts: { live: 'blue' } },
  };

  /**
   * A process of its own: what it knows, it has from the journal and the ledger.
   * @param dieAt how many steps it makes before it is killed: writes of the journal, each before and after, and changes of
   * the platform, each before its answer
   */
  const process = (around: Partial<Rollout> = {}, dieAt = Infinity) => {
    let left = dieAt;
    let die: () => void = () => undefined;
    const death = new Promise<'dead'>((resolve) => (die = () => resolve('dead')));
    const step = async () => {
      left -= 1;
      if (left >= 0) return;
      die();
      await new Promise<never>(() => undefined);
    };
    const clients = aws.clients(step);
    const pair = new ColourPair({
      ...{ environmentName: 'staging', aws: clients, clock, strategy: config.strategy as SwitchStrategy },
      members: [{ name: 'web', config }],
      registry: () => 'registry.example',
      probe: async () => (probing.isHealthy ? { status: 200, words: '200' } : { status: 503, words: '503' }),
    });
    const scaling = new Autoscaling(clients, Object.values(RESOURCES));
    const target = scaledTarget(new SwitchTarget('web', pair), scaling, RESOURCES);
    const rollout: Rollout = {
      stage: stageOf('deploy:staging', {
        events: { emit: (event) => void events.push({ ...event, time: clock.now().toISOString() }) },
      }),
      signal: new AbortController().signal,
      known,
      begun: [],
      ...around,
      journal: async (action, data) => {
        await step();
        entries.push({ action, ...(data === undefined ? {} : { data }) });
        await step();
      },
    };
    /** @returns whether it came to an end, be it a failure */
    const live = async (work: Promise<unknown>): Promise<boolean> =>
      (await Promise.race([
        work.then(
          () => 'ended',
          () => 'failed',
        ),
        death,
      ])) !== 'dead';
    return { target, rollout, pair, live };
  };
  return { clock, aws, config, events, entries, probing, known, process };
}
