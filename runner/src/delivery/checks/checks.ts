import type { ChecksConfig } from '../../config/checksSchema.js';
import type { AwsClients } from '../../adapters/aws/clients.js';
import { StackError } from '../../base/errors.js';
import type { Clock, Processes } from '../../base/ports.js';
import type { DeploymentKind, ReleaseRecord } from '../../domain/records.js';
import type { Stage } from '../../events/stage.js';
import type { CheckedAddress } from '../rules/checkCommands.js';

/** What the checks of all targets of an environment work with. */
export interface CheckTools {
  readonly clock: Clock;
  readonly processes: Processes;
  /** Directory of the configuration, where commands on the agent run. */
  readonly directory: string;
  /** What commands on the agent find in their environment, such as the role of the environment. */
  readonly variables: () => Promise<Readonly<Record<string, string>>>;
  /** For alarms and metrics. */
  readonly aws: () => Promise<AwsClients>;
  /** Runs a command in a container on the agent. */
  readonly container: RunCommand;
}

/** One command of a check. */
export interface CheckCommand {
  /** Name of the check. */
  readonly name: string;
  readonly command: readonly string[];
  /** Variables for it; nothing secret. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Image of the configuration that it runs in, on the agent. */
  readonly image?: string | undefined;
  /** Container of the task that it runs in. */
  readonly container?: string | undefined;
  readonly release: ReleaseRecord;
  readonly signal: AbortSignal;
  /** Told each line that it prints. */
  readonly tell: (line: string) => void;
}

export interface CommandEnd {
  /** Why it failed; undefined where it ended with 0. */
  readonly failure?: string | undefined;
  /** Its last lines. */
  readonly tail: readonly string[];
}

/** Runs a command to its end. @throws the signal's reason on abort; StackError where it cannot be run at all */
export type RunCommand = (command: CheckCommand) => Promise<CommandEnd>;

/** What is checked, and how its commands get to it. */
export interface CheckedTarget {
  readonly name: string;
  readonly environment: string;
  /** References already resolved. */
  readonly checks: ChecksConfig | undefined;
  readonly release: ReleaseRecord;
  /** A rollback is checked by nothing: what is checked may be the very reason for it. */
  readonly kind?: DeploymentKind | undefined;
  /** Where the new release answers: the idle colour, the test listener, or the service. */
  readonly at?: CheckedAddress | undefined;
  /** Name and address of the host that is checked, where it is one. */
  readonly host?: { readonly name: string; readonly address: string } | undefined;
  /** Runs a command as a task of the new revision, where there is one. */
  readonly task?: RunCommand | undefined;
  /** Runs a command on the host that is checked, where there is one. */
  readonly onHost?: RunCommand | undefined;
}

/**
 * A moment of a deploy. `before-change`: a look at the alarms, while nothing is touched. `before-traffic`: the commands.
 * `bake`: alarms and metrics, for so many milliseconds or until the signal says that the release has been watched enough;
 * `sinceMs` is when it began to get requests, by default now.
 */
export type When =
  | { readonly when: 'before-change' | 'before-traffic' }
  | { readonly when: 'bake'; readonly lasts: number | AbortSignal; readonly sinceMs?: number };

export interface ChecksContext {
  readonly tools: CheckTools;
  readonly stage: Stage;
  readonly signal: AbortSignal;
}

/** A check that failed, or its tool could not be had: the release gets no requests, or loses them again. */
export function checkError(
  target: Pick<CheckedTarget, 'name' | 'environment' | 'host'>,
  check: string,
  failed: { readonly reason: string; readonly evidence: readonly string[]; readonly cause?: unknown },
): StackError {
  const on = target.host === undefined ? '' : `, ${target.host.name}`;
  return new StackError('DEPLOY_FAILED', `check ${check} failed: ${failed.reason}`, {
    where: `checks.${check} of target ${target.name}, environment ${target.environment}${on}`,
    evidence: failed.evidence,
    next: `Fix the cause and deploy again: node runner deploy --env ${target.environment}`,
    cause: failed.cause,
  });
}
