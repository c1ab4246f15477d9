import type { ExecRequest } from '../../../../context/operations.js';
import type { Host } from '../../../../domain/host.js';
import { terminalSession } from '../../fleet/operate/exec.js';
import type { InstancesDependencies } from '../dependencies.js';
import type { OwnInstance } from '../rules/ownInstance.js';
import { containerOn, hostsMeant } from './hosts.js';

/**
 * Runs a command on an instance as its own user, or in the container there, and hands the terminal over.
 * @returns its exit code
 * @throws StackError TASK_NONE, SSH_*
 */
export async function execOnInstance(
  target: InstancesDependencies,
  own: readonly OwnInstance[],
  request: ExecRequest,
): Promise<number> {
  const { config } = target;
  const [host] = (await hostsMeant(target, own, request)) as [Host];
  const ssh = await target.ssh();
  const isContainer = request.container !== undefined || config.image !== undefined;
  if (isContainer) {
    const container = request.container ?? containerOn(target);
    request.note(`${host.name}, container ${container}`);
    return terminalSession(request, container, (argv, options) => ssh.openAsRoot(host, argv, options));
  }
  request.note(host.name);
  return terminalSession(request, undefined, (argv, options) => ssh.open(host, argv, options));
}
