import { StackError } from '../base/errors.js';
import { actingIn } from '../context/scopeRole.js';
import { option, type CommandDefinition } from './command.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'credentials',
    summary: 'Print the credentials of an environment’s role',
    description:
      'JSON in the format of a `credential_process` of the AWS tools. Terraform and Ansible use it to act as the role and to renew its session.',
    options: [{ name: 'scope', value: 'NAME', description: 'Scope whose role is meant.' }],
    environment: 'required',
    hidden: true,
    async run(context, input) {
      const environment = actingIn(await context.environment(), option(input, 'scope'));
      const { assumed } = await context.aws(environment);
      if (assumed === undefined) {
        throw new StackError('CONFIG_INVALID', `the environment ${environment.name} has no role`, {
          where: `environments.${environment.name}.aws`,
          next: 'Name one: `aws: { role: arn:aws:iam::222222222222:role/delivery }`.',
        });
      }
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await assumed.credentials();
      const document = {
        Version: 1,
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        SessionToken: sessionToken,
        Expiration: expiration.toISOString(),
      };
      return { data: document, text: JSON.stringify(document), reveal: true };
    },
  },
];
