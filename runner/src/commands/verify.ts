import { ExitCode } from '../base/errors.js';
import { option, type CommandDefinition } from './command.js';

const verify: CommandDefinition = {
  name: 'verify',
  summary: 'Check that a release could run in an environment',
  description: `Looks at what a deploy leans on, and changes nothing. Of each ECS service: the strategy and the deployment controller; the image, for the architecture of the task definition; the execution role; each secret and parameter; the log groups; the ports of the load balancers and the path of the health check; the way from the subnets to the registry; free addresses. Of each fleet: the hosts, what they run, and the registry.

Each line is ok, a warning, FAILED, or \`?\` where it could not be found out, with the reason and what to type. \`verify\` exits 1 if something would keep the release from running.

\`deploy\` looks at the same before it changes anything, as far as it takes next to no time: see \`--no-verify\` there.`,
  options: [
    {
      name: 'release',
      value: 'VERSION',
      description: 'Release to verify (default: the one of this working tree).',
    },
  ],
  examples: [
    { command: 'verify --env staging', explains: 'Could this working tree run there?' },
    { command: 'verify --env production --release 1.4.0', explains: 'Could a release that was made before?' },
  ],
  environment: 'required',
  async run(context, input) {
    const [{ requireTargets }, { verifyEnvironment }, { checksText }] = await Promise.all([
      import('../delivery/targets/createTargets.js'),
      import('../delivery/verify/verifyEnvironment.js'),
      import('../views/findings.js'),
    ]);
    const environment = await context.environment();
    requireTargets(environment);
    const found = await verifyEnvironment(context, environment, option(input, 'release'));
    return {
      exitCode: found.ready ? ExitCode.ok : ExitCode.failed,
      data: found,
      text: checksText(found.checks, {
        well: `${found.version} can be deployed to ${environment.name}`,
        ill: `${found.version} cannot run in ${environment.name}`,
      }),
    };
  },
};

export const commands = [verify];
