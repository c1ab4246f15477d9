import type { TrustedKey } from '../adapters/ssh/sshSettings.js';
import type { Processes } from '../base/ports.js';
import type { Route } from '../domain/route.js';
import { sshCertificateQuery } from './rules/sshArguments.js';

const LIMIT_MS = 30_000;

/**
 * The key that a host's certificate names, where OpenSSH finds that an authority in the known_hosts files has signed it for
 * this host, and that it is valid now. ssh2 speaks no host certificates; but the certificate names a plain key, which the
 * host then proves to hold.
 *
 * OpenSSH tells it at `-v`, and logs in nowhere: no way of logging in is offered.
 */
export async function certifiedKey(
  processes: Processes,
  route: Route,
  signal?: AbortSignal,
): Promise<TrustedKey | undefined> {
  let shown: TrustedKey | undefined;
  let matches = false;
  let accepted = false;
  await processes.run(sshCertificateQuery(route), {
    timeoutMs: LIMIT_MS,
    ...(signal === undefined ? {} : { signal }),
    onLine: (line) => {
      const [, type, print] =
        /^debug1: Server host certificate: (\S+)-cert-v01@openssh\.com (SHA256:\S+?),/.exec(line) ?? [];
      if (type !== undefined && print !== undefined) shown = { type, fingerprint: print };
      if (/^debug1: Host .* is known and matches the \S+ host certificate\.$/.test(line)) matches = true;
      // Names and dates are looked at after that; a plain key may do instead, which is not asked for here.
      if (/^Certificate invalid|No matching CA found/.test(line)) matches = false;
      // Sent once the host key is accepted, and not otherwise.
      if (/^debug1: SSH2_MSG_NEWKEYS sent/.test(line)) accepted = true;
    },
  });
  return matches && accepted ? shown : undefined;
}
