import { join } from 'node:path';
import type { Processes } from '../../base/ports.js';
import { isRecord, jsonIn } from '../../base/toolJson.js';
import type { SecretRegistry } from '../../secrets/redact.js';
import { dockerConfigDirectory, readJson } from './address.js';
import type { RegistryCredentials } from './buildkitSession.js';

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string }>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

/** How Docker Hub is called in requests and in the configuration. */
const HUB_HOSTS = ['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.docker.io'];
const HUB_KEY = 'https://index.docker.io/v1/';

export interface CredentialsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly processes: Processes;
  readonly secrets: SecretRegistry;
}

/**
 * What `docker login` left for a registry, so that private base images can be pulled: a credential helper's answer,
 * or the entry in docker's config.json. Undefined means: ask without.
 */
export async function storedCredentials(
  options: CredentialsOptions,
  host: string,
): Promise<RegistryCredentials | undefined> {
  const config = readJson<DockerConfig>(join(dockerConfigDirectory(options.env), 'config.json'));
  if (config === undefined) return undefined;
  const keys = HUB_HOSTS.includes(host) ? [HUB_KEY, ...HUB_HOSTS] : [host, `https://${host}`];
  const helper = keys.map((key) => config.credHelpers?.[key]).find(Boolean) ?? config.credsStore;
  const found = helper ? await fromHelper(options, helper, keys[0] as string) : undefined;
  const credentials = found ?? keys.map((key) => decode(config.auths?.[key]?.auth)).find(Boolean);
  options.secrets.register(credentials?.password);
  return credentials;
}

/** Helpers take the server on stdin and answer with JSON; a failure means that they hold nothing for it. */
async function fromHelper(
  options: CredentialsOptions,
  helper: string,
  server: string,
): Promise<RegistryCredentials | undefined> {
  try {
    const invocation = { file: `docker-credential-${helper}`, args: ['get'], input: server };
    const result = await options.processes.run(invocation, { captureStdout: true, timeoutMs: 20_000 });
    if (result.exitCode !== 0) return undefined;
    const answer = jsonIn(result.stdout, isAnswer);
    if (!answer?.Username || !answer.Secret) return undefined;
    return { username: answer.Username, password: answer.Secret };
  } catch {
    return undefined;
  }
}

const isAnswer = (value: unknown): value is { readonly Username: string; readonly Secret: string } =>
  isRecord(value) && typeof value['Username'] === 'string' && typeof value['Secret'] === 'string';

function decode(auth: string | undefined): RegistryCredentials | undefined {
  if (!auth) return undefined;
  const [username = '', ...password] = Buffer.from(auth, 'base64').toString('utf8').split(':');
  return username === '' ? undefined : { username, password: password.join(':') };
}
