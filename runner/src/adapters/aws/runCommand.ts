import pMap from 'p-map';
import { poll } from '../../base/poll.js';
import type { Clock } from '../../base/ports.js';
import { awsReason } from './awsErrors.js';
import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

type Aws = Pick<AwsClients, 'call' | 'ssm' | 'region'>;

/**
 * SendCommand takes so many ids.
 * Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
 */
const MOST_INSTANCES = 50;
/** The shortest time, in seconds, that Run Command waits for an agent. Source: the same, TimeoutSeconds. */
const DELIVERY_SECONDS = 30;
/** After its time is over, a command may still be ended and told of. */
const SLACK_MS = 30_000;
const PACE = { gapMs: 400, growth: 1.3, longestGapMs: 4000 };
/** Results are asked for so many at a time. */
const READERS = 5;

/** How a rate is said: a number of instances, or a share of them (`10%`). */
export type Rate = string;

export interface CommandRequest {
  /** Ids; any number. */
  readonly instances: readonly string[];
  /** For `/bin/sh`, run as root. */
  readonly script: string;
  /** How long it may run on an instance. */
  readonly limitMs: number;
  /** On how many instances it runs at a time (default: 50, which is AWS's own). */
  readonly maxConcurrency?: Rate | undefined;
  /** With more failures than this it is begun on no further instance (default: all are begun). */
  readonly maxErrors?: Rate | undefined;
  /** Seen in the account's list of commands; at most 100 characters. */
  readonly comment: string;
}

/** How a command ended on one instance. */
export interface CommandEnd {
  /**
   * The detailed status of AWS, without spaces: `Success`, `Failed`, `ExecutionTimedOut`, `DeliveryTimedOut`, `Undeliverable`,
   * `Terminated` (not begun, too many had failed), `Cancelled` …
   * Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html
   */
  readonly status: string;
  /** -1 where it has not run to its end. */
  readonly exitCode: number;
  /** The first 24,000 characters. */
  readonly stdout: string;
  /** The first 8,000 characters. */
  readonly stderr: string;
}

const ENDED = new Set(['Success', 'Cancelled', 'Failed', 'TimedOut']);

/**
 * Runs a script on instances by Run Command, and waits for all of them. More than 50 are taken in parts, one after the other.
 * Where an answer of AWS is lost a script may be sent twice: it has to bear that.
 * @returns how it ended, by instance; `Undeliverable` where no agent is known
 * @throws StackError AWS_*; the signal's reason, once the command is cancelled
 */
export async function runOnInstances(
  aws: Aws,
  clock: Clock,
  request: CommandRequest,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CommandEnd>> {
  const total = request.instances.length;
  const atOnce = Math.max(1, share(request.maxConcurrency ?? String(MOST_INSTANCES), total));
  let errorsLeft = request.maxErrors === undefined ? total : share(request.maxErrors, total);
  const ends = new Map<string, CommandEnd>();
  for (let start = 0; start < total; start += MOST_INSTANCES) {
    const part = request.instances.slice(start, start + MOST_INSTANCES);
    if (errorsLeft < 0) {
      for (const id of part) ends.set(id, notRun('Terminated'));
      continue;
    }
    const sent = { ...request, instances: part, maxConcurrency: atOnce, maxErrors: errorsLeft };
    for (const [id, end] of await runPart(aws, clock, sent, signal)) {
      ends.set(id, end);
      if (end.status === 'Failed' || end.status === 'ExecutionTimedOut') errorsLeft -= 1;
    }
  }
  return ends;
}

/** A number, or a share of all, rounded down as AWS does. */
export const share = (rate: Rate, total: number): number =>
  rate.endsWith('%') ? Math.floor((total * Number(rate.slice(0, -1))) / 100) : Number(rate);

const notRun = (status: string): CommandEnd => ({ status, exitCode: -1, stdout: '', stderr: '' });

type Part = Omit<CommandRequest, 'maxConcurrency' | 'maxErrors'> & {
  readonly maxConcurrency: number;
  readonly maxErrors: number;
};

async function runPart(
  aws: Aws,
  clock: Clock,
  part: Part,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CommandEnd>> {
  const { id, sent } = await send(aws, part, signal);
  const ends = new Map<string, CommandEnd>();
  for (const instance of part.instances)
    if (!sent.includes(instance)) ends.set(instance, notRun('Undeliverable'));
  if (id === undefined) return ends;
  let last: ReadonlyMap<string, Invocation> = new Map();
  const isOver = (one: Invocation | undefined) => one !== undefined && ENDED.has(one.status);
  const look = async () => {
    last = await invocations(aws, id, signal);
    return sent.every((instance) => isOver(last.get(instance))) ? true : undefined;
  };
  // Where fewer run at a time the last ones begin late.
  const rounds = Math.ceil(sent.length / part.maxConcurrency);
  const limitMs = rounds * part.limitMs + DELIVERY_SECONDS * 1000 + SLACK_MS;
  try {
    await poll(look, { clock, limitMs, ...PACE, signal });
    await pMap(
      sent,
      async (instance) => {
        const one = last.get(instance);
        const end = isOver(one) ? await endOf(aws, id, instance, signal) : notRun('DeliveryTimedOut');
        ends.set(instance, end);
      },
      { concurrency: READERS },
    );
  } catch (error) {
    if (signal.aborted) await cancel(aws, id).catch(() => undefined);
    throw error;
  }
  return ends;
}

/** @returns the command's id, undefined where nobody takes it; and to whom it was sent */
async function send(
  aws: Aws,
  part: Part,
  signal: AbortSignal,
): Promise<{ readonly id: string | undefined; readonly sent: readonly string[] }> {
  try {
    return { id: await sendTo(aws, part, signal), sent: part.instances };
  } catch (error) {
    // One that AWS knows no agent of makes it refuse all.
    if (awsReason(error) !== 'InvalidInstanceId') throw error;
    const known = await managedInstances(aws, part.instances, signal);
    if (known.length === part.instances.length) throw error;
    if (known.length === 0) return { id: undefined, sent: [] };
    return { id: await sendTo(aws, { ...part, instances: known }, signal), sent: known };
  }
}

async function sendTo(aws: Aws, part: Part, signal: AbortSignal): Promise<string> {
  const { SendCommandCommand } = await sdk.ssm();
  const command = new SendCommandCommand({
    DocumentName: 'AWS-RunShellScript',
    InstanceIds: [...part.instances],
    Parameters: {
      commands: [plainly(part.script)],
      executionTimeout: [String(Math.max(1, Math.ceil(part.limitMs / 1000)))],
    },
    TimeoutSeconds: DELIVERY_SECONDS,
    MaxConcurrency: String(part.maxConcurrency),
    MaxErrors: String(part.maxErrors),
    Comment: part.comment.slice(0, 100),
  });
  const what = { action: 'ssm:SendCommand', resource: part.instances.join(', '), signal };
  return (await aws.call(await aws.ssm(), command, what)).Command?.CommandId ?? '';
}

/** Systems Manager takes what stands in two braces for parameters of its own: a script with some is sent in base64. */
const plainly = (script: string): string =>
  script.includes('{{') ? `eval "$(echo ${Buffer.from(script).toString('base64')} | base64 -d)"` : script;

/** Those of some instances whose agent has registered with Systems Manager. @throws StackError AWS_* */
export async function managedInstances(
  aws: Aws,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { DescribeInstanceInformationCommand } = await sdk.ssm();
  const client = await aws.ssm();
  const what = { action: 'ssm:DescribeInstanceInformation', signal };
  const found = await everyPage(async (token) => {
    const command = new DescribeInstanceInformationCommand({
      Filters: [{ Key: 'InstanceIds', Values: [...ids] }],
      ...(token === undefined ? {} : { NextToken: token }),
    });
    const page = await aws.call(client, command, what);
    return { items: page.InstanceInformationList, next: page.NextToken };
  });
  return ids.filter((id) =>
    found.some(({ InstanceId, PingStatus }) => InstanceId === id && PingStatus === 'Online'),
  );
}

interface Invocation {
  readonly status: string;
}

async function invocations(
  aws: Aws,
  id: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Invocation>> {
  const { ListCommandInvocationsCommand } = await sdk.ssm();
  const client = await aws.ssm();
  const what = { action: 'ssm:ListCommandInvocations', resource: id, signal };
  const found = await everyPage(async (token) => {
    const command = new ListCommandInvocationsCommand({
      ...{ CommandId: id, MaxResults: MOST_INSTANCES },
      ...(token === undefined ? {} : { NextToken: token }),
    });
    const page = await aws.call(client, command, what);
    return { items: page.CommandInvocations, next: page.NextToken };
  });
  return new Map(found.map(({ InstanceId = '', Status = '' }) => [InstanceId, { status: Status }]));
}

async function endOf(aws: Aws, id: string, instance: string, signal: AbortSignal): Promise<CommandEnd> {
  const { GetCommandInvocationCommand } = await sdk.ssm();
  const command = new GetCommandInvocationCommand({ CommandId: id, InstanceId: instance });
  const what = { action: 'ssm:GetCommandInvocation', resource: `${id}/${instance}`, signal };
  const found = await aws.call(await aws.ssm(), command, what);
  return {
    status: (found.StatusDetails ?? found.Status ?? '').replaceAll(' ', ''),
    exitCode: found.ResponseCode ?? -1,
    stdout: found.StandardOutputContent ?? '',
    stderr: found.StandardErrorContent ?? '',
  };
}

/** Where it runs already, the agent ends it. */
async function cancel(aws: Aws, id: string): Promise<void> {
  const { CancelCommandCommand } = await sdk.ssm();
  const command = new CancelCommandCommand({ CommandId: id });
  await aws.call(await aws.ssm(), command, { action: 'ssm:CancelCommand', resource: id, patienceMs: 10_000 });
}
