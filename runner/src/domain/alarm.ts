import type { Tags } from './deploymentTags.js';

/** An alarm of CloudWatch on one metric. */
export interface Alarm {
  readonly name: string;
  readonly arn: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** ISO time at which it came into that state. */
  readonly since?: string;
  readonly reason: string;
  /** What it watches, in words: `AWS/EC2 CPUUtilization > 80 for 10m`; of a composite alarm its rule. */
  readonly watches: string;
  /** ARNs that are told. */
  readonly notifies: readonly string[];
  readonly tags: Tags;
}

/** What an alarm is made of. */
export interface AlarmSettings {
  readonly name: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Average`, `Maximum` … */
  readonly statistic: string;
  readonly comparison: 'above' | 'below';
  readonly threshold: number;
  /** In milliseconds, whole minutes. */
  readonly periodMs: number;
  /** Periods that have to be beyond the threshold. */
  readonly periods: number;
  /** ARNs that are told when it goes off, and when it is over. */
  readonly notifies: readonly string[];
}
