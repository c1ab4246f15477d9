import { registerConfigured as register } from '../../runner/src/config/knownSecrets.js';
import { loadConfig as load, validateConfig as validate } from '../../runner/src/config/load.js';
import { configurationSchema, type Config } from '../../runner/src/config/schema.js';
import { kinds } from '../../runner/src/kinds.js';
import type { SecretRegistry } from '../../runner/src/secrets/redact.js';

/** The configuration as the runner reads it, with the kinds that it has. */
export const configSchema = configurationSchema(kinds);

export const loadConfig = (directory: string, file: string) => load(directory, file, kinds);

export const validateConfig = (...text: [shown: string, text: string, directory: string, file?: string]) =>
  validate(kinds, ...text);

export const registerConfigured = (
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  secrets: SecretRegistry,
) => register(config, kinds, { env, secrets });
