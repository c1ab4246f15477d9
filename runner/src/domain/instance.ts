/** States of EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html */
export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

/** An instance of EC2, whatever its state. */
export interface Instance {
  /** `i-…`. */
  readonly id: string;
  readonly state: InstanceState;
  /** Why it is in this state, where EC2 says so: `Client.VolumeLimitExceeded: …`. */
  readonly reason?: string;
  readonly privateAddress?: string;
  readonly publicAddress?: string;
  readonly subnet?: string;
  readonly zone?: string;
  /** When it was started last, ISO 8601. */
  readonly launched?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What a delivery may still use; the others are gone, or about to be. */
export const isThere = ({ state }: Pick<Instance, 'state'>): boolean =>
  state !== 'terminated' && state !== 'shutting-down';

/** Whether it costs compute time. */
export const isUp = ({ state }: Pick<Instance, 'state'>): boolean =>
  state === 'pending' || state === 'running';

/** An instance as people know it: by a name, with what it was launched from. */
export interface NamedInstance extends Instance {
  /** Its Name tag, else its id. */
  readonly name: string;
  readonly type: string;
  /** Name of the key pair it was launched with. */
  readonly key?: string;
  readonly image?: string;
  readonly architecture?: string;
  /** The autoscaling group that it belongs to: the group replaces it where it stops. */
  readonly autoscalingGroup?: string;
}

/** What people do with an instance that is there. */
export type InstanceChange = 'start' | 'stop' | 'restart' | 'delete';

export const AUTOSCALING_TAG = 'aws:autoscaling:groupName';
