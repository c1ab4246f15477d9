import { existsSync } from 'node:fs';
import { namesSecret } from './secretNames.js';
import type { SecretRegistry } from './redact.js';

/** A shorter value of a variable that the configuration does not refer to is more likely a setting. */
const SHORTEST_BY_NAME = 8;

/**
 * Registers what the environment holds: credentials of AWS, passwords in addresses (proxies, remotes, databases), tokens
 * by their form, and variables whose names end in what a secret is called.
 */
export function registerEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  secrets: SecretRegistry,
): void {
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value === '') continue;
    if (name === 'AWS_SECRET_ACCESS_KEY' || name === 'AWS_SESSION_TOKEN') secrets.register(value);
    else if (value.length >= SHORTEST_BY_NAME && namesSecret(name) && maySecretBe(value))
      secrets.register(value);
    else secrets.registerLikely(value);
  }
}

/** A switch, an ARN, an address without a password, or the path of a file: what has a secret's name and is none. */
export function maySecretBe(value: string): boolean {
  if (/^arn:aws[\w-]*:/.test(value)) return false;
  if (value.startsWith('/') && !value.includes('\n') && existsSync(value)) return false;
  return !/^https?:\/\/[^/?#@]+\/?$/.test(value);
}
