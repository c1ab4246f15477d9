import { StackError } from '../base/errors.js';
import type { Context } from '../context/context.js';
import type { CommandResult } from '../events/commandResult.js';
import { list, option, type CommandDefinition, type CommandInput } from './command.js';
import { waiting } from './deploy.js';
import { asWholeNumber, waitOption } from './operateOptions.js';
import { timeoutOf, timeoutOption } from './resourceOptions.js';
import { runOfOne } from './resourceRun.js';

export const instanceCreate: CommandDefinition = {
  name: 'instances create',
  summary: 'Create instances with the tags of an environment',
  description:
    'From a launch template (in its default version), from an image, or from a template with something else of it. They and their volumes get the tags `application`, `environment` and `Name` with the request itself, so that none is ever without. It ends when they run. Terraform does not know them, and no deploy: for what shall stay, describe it there.',
  arguments: [{ name: 'name', description: 'Its Name tag.', required: true }],
  options: [
    { name: 'count', value: 'N', description: 'How many of that name (default: 1).' },
    { name: 'template', value: 'NAME', description: 'Launch template, by name or id.' },
    {
      name: 'image',
      value: 'AMI',
      description:
        'Image: ami-…, or a parameter that AWS looks up, e.g. resolve:ssm:/aws/service/debian/release/12/latest/amd64.',
    },
    { name: 'type', value: 'TYPE', description: 'Instance type, e.g. t3.small.' },
    { name: 'subnet', value: 'ID', description: 'Subnet.' },
    { name: 'key', value: 'NAME', description: 'Key pair.' },
    {
      name: 'security-group',
      value: 'ID',
      repeatable: true,
      description: 'Security group. May be repeated.',
    },
    { name: 'tag', value: 'NAME=VALUE', repeatable: true, description: 'One more tag. May be repeated.' },
    waitOption,
    timeoutOption,
  ],
  examples: [
    {
      command: 'instances create probe --template shop-staging --env staging',
      explains: 'One more of the template.',
    },
    {
      command:
        'instances create bench --image resolve:ssm:/aws/service/debian/release/12/latest/amd64 --type t3.small --subnet subnet-0a1b2c3d --key ops --env staging',
      explains: 'From an image that AWS looks up for the region.',
    },
  ],
  changes: true,
  environment: 'required',
  run: create,
};

async function create(context: Context, input: CommandInput): Promise<CommandResult> {
  const environment = await context.environment();
  const name = input.arguments[0] as string;
  const [template, image, type] = [option(input, 'template'), option(input, 'image'), option(input, 'type')];
  if (template === undefined && (image === undefined || type === undefined)) {
    throw new StackError('USAGE', 'what an instance is made of is missing', {
      next: 'Name a launch template (--template NAME), or an image and a type (--image AMI --type TYPE).',
    });
  }
  const subnet = option(input, 'subnet');
  const key = option(input, 'key');
  const { planLaunch, launch } = await import('../resources/launch.js');
  const planned = await planLaunch(context, environment, {
    name,
    count: asWholeNumber(option(input, 'count') ?? '1', '--count', 1),
    securityGroups: list(input, 'security-group'),
    more: tagsGiven(input),
    ...(template === undefined ? {} : { template }),
    ...(image === undefined ? {} : { image }),
    ...(type === undefined ? {} : { type }),
    ...(subnet === undefined ? {} : { subnet }),
    ...(key === undefined ? {} : { key }),
  });
  const what = `${planned.count} × ${name}${type === undefined ? '' : `, ${type}`} from ${template ?? image}`;
  if (context.options.dryRun) {
    const { token: _, ...shown } = planned;
    const tags = Object.entries(planned.tags).map(([one, value]) => `${one}=${value}`);
    return {
      data: { dryRun: true, environment: environment.name, launch: shown },
      text: `Would create ${what} in ${environment.name}, with the tags ${tags.join(', ')}.\nNothing was changed.`,
    };
  }
  const timeoutMs = timeoutOf(input);
  const made = await runOfOne(
    context,
    environment,
    'instances create',
    (stage) =>
      launch(context, environment, { launch: planned, stage, waitMs: 0, timeoutMs, ...waiting(input) }),
    (instances) => `${instances.map(({ id }) => id).join(', ')} of ${environment.name} run: ${what}`,
  );
  return { data: { environment: environment.name, instances: made } };
}

/** @throws StackError USAGE where a tag has no name or no value */
function tagsGiven(input: CommandInput): Readonly<Record<string, string>> {
  return Object.fromEntries(
    list(input, 'tag').map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)] as const;
      throw new StackError('USAGE', `--tag ${text} is not NAME=VALUE`, {
        next: 'Write it like --tag role=web.',
      });
    }),
  );
}
