import { StackError } from '../../../base/errors.js';
import type { Clock } from '../../../base/ports.js';
import type { EcsApi, EcsScope, Service, Tag, TaskDefinition } from '../../../adapters/aws/ecs.js';
import { refuseForeign } from './ecsFailures.js';

/** The service and the task definition it runs, as described at one moment. */
export interface Look {
  readonly service: Service;
  readonly definition: TaskDefinition;
  readonly tags: readonly Tag[];
}

/** How long a look may be used again; under the environment's lock nobody else deploys in between. */
const FRESH_MS = 30_000;

/** Looks at the service, two API calls each; what a snapshot just saw, the deploy that follows begins with. */
export class Looker {
  private last: { readonly atMs: number; readonly look: Look } | undefined;

  constructor(
    private readonly api: EcsApi,
    private readonly clock: Clock,
    private readonly scope: EcsScope,
  ) {}

  /** @throws StackError DEPLOY_FAILED where the service was deleted, CONFIG_INVALID where there never was one */
  async look(signal?: AbortSignal): Promise<Look> {
    const service = await this.api.describeService(signal);
    if (service.status !== undefined && service.status !== 'ACTIVE') {
      throw new StackError('DEPLOY_FAILED', `the service ${this.scope.service} is ${service.status}`, {
        where: `cluster ${this.scope.cluster}, environment ${this.scope.environment}`,
        next: `Make it again: node runner apply --env ${this.scope.environment}`,
      });
    }
    // One that others move may have none of its own.
    if (service.taskDefinition === undefined) refuseForeign(this.scope, service);
    const described = await this.api.describeTaskDefinition(service.taskDefinition ?? '', signal);
    const look = { service, ...described };
    this.last = { atMs: this.clock.now().getTime(), look };
    return look;
  }

  /** The last look where it is fresh, once; else a new one. */
  async freshLook(signal: AbortSignal): Promise<Look> {
    const recent = await this.recentLook(signal);
    this.last = undefined;
    return recent;
  }

  /** To be called where the service is changed: what was seen before is not so any more. */
  forget(): void {
    this.last = undefined;
  }

  /** The last look where it is fresh, else a new one; it may be used again. */
  async recentLook(signal?: AbortSignal): Promise<Look> {
    const { last } = this;
    const fresh = last !== undefined && this.clock.now().getTime() - last.atMs < FRESH_MS;
    return fresh ? last.look : this.look(signal);
  }
}
