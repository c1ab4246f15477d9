import { StackError } from '../../../base/errors.js';
import type { Clock } from '../../../base/ports.js';
import type { EcsApi, EcsScope, Service, Tag, TaskDefinition } from '../../../adapters/aws/ecs.js';
import { refuseForeign } from './ecsFailures.js';
import type { Revision } from './mergeDefinition.js';
import { newestRevision } from './newestRevision.js';

/** The service and the task definition it runs, as described at one moment. */
export interface ServiceDescription {
  readonly service: Service;
  readonly definition: TaskDefinition;
  readonly tags: readonly Tag[];
  /** The newest revision of the family, where that is another one; absent where it was not looked for. */
  readonly newest?: Revision | undefined;
}

/** How long a description may be used again; under the environment's lock nobody else deploys in between. */
const FRESH_MS = 30_000;

/** Reads the service with two API calls. A deploy starts with what its snapshot has just read. */
export class ServiceReader {
  private last: { readonly atMs: number; readonly described: ServiceDescription } | undefined;

  constructor(
    private readonly api: EcsApi,
    private readonly clock: Clock,
    private readonly scope: EcsScope,
  ) {}

  /**
   * @param ahead whether a deploy may follow: then it takes a third call where the family has a newer revision
   * @throws StackError DEPLOY_FAILED where the service was deleted, CONFIG_INVALID where there never was one
   */
  async read(signal?: AbortSignal, ahead = false): Promise<ServiceDescription> {
    const service = await this.api.describeService(signal);
    if (service.status !== undefined && service.status !== 'ACTIVE') {
      throw new StackError('DEPLOY_FAILED', `the service ${this.scope.service} is ${service.status}`, {
        where: `cluster ${this.scope.cluster}, environment ${this.scope.environment}`,
        next: `Make it again: node runner apply --env ${this.scope.environment}`,
      });
    }
    // One that others move may have none of its own.
    if (service.taskDefinition === undefined) refuseForeign(this.scope, service);
    const description = await this.withRevision(service, signal, ahead);
    this.last = { atMs: this.clock.now().getTime(), described: description };
    return description;
  }

  /** Most services run the newest revision of their family: asking for that tells both. */
  private async withRevision(
    service: Service,
    signal: AbortSignal | undefined,
    ahead: boolean,
  ): Promise<ServiceDescription> {
    const { taskDefinition = '' } = service;
    const newest = ahead ? await newestRevision(this.api, taskDefinition, signal) : undefined;
    if (newest !== undefined && newest.definition.taskDefinitionArn === taskDefinition)
      return { service, ...newest, newest: undefined };
    const running = await this.api.describeTaskDefinition(taskDefinition, signal);
    return { service, ...running, ...(ahead ? { newest } : {}) };
  }

  /** The last description where it is recent, and only once; else a new one. */
  async takeRecent(signal: AbortSignal): Promise<ServiceDescription> {
    const recent = await this.readRecent(signal, true);
    this.last = undefined;
    return recent;
  }

  /** Call it where the service is changed: the last description is out of date then. */
  forget(): void {
    this.last = undefined;
  }

  /** The last description where it is recent, else a new one. It may be used again. */
  async readRecent(signal?: AbortSignal, ahead = false): Promise<ServiceDescription> {
    const { last } = this;
    const fresh = last !== undefined && this.clock.now().getTime() - last.atMs < FRESH_MS;
    return fresh && (!ahead || 'newest' in last.described) ? last.described : this.read(signal, ahead);
  }
}
