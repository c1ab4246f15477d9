import type { Service, TaskDefinition } from '../../../../adapters/aws/ecs.js';

/** A kind of capacity of Fargate, and how much of a service's tasks it gets. */
export interface FargateShare {
  readonly kind: 'on-demand' | 'spot';
  /** From 0 to 1. */
  readonly share: number;
}

/** Where a service's tasks run on Fargate; empty where they run on machines of the cluster. */
export function fargateShares(
  { launchType, capacityProviderStrategy = [] }: Service,
  { requiresCompatibilities = [] }: TaskDefinition,
): readonly FargateShare[] {
  if (capacityProviderStrategy.length === 0) {
    const isFargate =
      launchType === undefined ? requiresCompatibilities.includes('FARGATE') : launchType === 'FARGATE';
    return isFargate ? [{ kind: 'on-demand', share: 1 }] : [];
  }
  // Where all weights are 0, the base has all.
  const weighs = capacityProviderStrategy.some(({ weight = 0 }) => weight > 0);
  const partOf = ({ weight = 0, base = 0 }: (typeof capacityProviderStrategy)[number]) =>
    weighs ? weight : base;
  const total = capacityProviderStrategy.reduce((sum, one) => sum + partOf(one), 0);
  const shareOf = (provider: string) =>
    capacityProviderStrategy
      .filter(({ capacityProvider }) => capacityProvider === provider)
      .reduce((sum, one) => sum + partOf(one), 0) / (total || 1);
  const shares: readonly FargateShare[] = [
    { kind: 'on-demand', share: shareOf('FARGATE') },
    { kind: 'spot', share: shareOf('FARGATE_SPOT') },
  ];
  return shares.filter(({ share }) => share > 0);
}

/** Whether Fargate starts a service's tasks: it pulls and logs by the execution role, a machine by its own. */
export const isOnFargate = (service: Service, definition: TaskDefinition): boolean =>
  fargateShares(service, definition).length > 0;
