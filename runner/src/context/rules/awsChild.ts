type Env = Readonly<Record<string, string | undefined>>;

/** Holds, for runners that are called below us, what the variables said that are set for a role. */
export const AWS_BASE = 'AUTOMATION_STACK_AWS_BASE';

/** What would be taken for another identity than the profile that is named. */
const CLEARED = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
];
/** Who and which run: the name of the session is made of them. */
const PASSED_ON = ['AUTOMATION_STACK_RUN', 'AUTOMATION_STACK_WHO', 'BUILD_TAG', 'BUILD_USER_ID'];

/**
 * What makes another program act as a role: a profile whose credentials it asks our own command for, again before they
 * end. Go's, Python's and JavaScript's SDKs all take keys in the environment, or a web identity, before a profile that
 * AWS_PROFILE names, or differ in it: these are emptied.
 * @param file configuration that holds the profile
 */
export function roleVariables(profile: string, file: string, env: Env): Record<string, string> {
  const base = [...CLEARED, ...PASSED_ON, 'AWS_PROFILE', 'AWS_CONFIG_FILE'].filter((name) => env[name]);
  const cleared = CLEARED.filter((name) => env[name]);
  return {
    AWS_PROFILE: profile,
    AWS_CONFIG_FILE: file,
    // Providers on the older SDK for Go read no configuration file without it.
    AWS_SDK_LOAD_CONFIG: '1',
    ...Object.fromEntries(cleared.map((name) => [name, ''])),
    [AWS_BASE]: JSON.stringify({ file, env: Object.fromEntries(base.map((name) => [name, env[name]])) }),
  };
}

/** The environment as it was before `roleVariables`, where nobody has named another configuration since. */
export function withoutRole(env: Env): Env {
  const held = env[AWS_BASE];
  if (!held) return env;
  const { [AWS_BASE]: _, ...rest } = env;
  const base = parse(held);
  if (base === undefined || env['AWS_CONFIG_FILE'] !== base.file) return rest;
  const ours = [
    ...['AWS_PROFILE', 'AWS_CONFIG_FILE', 'AWS_SDK_LOAD_CONFIG', ...PASSED_ON],
    ...CLEARED.filter((name) => rest[name] === ''),
  ];
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([name]) => !ours.includes(name))),
    ...base.env,
  };
}

function parse(text: string): { readonly file: string; readonly env: Env } | undefined {
  try {
    const found = JSON.parse(text) as { file?: unknown; env?: unknown } | null;
    if (typeof found?.file !== 'string' || typeof found.env !== 'object' || found.env === null)
      return undefined;
    return { file: found.file, env: found.env as Env };
  } catch {
    return undefined;
  }
}

/**
 * An AWS configuration: what the user's own says, so that its profiles stay known, and one that asks a command.
 * @param command program that prints credentials; without characters that any SDK's way of reading it changes
 */
export function profileText(
  own: string,
  profile: string,
  command: string,
  region: string | undefined,
): string {
  const lines = [
    `[profile ${profile}]`,
    `credential_process = "${command}"`,
    ...(region === undefined ? [] : [`region = ${region}`]),
  ];
  return `${own === '' ? '' : `${own.trimEnd()}\n\n`}${lines.join('\n')}\n`;
}
