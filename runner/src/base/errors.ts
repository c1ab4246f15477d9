import { systemFailure } from './systemFailure.js';

/**
 * Every failure a user can cause or meet, in one place: its code, the category Jenkins sorts it by, and the
 * exit code. A failure is words (`message`), where it happened, the evidence, and what to type next. Anything
 * thrown that is neither a StackError nor a refusal of the operating system is a bug, and only bugs show stack traces.
 */
export type ErrorCategory =
  | 'usage'
  | 'config'
  | 'build'
  | 'infrastructure'
  | 'service'
  | 'test'
  | 'approval'
  | 'locked'
  | 'interrupted';

/** Exit codes of the runner (design rule 5). */
export const ExitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  rolledBack: 3,
  locked: 4,
  drift: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

interface ErrorDefinition {
  readonly category: ErrorCategory;
  readonly exitCode: ExitCode;
}
const define = (category: ErrorCategory, exitCode: ExitCode = ExitCode.failed): ErrorDefinition => ({
  category,
  exitCode,
});

export const errorCodes = {
  // Usage and configuration
  USAGE: define('usage', ExitCode.usage),
  CONFIG_NOT_FOUND: define('config', ExitCode.usage),
  CONFIG_INVALID: define('config', ExitCode.usage),
  CONFIG_REFERENCE: define('config', ExitCode.usage),
  ENVIRONMENT_UNKNOWN: define('config', ExitCode.usage),
  ENVIRONMENT_REQUIRED: define('usage', ExitCode.usage),
  TARGET_UNKNOWN: define('config', ExitCode.usage),
  STAGE_UNKNOWN: define('usage', ExitCode.usage),
  FILE_EXISTS: define('usage', ExitCode.usage),
  // The machine the runner stands on
  FILE_FAILED: define('infrastructure'),
  TOOL_MISSING: define('infrastructure'),
  TOOL_FAILED: define('infrastructure'),
  STATE_WRITE_FAILED: define('infrastructure'),
  STATE_UNREADABLE: define('infrastructure'),
  STATE_CONFLICT: define('infrastructure'),
  DOCTOR_FAILED: define('infrastructure'),
  AGENT_LOST: define('infrastructure'),
  JENKINS_FAILED: define('infrastructure'),
  // AWS
  AWS_CREDENTIALS_MISSING: define('infrastructure'),
  AWS_CREDENTIALS_EXPIRED: define('infrastructure'),
  AWS_ACCESS_DENIED: define('infrastructure'),
  AWS_ACCOUNT_MISMATCH: define('infrastructure'),
  AWS_THROTTLED: define('infrastructure'),
  AWS_UNREACHABLE: define('infrastructure'),
  AWS_REFUSED: define('infrastructure'),
  // Images and releases
  DOCKER_UNREACHABLE: define('build'),
  DOCKERFILE_MISSING: define('build'),
  BUILD_FAILED: define('build'),
  CONTENT_CHANGED: define('build'),
  TEST_FAILED: define('test'),
  REGISTRY_REFUSED: define('build'),
  SCAN_FAILED: define('test'),
  SIGN_FAILED: define('build'),
  TAG_IMMUTABLE: define('build'),
  ARTIFACT_CHANGED: define('build'),
  GIT_FAILED: define('build'),
  RELEASE_UNKNOWN: define('usage', ExitCode.usage),
  RELEASE_NONE: define('service'),
  RELEASE_DIRTY: define('approval'),
  // Infrastructure
  TERRAFORM_FAILED: define('infrastructure'),
  PLAN_STALE: define('infrastructure'),
  SCOPE_UNKNOWN: define('config', ExitCode.usage),
  OUT_OF_SCOPE: define('infrastructure'),
  DATA_LOSS_REFUSED: define('approval'),
  STILL_REUSED: define('approval'),
  OWNERSHIP_UNREADABLE: define('infrastructure'),
  DATABASE_USER_FAILED: define('infrastructure'),
  DRIFT_FOUND: define('infrastructure', ExitCode.drift),
  OUTPUT_MISSING: define('infrastructure'),
  SSH_UNREACHABLE: define('infrastructure'),
  SSH_AUTH_FAILED: define('infrastructure'),
  SSH_HOST_KEY_UNKNOWN: define('infrastructure'),
  SSH_HOST_KEY_CHANGED: define('infrastructure'),
  SSH_HOST_REPLACED: define('infrastructure'),
  PLAYBOOK_FAILED: define('infrastructure'),
  // Deploys
  DEPLOY_FAILED: define('service'),
  DEPLOY_ROLLED_BACK: define('service', ExitCode.rolledBack),
  DEPLOY_CUT_OFF: define('service'),
  DEPLOY_OVERTAKEN: define('service'),
  DEPLOY_PAUSED: define('approval'),
  // Not 3: the services are as they were, what the migration itself changed may not be.
  MIGRATION_FAILED: define('service'),
  SNAPSHOT_FAILED: define('infrastructure'),
  HOOK_FAILED: define('service'),
  STAGE_FAILED: define('test'),
  SCHEMA_CONTRACTED: define('approval'),
  ROLLBACK_FAILED: define('service'),
  // What runs, and what is done with it
  TASK_NONE: define('service'),
  TASK_FAILED: define('service'),
  LOG_UNREADABLE: define('infrastructure'),
  EXEC_UNAVAILABLE: define('infrastructure'),
  SCALE_REFUSED: define('service'),
  // What a deployment has in AWS
  RESOURCE_UNKNOWN: define('usage', ExitCode.usage),
  RESOURCE_FOREIGN: define('approval'),
  PRUNE_INCOMPLETE: define('infrastructure'),
  RESOURCE_PROTECTED: define('approval'),
  RESOURCE_EXISTS: define('usage', ExitCode.usage),
  INSTANCE_FAILED: define('infrastructure'),
  POWER_FAILED: define('infrastructure'),
  PROMOTION_REFUSED: define('approval'),
  APPROVAL_REQUIRED: define('approval'),
  APPROVAL_REFUSED: define('approval'),
  APPROVAL_NOT_ALLOWED: define('approval'),
  APPROVAL_EXPIRED: define('approval'),
  LOCKED: define('locked', ExitCode.locked),
  // Applications that need each other
  NEEDS_CYCLE: define('config', ExitCode.usage),
  UPSTREAM_UNREADABLE: define('infrastructure'),
  UPSTREAM_FAILED: define('service'),
  UPSTREAM_MISSING: define('service'),
  UPSTREAM_RUNNING: define('locked', ExitCode.locked),
  INTERRUPTED: define('interrupted', ExitCode.interrupted),
  SUPERSEDED: define('interrupted', ExitCode.interrupted),
  TIMED_OUT: define('interrupted', ExitCode.interrupted),
  // Notifications
  SLACK_FAILED: define('service'),
  GITHUB_FAILED: define('service'),
  GITLAB_FAILED: define('service'),
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof errorCodes;

/** How the runner itself was interrupted; the message says it too. */
export interface Interruption {
  /** `SIGTERM` */
  readonly signal: string;
  /** What became of what was interrupted: `staging is back on 1.0.0`. */
  readonly outcome?: string;
}

export interface ErrorDetails {
  /** What was asked for or touched: a file with line and column, a host, a service, an image. */
  readonly where?: string | undefined;
  /** Last log lines, stopped reason, refused request: what a person would look for first. */
  readonly evidence?: readonly string[];
  /** The command to type next, or the thing to change. */
  readonly next?: string | undefined;
  readonly cause?: unknown;
  /** What the message begins with, e.g. a host: put before it, and left out where it is named already (`words`). */
  readonly subject?: string;
  readonly interruption?: Interruption | undefined;
  /** Overrides the code's own exit code, e.g. when an interrupt was undone. */
  readonly exitCode?: ExitCode;
}

/** A failure that a user can understand and act on. */
export class StackError extends Error {
  readonly where: string | undefined;
  readonly evidence: readonly string[];
  readonly next: string | undefined;
  readonly exitCode: ExitCode;
  readonly subject: string | undefined;
  readonly interruption: Interruption | undefined;
  /** The message without the subject. */
  readonly words: string;

  constructor(
    readonly code: ErrorCode,
    words: string,
    details: ErrorDetails = {},
  ) {
    const message = details.subject === undefined ? words : `${details.subject} ${words}`;
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'StackError';
    this.words = words;
    this.subject = details.subject;
    this.interruption = details.interruption;
    this.where = details.where;
    this.evidence = details.evidence ?? [];
    this.next = details.next;
    this.exitCode = details.exitCode ?? errorCodes[code].exitCode;
  }

  get category(): ErrorCategory {
    return errorCodes[this.code].category;
  }
}

/** What a failure says where its subject is named already. */
export function wordsWithout(subject: string, error: unknown): string {
  if (error instanceof StackError && error.subject === subject) return error.words;
  return toErrorRecord(error).message;
}

/** The serialised shape of a failure in `--json`, `--result` files, the ledger and the journal. */
export interface ErrorRecord {
  readonly code: ErrorCode | 'BUG';
  readonly category: ErrorCategory | 'bug';
  readonly message: string;
  readonly where?: string;
  readonly evidence?: readonly string[];
  readonly next?: string;
  readonly interruption?: Interruption;
  readonly exitCode: number;
  readonly stack?: string;
}

/** Turns anything thrown into its record; what the operating system refuses is no bug, and only bugs carry a stack. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof StackError) {
    return {
      code: error.code,
      category: error.category,
      message: error.message,
      ...(error.where === undefined ? {} : { where: error.where }),
      ...(error.evidence.length === 0 ? {} : { evidence: error.evidence }),
      ...(error.next === undefined ? {} : { next: error.next }),
      ...(error.interruption === undefined ? {} : { interruption: error.interruption }),
      exitCode: error.exitCode,
    };
  }
  const refused = systemFailure(error);
  if (refused !== undefined) {
    const { category, exitCode } = errorCodes.FILE_FAILED;
    return { code: 'FILE_FAILED', category, ...refused, exitCode };
  }
  const bug = error instanceof Error ? error : new Error(String(error));
  return {
    code: 'BUG',
    category: 'bug',
    message: bug.message,
    exitCode: ExitCode.failed,
    ...(bug.stack === undefined ? {} : { stack: bug.stack }),
    next: 'This is a bug in automation-stack: please report it with the lines above.',
  };
}
