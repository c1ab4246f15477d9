import { isAbsolute, join } from 'node:path';
import type { Invocation } from '../../base/ports.js';

/** What an image is signed by. */
export interface Signing {
  /** A file, or an address of a key that a service keeps: `awskms:///…`. */
  readonly key: string;
  /** Of a key file. */
  readonly password: string;
  /** Whether the signature is told to the public transparency log. */
  readonly logged: boolean;
}

/** A key of the configuration: files are relative to it, addresses stay what they are. */
export const keyOf = (key: string, directory: string): string =>
  /^[a-z0-9+]+:/i.test(key) || isAbsolute(key) ? key : join(directory, key);

export const cosignVersion: Invocation = { file: 'cosign', args: ['version', '--json'] };

/** The major version that `cosign version --json` tells; 2 where it tells none. */
export const majorOf = (answer: string): number =>
  Number(/"gitVersion"\s*:\s*"v?(\d+)\./.exec(answer)?.[1] ?? 2);

/**
 * How an image is signed, by its digest. Passwords and the registry's login go by variables and a file, never by arguments.
 * @param docker folder with Docker's `config.json`, which holds the login
 * @param major of cosign: from 3 on it signs as a service tells it, which would always log
 * @see https://docs.sigstore.dev/cosign/signing/signing_with_containers/
 */
export function cosignSign(
  reference: string,
  { key, password, logged }: Signing,
  {
    docker,
    major,
    aws,
  }: { readonly docker: string; readonly major: number; readonly aws: Invocation['env'] },
): Invocation {
  const unlogged = ['--tlog-upload=false', ...(major >= 3 ? ['--use-signing-config=false'] : [])];
  return {
    file: 'cosign',
    args: ['sign', '--key', key, '--yes', ...(logged ? [] : unlogged), reference],
    env: { ...aws, DOCKER_CONFIG: docker, COSIGN_PASSWORD: password },
  };
}

/** Tag of a digest's signature: https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md */
export const signatureTag = (digest: string): string => `${digest.replace(':', '-')}.sig`;

/** Docker's `config.json` with one login. */
export const dockerLogin = (login: { host: string; username: string; password: string }): string => {
  const auth = Buffer.from(`${login.username}:${login.password}`).toString('base64');
  return JSON.stringify({ auths: { [login.host.split('/')[0] ?? '']: { auth } } });
};
