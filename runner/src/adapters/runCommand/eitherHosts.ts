import { once } from '../../base/once.js';
import type { Host } from '../../domain/host.js';
import type { SshHosts } from '../ssh/sshHosts.js';

/**
 * Hosts of which some are reached by SSH and others by Run Command: each is asked its own way.
 * @param byCommand loaded for the first host that needs it
 * @param isByCommand says which way a host is reached
 */
export function eitherHosts(
  bySsh: SshHosts,
  byCommand: () => Promise<SshHosts>,
  isByCommand: (host: Host) => boolean,
): SshHosts {
  const commands = once(byCommand);
  const way = async (host: Host) => (isByCommand(host) ? commands() : bySsh);
  return {
    exec: async (host, ...more) => (await way(host)).exec(host, ...more),
    execAsRoot: async (host, ...more) => (await way(host)).execAsRoot(host, ...more),
    open: async (host, ...more) => (await way(host)).open(host, ...more),
    openAsRoot: async (host, ...more) => (await way(host)).openAsRoot(host, ...more),
    ready: async (host, ...more) => (await way(host)).ready(host, ...more),
    probe: async (host, ...more) => (await way(host)).probe(host, ...more),
    containerLog: async (host, ...more) => (await way(host)).containerLog(host, ...more),
    // Commands are run on all hosts at once, which a limit for connections would cut into parts.
    each: async (hosts, work) =>
      (hosts.length > 0 && hosts.every(isByCommand) ? await commands() : bySsh).each(hosts, work),
    close: () => bySsh.close(),
  };
}
