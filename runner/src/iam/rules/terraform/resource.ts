/** One resource of a plan, as a policy sees it. */
export interface Planned {
  readonly type: string;
  readonly mode: 'managed' | 'data';
  /** False of what is only looked at: dependencies, data sources. */
  readonly mayChange: boolean;
  /** Attributes as far as they are known. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Attributes that only the apply will tell. */
  readonly unknown?: readonly string[];
}
