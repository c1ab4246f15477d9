import { readFileSync, statSync } from 'node:fs';
import type { SecretRegistry } from '../secrets/redact.js';
import { maySecretBe } from '../secrets/environmentSecrets.js';
import { holdsSecret } from '../secrets/secretNames.js';
import { looksRandom } from '../secrets/values.js';
import { referencesIn } from './referencesIn.js';
import type { KindSchemas } from './kindSchemas.js';
import type { Config } from './schema.js';
import { placedTexts } from './secretPlaces.js';

type Env = Readonly<Record<string, string | undefined>>;
const LONGEST_KEY_FILE = 64 * 1024;

/**
 * Registers every secret that a configuration names and this process can see without asking anybody, so that also what
 * did not look a reference up cannot print it.
 */
export function registerConfigured(
  config: Config,
  kinds: KindSchemas,
  { env, secrets }: { readonly env: Env; readonly secrets: SecretRegistry },
): void {
  for (const { text, isSecret } of placedTexts(config, kinds)) {
    const references = referencesIn(text);
    if (references.length === 0 && isSecret) secrets.register(text);
    else secrets.registerLikely(text);
    for (const { kind, name } of references) {
      if (kind !== 'env' && kind !== 'secret-env') continue;
      const [variable, fallback] = name.split(/:-(.*)/s, 2) as [string, string | undefined];
      const value = env[variable] || fallback;
      if (value === undefined) continue;
      const isBound = Object.hasOwn(config.jenkins.credentials, variable);
      if (kind === 'secret-env' || ((isSecret || isBound) && maySecretBe(value))) secrets.register(value);
      registerVariable(variable, value, secrets);
    }
  }
}

/** Registers the value of a variable that the configuration refers to, as far as its name or its form make it a secret. */
export function registerVariable(variable: string, value: string, secrets: SecretRegistry): void {
  if ((holdsSecret(variable) || looksRandom(value)) && maySecretBe(value)) secrets.register(value);
  else secrets.registerLikely(value);
  const file = keyFile(value);
  if (file !== undefined) secrets.register(file);
}

/** The private key in a file that a variable names, as Jenkins binds files and SSH keys. */
function keyFile(path: string): string | undefined {
  if (!path.startsWith('/') || path.includes('\n')) return undefined;
  try {
    const { size } = statSync(path);
    const text = size > LONGEST_KEY_FILE ? '' : readFileSync(path, 'utf8');
    return text.includes('PRIVATE KEY-----') ? text : undefined;
  } catch {
    return undefined;
  }
}
