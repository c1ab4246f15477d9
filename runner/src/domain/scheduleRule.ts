/** A rule of EventBridge, as it is named in requests. */
export interface RuleName {
  readonly name: string;
  /** Its event bus, where that is not the default one. */
  readonly bus?: string;
}

export interface ScheduleRule {
  /** `rate(1 day)`, `cron(…)`; undefined where events start it. */
  readonly expression?: string;
  readonly isEnabled: boolean;
}

/** One thing that a rule starts, by AWS's own names; it has more members, which are all kept. */
export interface RuleTarget {
  readonly Id: string | undefined;
  readonly Arn: string | undefined;
  readonly RoleArn?: string | undefined;
  /** Only of a task of ECS. */
  readonly EcsParameters?: { readonly TaskDefinitionArn: string | undefined } | undefined;
}
