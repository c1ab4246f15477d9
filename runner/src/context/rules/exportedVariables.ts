import { shellQuote } from '../../base/shell.js';

/** What the environment variables of `env` are made from; references resolved. */
export interface SharedSettings {
  readonly application: string;
  readonly environment: string;
  /** AWS_*, as text. */
  readonly aws: Readonly<Record<string, string>>;
  /** Absent where the environment has no infrastructure. */
  readonly terraform?: {
    readonly workspace: string;
    /** Only where it is not Terraform's own. */
    readonly dataDirectory?: string;
    /** TF_VAR_*, as text. */
    readonly variables: Readonly<Record<string, string>>;
    /** TF_CLI_ARGS_*. */
    readonly arguments?: Readonly<Record<string, string>>;
  };
  readonly ssh: { readonly user?: string; readonly privateKey?: string };
  /** ANSIBLE_*; nothing where there are no hosts. */
  readonly ansible?: Readonly<Record<string, string>>;
  /** The environment's own, which win. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The environment variables that Terraform, Ansible and the AWS tools share, in the order they are printed. Pure. */
export function sharedVariables(settings: SharedSettings): Record<string, string> {
  const { aws, terraform, ssh, ansible } = settings;
  const defined = {
    DEPLOYMENT: settings.application,
    ENVIRONMENT: settings.environment,
    ...aws,
    TF_WORKSPACE: terraform?.workspace,
    TF_DATA_DIR: terraform?.dataDirectory,
    ...terraform?.variables,
    ...terraform?.arguments,
    ANSIBLE_REMOTE_USER: ssh.user,
    ANSIBLE_PRIVATE_KEY_FILE: ssh.privateKey,
    ...ansible,
    ...settings.variables,
  };
  return Object.fromEntries(
    Object.entries(defined).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Names what `env` has set in a shell: none of it is the user's own. */
export const EXPORTS = 'AUTOMATION_STACK_EXPORTS';

/**
 * The names that commands of the runner are not to take from a shell in which `env` was evaluated: they look each up
 * anew, and the next one may be for another environment.
 * @param before what the shell has without them: what it says already by itself stays
 */
export function exportedNames(
  variables: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string | undefined>>,
): string[] {
  return Object.keys(variables).filter(
    (name) => /^(?:TF|ANSIBLE)_/.test(name) && before[name] !== variables[name],
  );
}

/** The environment as it is without what `env` has set in it. */
export function withoutExports(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const names = env[EXPORTS]?.split(',') ?? [];
  if (names.length === 0) return env;
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => name !== EXPORTS && !names.includes(name)),
  );
}

/** Commands of Terraform that take variable files. */
const WITH_VARIABLES = ['plan', 'apply', 'destroy', 'refresh', 'import', 'console'];

/**
 * TF_CLI_ARGS_*, by which Terraform that is typed by hand gets the arguments that our own gets. Terraform divides them
 * as a shell does.
 * @param env what the shell has: what it adds by itself stays
 */
export function terraformArguments(
  given: { readonly backendConfig: readonly string[]; readonly variables: readonly string[] },
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const line = (name: string, words: readonly string[]): [string, string][] =>
    words.length === 0
      ? []
      : [[name, [...(env[name] ? [env[name]] : []), ...words.map(shellQuote)].join(' ')]];
  return Object.fromEntries([
    ...line(
      'TF_CLI_ARGS_init',
      given.backendConfig.map((item) => `-backend-config=${item}`),
    ),
    ...WITH_VARIABLES.flatMap((command) => line(`TF_CLI_ARGS_${command}`, given.variables)),
  ]);
}

/** A comment that no value can end: line breaks would. */
export function commentLine(text: string): string {
  return `# ${text.replaceAll(/[\r\n]+/g, ' ')}`;
}
