import { parse, stringify } from 'yaml';

/** What `${NAME}` in the controller's configuration stands for. */
export type Values = Readonly<Record<string, string>>;

/** References as the configuration-as-code plugin knows them: `${NAME}` and `${NAME:-where it is not set}`. */
const REFERENCE = /(?<!\^)\$\{([^}:]+)(?::-([^}]*))?\}/g;

/** @throws Error where a reference has neither a value nor a default */
export function filled(text: string, values: Values): string {
  return text.replace(REFERENCE, (_, name: string, otherwise?: string) => {
    const value = values[name] ?? otherwise;
    if (value === undefined) throw new Error(`jenkins.yaml asks for ${name}, which this suite does not give`);
    return value;
  });
}

/** References in a value at any depth, each filled; comments of the file are gone by then. */
function filledAll(value: unknown, values: Values): unknown {
  if (typeof value === 'string') return filled(value, values);
  if (Array.isArray(value)) return value.map((one) => filledAll(one, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filledAll(one, values)]));
}

interface Configuration {
  readonly jenkins: { readonly globalNodeProperties: unknown };
  readonly security: Readonly<Record<string, unknown>>;
  readonly credentials: unknown;
  readonly unclassified: { readonly globalLibraries: unknown };
  readonly jobs: readonly { readonly script: string }[];
}

/**
 * Of pipelines/controller/jenkins.yaml what can be added to a controller that has its own users, agents and address: the
 * library, its credentials, the seed job and what that needs. The seed runs as `user`, since there may be no user `seed`.
 */
export function additions(jenkinsYaml: string, values: Values, user: string): string {
  const whole = filledAll(parse(jenkinsYaml), values) as Configuration;
  const { globalJobDslSecurityConfiguration, queueItemAuthenticator } = whole.security;
  return stringify({
    jenkins: { globalNodeProperties: whole.jenkins.globalNodeProperties },
    security: { globalJobDslSecurityConfiguration, queueItemAuthenticator },
    credentials: whole.credentials,
    unclassified: { globalLibraries: whole.unclassified.globalLibraries },
    jobs: whole.jobs.map(({ script }) => ({ script: script.replace("userid('seed')", `userid('${user}')`) })),
  });
}
