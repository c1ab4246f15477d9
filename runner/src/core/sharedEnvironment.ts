/** What the environment variables of `env` are made from; references resolved. */
export interface SharedSettings {
  readonly application: string;
  readonly environment: string;
  readonly aws: { readonly region?: string; readonly profile?: string };
  /** Absent where the environment has no infrastructure. */
  readonly terraform?: {
    readonly workspace: string;
    /** Only where it is not Terraform's own. */
    readonly dataDirectory?: string;
    /** TF_VAR_*, as text. */
    readonly variables: Readonly<Record<string, string>>;
  };
  readonly ssh: { readonly user?: string; readonly privateKey?: string };
  /** The environment's own, which win. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The environment variables that Terraform, Ansible and the AWS tools share, in the order they are printed. Pure. */
export function sharedVariables(settings: SharedSettings): Record<string, string> {
  const { aws, terraform, ssh } = settings;
  const defined = {
    DEPLOYMENT: settings.application,
    ENVIRONMENT: settings.environment,
    AWS_REGION: aws.region,
    AWS_PROFILE: aws.profile,
    TF_WORKSPACE: terraform?.workspace,
    TF_DATA_DIR: terraform?.dataDirectory,
    ...terraform?.variables,
    ANSIBLE_REMOTE_USER: ssh.user,
    ANSIBLE_PRIVATE_KEY_FILE: ssh.privateKey,
    ...settings.variables,
  };
  return Object.fromEntries(
    Object.entries(defined).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** A line that sets a variable in any POSIX shell: within single quotes only the single quote means anything. */
export function exportLine(name: string, value: string): string {
  return `export ${name}='${value.replaceAll("'", `'\\''`)}'`;
}

/** A comment that no value can end: line breaks would. */
export function commentLine(text: string): string {
  return `# ${text.replaceAll(/[\r\n]+/g, ' ')}`;
}
