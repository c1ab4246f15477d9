import type { InstanceLabel } from '../../../../../domain/deliveryTags.js';
import type { Instance } from '../../../../../domain/instance.js';
import {
  isSameTemplate,
  type GroupMember,
  type ScalingGroup,
  type TemplateVersion,
} from '../../../../../domain/scalingGroup.js';

/** An instance of the group. */
export interface Member extends GroupMember {
  /** EC2 may not know it yet. */
  readonly instance: Instance | undefined;
  /** What it says of itself; undefined where no delivery made its template. */
  readonly label: InstanceLabel | undefined;
  /** As the target group sees it. */
  readonly health: { readonly state: string; readonly reason?: string } | undefined;
}

export const isInService = ({ lifecycle }: Pick<GroupMember, 'lifecycle'>): boolean =>
  lifecycle === 'InService';
const isLeaving = ({ lifecycle }: Pick<GroupMember, 'lifecycle'>): boolean =>
  lifecycle.startsWith('Terminat') || lifecycle.startsWith('Detach');

/** Whether it gets requests. @param isLinked whether a load balancer uses the target group */
export const getsRequests = ({ health, ...member }: Member, isLinked: boolean): boolean =>
  isInService(member) && (health?.state === 'healthy' || (!isLinked && health?.state === 'unused'));

/** Whether a group launches from a template, and all of its instances came from that. */
export const isAllOf = (group: ScalingGroup, template: TemplateVersion): boolean =>
  group.template?.id === template.id &&
  group.template.version === String(template.version) &&
  group.members.every((one) => isLeaving(one) || isSameTemplate(one.template, template));
