import type { Tags } from './deploymentTags.js';

/** A target group of a load balancer, with how its targets stand. */
export interface TargetGroupView {
  readonly name: string;
  readonly arn: string;
  /** `HTTP:8080`. */
  readonly listens: string;
  /** `instance`, `ip`, `lambda`, `alb`. */
  readonly targetType: string;
  /** Names of the load balancers that send requests to it. */
  readonly loadBalancers: readonly string[];
  readonly targets: readonly { readonly id: string; readonly port?: number; readonly state: string }[];
  readonly tags: Tags;
}

/** A security group, with who may come in. */
export interface SecurityGroupView {
  readonly id: string;
  readonly name: string;
  readonly network: string;
  /** One text a rule: `tcp 22 from 10.0.0.0/8`. */
  readonly inbound: readonly string[];
  readonly tags: Tags;
}
