/** What Terraform has to say of a service, so that it changes nothing. */
export interface ServiceSettings {
  readonly clusterArn: string;
  readonly desired: number;
  readonly launchType?: string | undefined;
  readonly capacityProviders: readonly {
    readonly name: string;
    readonly weight: number;
    readonly base: number;
  }[];
  readonly platformVersion?: string | undefined;
  readonly percents: { readonly minimum: number; readonly maximum: number };
  readonly breaker?: { readonly enable: boolean; readonly rollback: boolean } | undefined;
  readonly graceSeconds?: number | undefined;
  readonly hasExec: boolean;
  readonly hasManagedTags: boolean;
  readonly propagateTags?: string | undefined;
  /** `ENABLED` or `DISABLED`; undefined where ECS does not say it. */
  readonly rebalancing?: string | undefined;
  readonly network?:
    | {
        readonly subnets: readonly string[];
        readonly groups: readonly string[];
        readonly hasPublicAddress: boolean;
      }
    | undefined;
  readonly registries: readonly {
    readonly arn: string;
    readonly port?: number | undefined;
    readonly containerName?: string | undefined;
    readonly containerPort?: number | undefined;
  }[];
  readonly placement: readonly { readonly type: string; readonly field?: string | undefined }[];
  readonly constraints: readonly { readonly type: string; readonly expression?: string | undefined }[];
  /** What its provider cannot describe: it is told, and left alone. */
  readonly beyond: readonly string[];
}

/** The same of a target group. */
export interface GroupSettings {
  readonly arn: string;
  readonly name: string;
  readonly port?: number | undefined;
  readonly protocol?: string | undefined;
  readonly protocolVersion?: string | undefined;
  readonly targetType: string;
  readonly vpc?: string | undefined;
  readonly drainSeconds?: number | undefined;
  readonly slowStartSeconds?: number | undefined;
  readonly health: {
    readonly enabled: boolean;
    readonly interval?: number | undefined;
    readonly timeout?: number | undefined;
    readonly healthy?: number | undefined;
    readonly unhealthy?: number | undefined;
    readonly path?: string | undefined;
    readonly port?: string | undefined;
    readonly protocol?: string | undefined;
    readonly matcher?: string | undefined;
  };
}
