import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError, toErrorRecord } from '../base/errors.js';
import type { Host } from '../domain/host.js';
import type { Stage } from '../events/stage.js';

/**
 * Waits for every host side by side, then reports all that did not come, with the first as the reason.
 * @throws StackError SSH_*
 */
export async function waitForHosts(
  context: ContextWith<'signal' | 'ssh'>,
  environment: NamedEnvironment,
  hosts: readonly Host[],
  stage: Stage,
  timeoutMs: number,
): Promise<void> {
  const ssh = await context.ssh(environment);
  const errors = await ssh.each(hosts, async (host) => {
    try {
      await ssh.ready(host, { timeoutMs, signal: context.signal });
      stage.progress('reachable', { subject: host.name, phase: 'reachable', status: 'running' });
      return undefined;
    } catch (error) {
      if (context.signal.aborted) throw error;
      return toErrorRecord(error);
    }
  });
  const failed = errors.filter((error) => error !== undefined);
  const [first, ...others] = failed;
  if (first === undefined) return;
  if (first.code === 'BUG') throw new Error(first.message);
  throw new StackError(first.code, first.message, {
    ...(first.where === undefined ? {} : { where: first.where }),
    evidence: [...(first.evidence ?? []), ...others.map((error) => error.message)],
    ...(first.next === undefined ? {} : { next: first.next }),
  });
}
