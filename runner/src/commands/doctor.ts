import { ExitCode, StackError, toErrorRecord } from '../core/errors.js';
import type { CommandDefinition } from './command.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'doctor',
    summary: 'Check that this machine and its credentials can do the work',
    description: `Looks at the tools (Node.js, git, Docker, Terraform, Ansible, SSH, Python) and, where there is a configuration, at the state, the disk, AWS credentials and their account, proxies, the registry, the hosts, the tokens of Slack, GitHub and GitLab, the secrets, parameters and variables that are referred to, the ECS services that are deployed to, and the playbooks: side by side, each bounded in time. On an agent of Jenkins, and in a container, it looks at what Jenkins needs there as well: \`ps\` and \`kill\`, without which an abort kills the container, and a user whom the image knows. It changes nothing, but for a document that it writes to the state and removes.

Only what the configuration needs is required: without a fleet nobody has to have Ansible. Exits 1 (DOCTOR_FAILED) where something required is not well, and says what to type.`,
    examples: [
      { command: 'doctor', explains: 'Everything, for all environments.' },
      { command: 'doctor --env staging', explains: 'Only what staging needs.' },
    ],
    environment: 'optional',
    async run(context) {
      const [{ examine }, { checksText }] = await Promise.all([
        import('../steps/doctor/examine.js'),
        import('../views/checks.js'),
      ]);
      const checks = await examine(context);
      const failed = checks.filter(({ status }) => status === 'failed');
      const text = checksText(checks);
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
