import { toErrorRecord } from '../../../../base/errors.js';
import type { AwsClients } from '../../../../adapters/aws/clients.js';
import { describeScaling, setScaling } from '../../../../adapters/aws/scaling.js';
import type { ScalingState } from '../../../../domain/scaling.js';

/**
 * Application Auto Scaling of all services of an environment. Where it cannot be asked, or may not be, a deploy goes on
 * without it.
 */
export class Autoscaling {
  private looked: Promise<ReadonlyMap<string, ScalingState>> | undefined;
  private isTold = false;
  /** Targets that have suspended each service: the last to end gives it back. */
  private readonly holders = new Map<string, Set<string>>();
  /** Why it could not be asked. */
  problem: string | undefined;

  constructor(
    private readonly aws: Pick<AwsClients, 'call' | 'scaling'>,
    private readonly resources: readonly string[],
  ) {}

  /** All services that are scaled, asked once. Empty where it cannot be asked. */
  known(): Promise<ReadonlyMap<string, ScalingState>> {
    return (this.looked ??= describeScaling(this.aws, this.resources).catch((error: unknown) => {
      this.problem = toErrorRecord(error).message;
      return new Map();
    }));
  }

  /** The problem, once: later it is undefined. */
  tellOnce(): string | undefined {
    if (this.isTold) return undefined;
    this.isTold = this.problem !== undefined;
    return this.problem;
  }

  hold(resource: string, target: string): void {
    const holders = this.holders.get(resource) ?? new Set();
    this.holders.set(resource, holders.add(target));
  }

  /** @returns whether nobody holds it any more */
  release(resource: string, target: string): boolean {
    const holders = this.holders.get(resource);
    holders?.delete(target);
    return holders === undefined || holders.size === 0;
  }

  async set(resource: string, state: ScalingState, signal?: AbortSignal): Promise<void> {
    await setScaling(this.aws, resource, state, signal);
    const known = new Map(await this.known()).set(resource, state);
    this.looked = Promise.resolve(known);
  }
}
