import type { Instance } from './instance.js';

/** Tags of what a delivery makes in AWS begin so. */
export const DELIVERY_TAG = 'automation-stack:';

/** Whose an instance is: a target of an environment of an application. */
export interface DeliveryOwner {
  readonly application: string;
  readonly environment: string;
  readonly target: string;
}

/** What an instance says of itself. It is written in the call that launches it, before it costs anything. */
export interface InstanceLabel extends DeliveryOwner {
  /** The release it was launched for. */
  readonly version: string;
  /** `sha256:…` of the artifact or image. */
  readonly digest: string;
  /** Digest of all that decides what runs there: release, launch template, playbook, variables. */
  readonly definition: string;
  /** The deployment that launched it: `12-9f3c1a`. */
  readonly run: string;
  /** Which one of that deployment it is, from 0. */
  readonly slot: number;
}

/** The tags that find all instances of an owner. */
export const ownerTags = ({ application, environment, target }: DeliveryOwner): Record<string, string> => ({
  [`${DELIVERY_TAG}application`]: application,
  [`${DELIVERY_TAG}environment`]: environment,
  [`${DELIVERY_TAG}target`]: target,
});

export const labelTags = (label: InstanceLabel): Record<string, string> => ({
  Name: `${label.application}-${label.environment}-${label.target}`,
  ...ownerTags(label),
  [`${DELIVERY_TAG}version`]: label.version,
  [`${DELIVERY_TAG}digest`]: label.digest,
  [`${DELIVERY_TAG}definition`]: label.definition,
  [`${DELIVERY_TAG}run`]: label.run,
  [`${DELIVERY_TAG}slot`]: String(label.slot),
});

/** What an instance says of itself; undefined where no delivery launched it. */
export function labelOf({ tags }: Pick<Instance, 'tags'>): InstanceLabel | undefined {
  const tag = (name: string) => tags[`${DELIVERY_TAG}${name}`];
  const [application, environment, target, run] = ['application', 'environment', 'target', 'run'].map(tag);
  if (application === undefined || environment === undefined || target === undefined || run === undefined)
    return undefined;
  return {
    ...{ application, environment, target, run },
    version: tag('version') ?? '',
    digest: tag('digest') ?? '',
    definition: tag('definition') ?? '',
    slot: Number(tag('slot') ?? 0),
  };
}
