import type { ExecResult } from './execute.js';

export interface HttpProbe {
  /** Port of the host itself. */
  readonly port: number;
  readonly path: string;
  /** Longest wait for an answer, in milliseconds. */
  readonly timeoutMs: number;
}

export type ProbeResult =
  | { readonly status: number; readonly error?: undefined }
  | { readonly status?: undefined; readonly error: string };

/**
 * A small script for /bin/sh: curl where the host has it, else Python, which every host that Ansible manages has.
 * It prints the status code alone. Redirects are not followed: a 302 to the login page is an answer.
 */
const SCRIPT = [
  'if command -v curl >/dev/null 2>&1; then',
  `exec curl --noproxy '*' --silent --show-error --output /dev/null --write-out '%{http_code}' --max-time "$2" "$1"; fi`,
  `exec python3 -c 'import http.client, sys, urllib.parse`,
  'u = urllib.parse.urlsplit(sys.argv[1])',
  'c = http.client.HTTPConnection(u.hostname, u.port, timeout=float(sys.argv[2]))',
  'c.request("GET", u.path + ("?" + u.query if u.query else ""))',
  `print(c.getresponse().status, end="")' "$1" "$2"`,
].join('\n');

/** The argv that asks a port of the host it runs on. */
export function probeCommand(probe: HttpProbe): string[] {
  const path = probe.path.startsWith('/') ? probe.path : `/${probe.path}`;
  const seconds = Math.max(1, Math.ceil(probe.timeoutMs / 1000));
  return ['sh', '-c', SCRIPT, 'probe', `http://127.0.0.1:${probe.port}${path}`, String(seconds)];
}

/** Reads the answer: a status code, or the reason why there was none. */
export function parseProbe(result: ExecResult): ProbeResult {
  const status = Number(result.stdout.trim());
  if (result.exitCode === 0 && Number.isInteger(status) && status >= 100) return { status };
  const lines = result.stderr.trim().split('\n');
  const words = (lines[lines.length - 1] ?? '').replace(/^curl: \(\d+\) /, '');
  return { error: words === '' ? `no answer (exit ${result.exitCode})` : words };
}
