import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectories } from '../adapters/process/directories.js';
import { writeAtomically } from '../adapters/process/atomicFile.js';
import { homeDirectory } from '../adapters/process/user.js';
import type { Context, ContextWith, NamedEnvironment } from './context.js';
import { profileText, roleVariables } from './rules/awsChild.js';
import { StackError } from '../base/errors.js';
import { shellQuote } from '../base/shell.js';
import { localSettings, runnerDirectory } from '../local/settings.js';
import { writeFailure } from '../adapters/process/localFailures.js';
import { digest } from '../base/digest.js';

/**
 * The variables by which Terraform, Ansible and the AWS tools get to the AWS of an environment. Where it has a role,
 * they act as it by a profile of their own, whose credentials renew themselves: an `apply` may take longer than a
 * session lasts. The profile lies in a file of this user, which holds no secret of ours.
 * @throws StackError CONFIG_INVALID, STATE_WRITE_FAILED
 */
export async function awsVariables(
  context: ContextWith<'config' | 'env' | 'resolve'>,
  environment: NamedEnvironment,
): Promise<Record<string, string>> {
  const { region, profile, role } = await context.resolve(environment.config.aws, environment);
  const regional: Record<string, string> = region === undefined ? {} : { AWS_REGION: region };
  if (role === undefined) return { ...regional, ...(profile === undefined ? {} : { AWS_PROFILE: profile }) };
  const { application, directory } = await context.config();
  const folder = join(localSettings(context.env).home, 'aws');
  const acting = [environment.name, environment.scope].filter((part) => part !== undefined).join('.scope-');
  const name = `${digest(directory).slice(0, 12)}-${acting}`;
  const [config, command] = [join(folder, `${name}.config`), join(folder, `${name}.credentials`)];
  refuseOddPath(command);
  const named = `automation-stack-${application}-${acting}`;
  try {
    makeDirectories(folder, 0o700);
    await place(command, await script(context, environment), 0o700);
    await place(config, profileText(await ownConfiguration(context.env), named, command, region), 0o600);
  } catch (error) {
    throw writeFailure(error, folder);
  }
  return { ...regional, ...roleVariables(named, config, context.env) };
}

/** What prints the credentials, as AWS's tools ask a `credential_process` for them. */
async function script(context: ContextWith<'config'>, environment: NamedEnvironment): Promise<string> {
  const { file, directory } = await context.config();
  const command = [process.execPath, join(runnerDirectory(), 'index.js'), 'credentials'];
  const place = ['-C', directory, '--config', file, '--env', environment.name];
  if (environment.scope !== undefined) place.push('--scope', environment.scope);
  const key = shellQuote(digest(place.join('\n')));
  // A shell that was given the role's profile without the credentials to ask for it: we would ask ourselves, without end.
  return `#!/bin/sh
if [ "$AUTOMATION_STACK_ASKING" = ${key} ]; then
  echo 'the credentials that assume the role are not in this shell: node runner env --secrets' >&2
  exit 1
fi
AUTOMATION_STACK_ASKING=${key}
export AUTOMATION_STACK_ASKING
exec ${[...command, ...place].map(shellQuote).join(' ')}
`;
}

/** The user's own profiles: roots and playbooks may name them. */
async function ownConfiguration(env: Context['env']): Promise<string> {
  const file = env['AWS_CONFIG_FILE'] || join(homeDirectory(env), '.aws', 'config');
  return readFile(file, 'utf8').catch(() => '');
}

/** Whole or not at all: another environment's Terraform may be reading it. */
async function place(path: string, content: string, mode: number): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === content) return;
  await writeAtomically(path, content, { mode });
}

/** Some SDKs give the line to a shell, others divide it themselves: within double quotes they agree but for these. */
function refuseOddPath(path: string): void {
  if (!/["$`\\\n]/.test(path)) return;
  throw new StackError('CONFIG_INVALID', 'AWS’s tools cannot use the path of the runner’s own folder', {
    where: path,
    next: 'Set AUTOMATION_STACK_HOME to a folder without quotes, $, ` and \\ in its path.',
  });
}
