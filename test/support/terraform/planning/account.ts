import { createHash } from 'node:crypto';
import type { Values } from './values.js';

/** The account and region that a provider configuration works in. */
export interface Account {
  readonly id: string;
  readonly region: string;
  readonly defaultTags: Values;
}

/** Names and ids as AWS gives them: never the same twice, the same in each run. */
export class Names {
  private count = 0;

  constructor(
    readonly account: Account,
    private readonly seed: string,
  ) {}

  /** Hexadecimal digits. */
  hex(length = 17): string {
    this.count += 1;
    return createHash('sha256').update(`${this.seed}/${this.count}`).digest('hex').slice(0, length);
  }

  /** An id such as `vpc-0a1b2c3d4e5f60718`. */
  id(prefix: string): string {
    return `${prefix}-0${this.hex(16)}`;
  }

  uuid(): string {
    return this.hex(32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  arn(service: string, resource: string): string {
    return `arn:aws:${service}:${this.account.region}:${this.account.id}:${resource}`;
  }

  /** An ARN of a service that knows no regions. */
  globalArn(service: string, resource: string): string {
    return `arn:aws:${service}::${this.account.id}:${resource}`;
  }
}
