import { ExitCode, StackError, toErrorRecord } from '../base/errors.js';
import type { Context } from '../context/context.js';
import { flag, type CommandDefinition } from './command.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'doctor',
    summary: 'Check that this machine and its credentials can do the work',
    description: `Checks the tools (Node.js, git, Docker, Terraform, Ansible, SSH, Python). With a configuration, it also checks the state, the disk, AWS credentials and their account, proxies, the registry, the hosts, the tokens of Slack, GitHub and GitLab, the secrets, parameters and variables of the configuration, the ECS services and the playbooks. The checks run in parallel, each with a time limit. On a Jenkins agent and in a container it also checks what Jenkins needs: \`ps\` and \`kill\`, without which an abort kills the container, and a user that the image knows. It changes nothing, except for one document that it writes to the state and removes.

Only what the configuration needs is required: without a fleet, Ansible is not. Exits 1 (DOCTOR_FAILED) if a required check fails, and says what to type.`,
    examples: [
      { command: 'doctor', explains: 'Everything, for all environments.' },
      { command: 'doctor --env staging', explains: 'Only what staging needs.' },
      {
        command: 'doctor --install',
        explains: 'Install what the configuration needs first, as `tools install` does.',
      },
    ],
    options: [{ name: 'install', description: 'First install the tools that are missing and needed.' }],
    environment: 'optional',
    async run(context, input) {
      const before = flag(input, 'install') ? await install(context) : undefined;
      const [{ examine }, { checksText }] = await Promise.all([
        import('../doctor/examine.js'),
        import('../views/findings.js'),
      ]);
      const checks = await examine(context);
      const failed = checks.filter(({ status }) => status === 'failed');
      const text = [...(before === undefined ? [] : [before, '']), checksText(checks)].join('\n');
      if (failed.length === 0) return { data: { ready: true, checks }, text };
      const error = new StackError(
        'DOCTOR_FAILED',
        `not ready: ${failed.map(({ title }) => title).join(', ')}`,
      );
      // Not thrown: what went well is part of the answer.
      return { data: { ready: false, checks, error: toErrorRecord(error) }, text, exitCode: ExitCode.failed };
    },
  },
];

/** What came of it, for people. What is not there afterwards is found by the checks, a configuration that is broken too. */
async function install(context: Context): Promise<string | undefined> {
  const { installed } = await import('./tools.js');
  try {
    return (await installed(context, [])).text;
  } catch (error) {
    if (error instanceof StackError && error.code.startsWith('CONFIG_')) return undefined;
    throw error;
  }
}
