import type { Context } from '../../runner/src/context/context.js';
import type { ReleaseRecord } from '../../runner/src/domain/records.js';
import type { StackEvent } from '../../runner/src/events/events.js';
import { pipelineInput } from '../../runner/src/pipeline/rules/pipelineInput.js';
import { pipelineOf, selectStages } from '../../runner/src/pipeline/rules/stageGraph.js';
import type { RunRequest } from '../../runner/src/pipeline/runRequest.js';
import { runStages } from '../../runner/src/pipeline/run.js';
import { treeContent } from '../../runner/src/release/treeContent.js';
import { workingTreeInputs } from '../../runner/src/release/treeInputs.js';
import { openState, type State } from '../../runner/src/state/state.js';
import { openDeployment } from './deployment.js';
import { nativeWorld, released } from './ecs/nativeWorld.js';
import { Repository } from './repository.js';
import { MortalStore } from './stand.js';

const pause = ['after-test-traffic', 'after-production-traffic'];
const CONFIG = `application: shop
branches: { develop: staging }
images: { web: { repository: shop/web } }
environments:
  staging:
    targets:
      web:
        kind: ecs-service
        cluster: main
        service: web
        image: web
        strategy:
          kind: blue-green
          alternate-target-group: arn:green
          production-rule: arn:production
          test-rule: arn:test
          role: arn:role
          pause: [${pause.join(', ')}]
          pause-timeout: 1h
stages: { after: { after: deploy:staging, run: ['true'] } }
`;

/** A release on its way to a service that ECS moves with two pauses: the graph of its branch, in as many processes as a test likes. */
export class PausedDelivery {
  readonly world = nativeWorld({
    strategy: { pause, 'pause-timeout': '1h' },
    test: { url: 'http://test.example/' },
  });
  readonly store = new MortalStore();
  /** All events, of all processes. */
  readonly events: StackEvent[] = [];
  readonly release!: ReleaseRecord;

  private constructor(readonly repository: Repository) {}

  static async make(): Promise<PausedDelivery> {
    const repository = Repository.of({
      'automation-stack.yml': CONFIG,
      Dockerfile: 'FROM scratch\n',
      '.dockerignore': 'automation-stack.yml\n',
      '.gitignore': '.automation-stack/\n',
    });
    const delivery = new PausedDelivery(repository);
    const context = await delivery.process();
    const { tree, inputs } = await treeContent(context);
    const image = (await workingTreeInputs(context)).images['web'];
    const made = released('b', '0.2.0');
    const images = { web: { ...made.images['web']!, inputs: image?.inputs as string } };
    const release = { ...made, ...tree, inputs, images };
    Object.assign(delivery, { release });
    await delivery.state().ledger.putRelease(release);
    return delivery;
  }

  state(store: MortalStore = this.store): State {
    const settings = { state: { location: 'memory', 'lock-expiry': 900_000 } };
    return openState(store, settings, this.world.clock);
  }

  /** A process of a run of its own, unless it is named. */
  async process(run = '', who = 'carol', signal?: AbortSignal): Promise<Context> {
    const env = { AUTOMATION_STACK_RUN: run, AUTOMATION_STACK_WHO: who };
    const { context } = await openDeployment(this.repository.directory, env);
    context.events.subscribe({ handle: (event) => void this.events.push(event) });
    const state = this.state();
    const { target } = this.world.process();
    return {
      ...context,
      clock: this.world.clock,
      ...(signal === undefined ? {} : { signal }),
      store: async () => this.store,
      state: async () => state,
      targets: async () => [target],
    };
  }

  /** Runs stages of the branch in a process. */
  async run(only: readonly string[], more: Partial<RunRequest> = {}, context?: Context) {
    const there = context ?? (await this.process());
    const pipeline = pipelineOf(pipelineInput(await there.config()), 'develop').stages;
    return runStages(there, { stages: selectStages(pipeline, { only }), pipeline, ...more });
  }

  answer(how: 'continue' | 'rollback', name: string, by: string, context?: Context) {
    return this.run(['continue:staging'], { pauseAnswer: { pause: name, answer: how, by } }, context);
  }

  /** What the last stage that ended asks. */
  get question() {
    const end = this.events.findLast((event) => event.type === 'stage.end');
    return end?.type === 'stage.end' ? end.paused : undefined;
  }

  /** Statuses of stages as they ended. */
  get ends(): readonly string[] {
    return this.events.flatMap((event) =>
      event.type === 'stage.end' ? [`${event.stage} ${event.status}`] : [],
    );
  }

  async recorded() {
    return (await this.state().ledger.current('staging')).latest;
  }

  count(action: string): number {
    return this.world.ecs.count(action);
  }

  /** The process that held the lock is no more; in a test it is this one. */
  async processEnds(): Promise<void> {
    this.store.writesLeft = Infinity;
    await this.state().locks.forceRelease('staging');
  }

  remove(): void {
    this.repository.remove();
  }
}
