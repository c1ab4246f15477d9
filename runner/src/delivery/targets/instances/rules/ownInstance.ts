import type { InstanceLabel } from '../../../../domain/deliveryTags.js';
import type { Instance } from '../../../../domain/instance.js';

/** An instance of the target. */
export interface OwnInstance {
  readonly instance: Instance;
  readonly label: InstanceLabel;
  /** As its target group sees it; undefined where that does not know it, or is letting it go. */
  readonly health: { readonly state: string; readonly reason?: string } | undefined;
}

export const idOf = ({ instance }: OwnInstance): string => instance.id;
export const isRegistered = ({ health }: OwnInstance): boolean => health !== undefined;

/**
 * Whether it gets requests.
 * @param isLinked whether a load balancer uses the group: without one it says `unused` of all
 */
export const serves = ({ instance, health }: OwnInstance, isLinked: boolean): boolean =>
  instance.state === 'running' && (health?.state === 'healthy' || (!isLinked && health?.state === 'unused'));
