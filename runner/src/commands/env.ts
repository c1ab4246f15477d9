import { exportLine } from '../base/shell.js';
import { StackError } from '../base/errors.js';
import { flag, type CommandDefinition } from './command.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'env',
    summary: 'Print the variables that Terraform and Ansible share, for the shell',
    description: `Lines \`export NAME='value'\` for \`eval\`: the environment's \`variables\`, DEPLOYMENT and ENVIRONMENT, AWS_REGION and AWS_PROFILE, TF_WORKSPACE, TF_DATA_DIR, TF_CLI_ARGS_* with the variable files and backend settings, TF_VAR_* for \`infrastructure.variables\`; with hosts also ANSIBLE_INVENTORY, ANSIBLE_CONFIG, the paths of roles and collections, ANSIBLE_REMOTE_USER and ANSIBLE_PRIVATE_KEY_FILE. Then \`terraform\`, \`ansible\` and \`aws\` work on the same environment when you type them. Commands of the runner ignore these variables.

Variables that hold a secret are left out, each named in a comment; \`--secrets\` prints them too, on stdout only.`,
    options: [{ name: 'secrets', description: 'Print secrets too.' }],
    examples: [
      { command: 'env --env staging', explains: 'Show the variables.' },
      { command: 'env --env staging --json', explains: 'The same for programs.' },
    ],
    environment: 'required',
    async run(context, input) {
      const [{ sharedEnvironment }, { commentLine }] = await Promise.all([
        import('../pipeline/sharedEnvironment.js'),
        import('../context/rules/exportedVariables.js'),
      ]);
      const reveal = flag(input, 'secrets');
      if (reveal && context.options.resultFile !== undefined) {
        throw new StackError('USAGE', 'secrets are not written to files', {
          where: '--secrets with --result',
          next: 'Remove one of them.',
        });
      }
      const { variables, secret, missing } = await sharedEnvironment(
        context,
        await context.environment(),
        reveal,
      );
      const told = Object.entries(variables).filter(([name]) => reveal || !secret.includes(name));
      const leftOut = reveal ? [] : secret;
      return {
        data: Object.fromEntries(told),
        text: [
          ...told.map(([name, value]) => exportLine(name, value)),
          ...leftOut.map((name) => commentLine(`${name} holds a secret: --secrets prints it`)),
          ...missing.map(({ name, reason }) => commentLine(`${name} left out: ${reason}`)),
        ].join('\n'),
        reveal,
      };
    },
  },
];
