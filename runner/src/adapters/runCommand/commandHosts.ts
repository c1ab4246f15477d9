import { createHash } from 'node:crypto';
import { StackError } from '../../base/errors.js';
import type { Clock } from '../../base/ports.js';
import type { Host } from '../../domain/host.js';
import type { AwsClients } from '../aws/clients.js';
import type { CommandEnd } from '../aws/runCommand.js';
import type { ExecOptions, ExecResult } from '../ssh/execute.js';
import type { SshHosts } from '../ssh/sshHosts.js';
import { parseProbe, probeCommand } from '../ssh/sshProbe.js';
import { commandScript, readResult } from './commandScript.js';

/** The same question to several hosts within this time goes to AWS as one command. */
const GATHER_MS = 40;
const DEFAULT_TIMEOUT_MS = 60_000;
const RETRY_MS = 3000;
const NEVER = new AbortController().signal;
/** Hosts asked side by side: all of a command's. */
const FAN_OUT = 50;

/** Longer input goes another way than in the command. */
const LONGEST_INPUT = 8192;

/** What is done with standard input that must not stand in a command, which AWS keeps for others to read. */
export interface InputTools {
  readonly isSecret?: (input: string) => boolean;
  /** Brings it to the hosts. @returns a script that prints it there */
  readonly bring?: (input: string) => Promise<{ readonly script: string; remove(): Promise<void> }>;
}

interface Waiting {
  readonly host: Host;
  readonly resolve: (end: CommandEnd) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Hosts by Run Command of Systems Manager, in the place of SSH: no port, no key, no path through the network. A command runs as
 * root on any number of hosts at once, and its output comes when it has ended.
 */
export function createCommandHosts(
  aws: () => Promise<AwsClients>,
  clock: Clock,
  { isSecret = () => false, bring }: InputTools = {},
): SshHosts {
  const gathered = new Map<string, Waiting[]>();

  const flush = async (key: string, script: string, limitMs: number, signal: AbortSignal) => {
    await clock.sleep(GATHER_MS);
    const waiting = gathered.get(key) ?? [];
    gathered.delete(key);
    try {
      const { runOnInstances } = await import('../aws/runCommand.js');
      const instances = [...new Set(waiting.map(({ host }) => instanceOf(host)))];
      const comment = 'automation-stack';
      const ends = await runOnInstances(await aws(), clock, { instances, script, limitMs, comment }, signal);
      for (const { host, resolve, reject } of waiting) {
        const end = ends.get(instanceOf(host));
        if (end === undefined) reject(unanswered(host, 'AWS does not say how the command ended'));
        else resolve(end);
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  };

  const run = (host: Host, script: string, { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: ExecOptions) =>
    new Promise<CommandEnd>((resolve, reject) => {
      const ends = signal ?? NEVER;
      const key = `${createHash('sha256').update(script).digest('hex')} ${timeoutMs} ${idOf(ends)}`;
      const others = gathered.get(key);
      if (others !== undefined) return void others.push({ host, resolve, reject });
      gathered.set(key, [{ host, resolve, reject }]);
      void flush(key, script, timeoutMs, ends);
    });

  const execAsRoot: SshHosts['execAsRoot'] = async (host, argv, options = {}) => {
    options.signal?.throwIfAborted();
    const { input = '' } = options;
    if (bring === undefined || (input.length <= LONGEST_INPUT && !isSecret(input)))
      return resultOf(host, argv, await run(host, commandScript(argv, input), options), options);
    const brought = await bring(input);
    try {
      const script = commandScript(argv, '', brought.script);
      return resultOf(host, argv, await run(host, script, options), options);
    } finally {
      await brought.remove();
    }
  };

  const cannotOpen: SshHosts['open'] = (host, argv) =>
    Promise.reject(
      new StackError(
        'CONFIG_INVALID',
        `${host.name} is reached by Run Command, which shows output only at its end`,
        {
          where: `${host.name}: ${argv.slice(0, 3).join(' ')}`,
          next: 'Use `transport: ssm`, a session of Session Manager, for terminals and for logs that are followed.',
        },
      ),
    );

  return {
    execAsRoot,
    // The agent knows no other user; who is logged in makes no difference to what the runner runs.
    exec: execAsRoot,
    open: cannotOpen,
    openAsRoot: cannotOpen,
    async ready(host, { timeoutMs = 0, signal } = {}) {
      const deadline = clock.now().getTime() + timeoutMs;
      for (;;) {
        try {
          await execAsRoot(host, ['true'], {
            ...(signal === undefined ? {} : { signal }),
            timeoutMs: 15_000,
          });
          return;
        } catch (error) {
          const isSilent = error instanceof StackError && error.code === 'SSH_UNREACHABLE';
          if (!isSilent || clock.now().getTime() + RETRY_MS > deadline) throw error;
        }
        await clock.sleep(RETRY_MS, signal);
      }
    },
    async probe(host, request, signal) {
      const limit = { timeoutMs: request.timeoutMs + 5000, ...(signal === undefined ? {} : { signal }) };
      return parseProbe(await execAsRoot(host, probeCommand(request), limit));
    },
    async containerLog(host, container, lines) {
      const argv = ['docker', 'logs', '--tail', String(lines), container];
      const { exitCode, stdout, stderr } = await execAsRoot(host, argv, { timeoutMs: 15_000 });
      const text = exitCode === 0 ? `${stdout}\n${stderr}` : '';
      return text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .slice(-lines);
    },
    async each(hosts, work) {
      const { default: pMap } = await import('p-map');
      return pMap(hosts, work, { concurrency: FAN_OUT });
    },
    close: () => undefined,
  };
}

/** Only those who wait for the same signal share a command, which it cancels. */
const ids = new WeakMap<AbortSignal, number>();
let lastId = 0;
function idOf(signal: AbortSignal): number {
  const id = ids.get(signal) ?? (lastId += 1);
  ids.set(signal, id);
  return id;
}

const instanceOf = (host: Host): string => host.instanceId ?? host.address;

function resultOf(
  host: Host,
  argv: readonly string[],
  end: CommandEnd,
  { timeoutMs = DEFAULT_TIMEOUT_MS }: ExecOptions,
): ExecResult {
  const command = [`command: ${argv.join(' ')}`];
  switch (end.status) {
    case 'Success':
    case 'Failed': {
      const result = readResult(end);
      if (result !== undefined) return result;
      throw new StackError('DEPLOY_FAILED', 'printed more than Run Command keeps (24,000 characters)', {
        subject: host.name,
        where: host.name,
        evidence: command,
        next: 'Use `transport: ssm` or SSH for this host.',
      });
    }
    case 'ExecutionTimedOut':
      throw unanswered(host, `did not finish within ${Math.round(timeoutMs / 1000)} s`, command);
    case 'Undeliverable':
      throw unanswered(host, 'has no agent of Systems Manager that answers', command);
    default:
      throw unanswered(host, `did not take the command (${end.status})`, command);
  }
}

function unanswered(host: Host, message: string, evidence: readonly string[] = []): StackError {
  return new StackError('SSH_UNREACHABLE', message, {
    subject: host.name,
    where: instanceOf(host),
    evidence,
    next: 'Check that the instance runs, its SSM agent, and its profile (AmazonSSMManagedInstanceCore); then run it again.',
  });
}
