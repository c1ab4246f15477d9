import { StackError } from '../base/errors.js';
import type { Context } from '../context/context.js';
import type { CommandResult } from '../events/commandResult.js';
import { flag, type CommandDefinition } from './command.js';
import { toolsMeant, toolsNeeded, toolsPlace } from './toolsNeeded.js';

const PLACES = `It goes into \`~/.automation-stack/tools\` (\`AUTOMATION_STACK_HOME\` is another home), whose \`bin\` comes first on PATH for all that the runner starts; or it is a package of the system, by apt or dnf, as root or by \`sudo\` without a password. What cannot be installed from here is said with the reason and what to type.`;

const install: CommandDefinition = {
  name: 'tools install',
  summary: 'Install the tools that the configuration needs, in pinned versions',
  description: `Installs what is missing, too old or broken; what is well stays, and then no network is asked. Without a name: what the configuration needs. It says what it installs, from where and why, before it does so.

${PLACES}

| Tool | How |
| --- | --- |
| \`docker\`, \`git\`, \`ssh\`, \`python\` | packages of Debian, Ubuntu and Amazon Linux |
| \`packer\` | Debian’s package, else 1.9.5 from HashiCorp, the last with the plugins for Docker, Ansible and Amazon |
| \`terraform\` | 1.11.4 from HashiCorp |
| \`ansible\` | ansible-core 2.19.14 from PyPI in an environment of its own (2.17.14 with Python 3.10, 2.15.13 with 3.9), with collections of the distribution that belongs to it |
| \`aws-cli\` | the package where it is version 2, else 2.37.6 from AWS |
| \`session-manager\` | 1.2.896.0 from AWS |
| \`node\` | by hand: the runner runs on it |
| \`trivy\`, \`cosign\`, \`buildx\` | by hand |

What is downloaded from a vendor is checked before it is unpacked: files of HashiCorp by SHA-256, which the runner carries; files of AWS by their signature, with \`gpgv\` and the keys that the runner carries. pip checks what it downloads by the checksums that PyPI publishes, apt and dnf by the signatures of the distribution. Proxies of the environment are used. \`AUTOMATION_STACK_TOOLS_MIRROR=https://mirror.example.org/vendors\` takes vendors’ files from a mirror, where each has its server as the first folder: \`…/vendors/releases.hashicorp.com/terraform/…\`.

One that fails keeps none of the others from being installed; it then exits 1 (TOOL_MISSING). Nothing half stays, also after a kill; two at once take turns.`,
  arguments: [{ name: 'tool', description: 'A tool, by its name or its program; several.', variadic: true }],
  options: [{ name: 'all', description: 'Every tool, needed or not.' }],
  examples: [
    { command: 'tools install', explains: 'What the configuration needs.' },
    { command: 'tools install terraform packer', explains: 'These two.' },
    {
      command: 'tools install --dry-run',
      explains: 'What would be installed, from where and how it is checked.',
    },
  ],
  changes: true,
  environment: 'optional',
  run(context, input) {
    if (flag(input, 'all') && input.arguments.length > 0)
      throw new StackError('USAGE', '--all is every tool: name none beside it', {
        next: `node runner tools install ${input.arguments.join(' ')}`,
      });
    return installed(context, input.arguments, flag(input, 'all'));
  },
};

/**
 * @param words names of tools; what the configuration needs where there are none
 * @returns what came of each; its failure where one is not there now
 */
export async function installed(
  context: Context,
  words: readonly string[],
  all = false,
): Promise<CommandResult> {
  const [{ installTools }, { resultsText }] = await Promise.all([
    import('../tools/installTools.js'),
    import('../views/tools.js'),
  ]);
  const tools =
    words.length > 0
      ? toolsMeant(words)
      : (await toolsNeeded(context)).filter(({ by }) => all || by.length > 0).map(({ tool }) => tool);
  const { dryRun } = context.options;
  const results = await installTools(await toolsPlace(context), tools, { dryRun });
  const lacking = results.filter(({ status }) => status === 'failed' || status === 'by-hand');
  const result = { data: { dryRun, tools: results }, text: resultsText(results, dryRun) };
  if (lacking.length === 0) return result;
  const names = lacking.map(({ title }) => title).join(', ');
  return {
    ...result,
    failure: new StackError('TOOL_MISSING', `not installed: ${names}`, { next: lacking[0]?.next }),
  };
}

const list: CommandDefinition = {
  name: 'tools list',
  summary: 'Show each tool: the version that is wanted, the one that is found, where, and what needs it',
  description:
    'It asks each tool on this machine for its version, and no network. `doctor` checks the same, and more.',
  examples: [{ command: 'tools list --env staging', explains: 'With what needs each of them for staging.' }],
  environment: 'optional',
  async run(context) {
    const [{ findTool }, { listText }, { pinnedVersions }] = await Promise.all([
      import('../tools/findTool.js'),
      import('../views/tools.js'),
      import('../tools/rules/ways.js'),
    ]);
    const needed = await toolsNeeded(context);
    const data = await Promise.all(
      needed.map(async ({ tool, by }) => {
        const found = await findTool(context, tool);
        const { name, title, oldest } = tool;
        return { tool: name, title, oldest, installs: pinnedVersions(name), ...found, neededBy: by };
      }),
    );
    return { data, text: listText(data) };
  },
};

export const commands = [install, list];
