import type { ContextWith } from '../context/context.js';
import { flag, type CommandDefinition, type CommandInput } from './command.js';
import type { LocalProgress, LocalContext } from '../local/localContext.js';

/** Each file of the local environment is loaded by the command that needs it. */
async function localContext(
  context: ContextWith<'clock' | 'env' | 'events' | 'processes' | 'signal'>,
  id: string,
): Promise<LocalContext> {
  const [{ localSettings }, { Stage }] = await Promise.all([
    import('../local/settings.js'),
    import('../events/stage.js'),
  ]);
  const { env, processes, clock, signal } = context;
  const stage = new Stage(context.events, id);
  const report = ({ piece, message, status }: LocalProgress) =>
    stage.progress(message, { subject: piece, status: status === 'running' ? 'running' : 'ok' });
  return { settings: localSettings(env), env, processes, clock, signal, report };
}

const up: CommandDefinition = {
  name: 'local up',
  summary:
    'Start the local environment: a Docker engine, the AWS emulator, a network for hosts and a Slack sink',
  description:
    'Everything that a deploy needs, on this machine and without a cloud account, on loopback and its own Docker network. It says what it does and why; existing parts stay. If no Docker engine answers, one is installed from the system’s packages and started (as root or by sudo).\n\n`AUTOMATION_STACK_HOME` (default `~/.automation-stack`) holds tools and state; `AUTOMATION_STACK_LOCAL_INSTANCE=1` … `9` starts a second environment with its own ports and subnet.',
  examples: [{ command: 'local up', explains: 'Start it, or show that it runs.' }],
  environment: 'none',
  async run(context) {
    const { localUp } = await import('../local/up.js');
    const { localStatus, statusLines } = await import('../local/localStatus.js');
    const shop = await localContext(context, 'local:up');
    await localUp(shop);
    const status = await localStatus(shop);
    return { data: status, text: `${statusLines(status)}\n\nNow type: eval "$(node runner local env)"` };
  },
};

const down: CommandDefinition = {
  name: 'local down',
  summary: 'Stop the local environment and remove its containers, volumes, network and state',
  options: [
    {
      name: 'purge',
      description: 'Also remove the base images and tools, and stop the engine that `local up` started.',
    },
  ],
  environment: 'none',
  async run(context, input) {
    const { localDown } = await import('../local/down.js');
    await localDown(await localContext(context, 'local:down'), { purge: flag(input, 'purge') });
    return { data: { up: false } };
  },
};

const status: CommandDefinition = {
  name: 'local status',
  summary: 'Show what runs in the local environment, with its ports; exits 1 if something is missing',
  environment: 'none',
  async run(context) {
    const { localStatus, statusLines } = await import('../local/localStatus.js');
    const found = await localStatus(await localContext(context, 'local:status'));
    return { exitCode: found.up ? 0 : 1, data: found, text: statusLines(found) };
  },
};

const env: CommandDefinition = {
  name: 'local env',
  summary: 'Print the variables that point every tool to the local environment, for eval',
  examples: [{ command: 'local env', explains: 'eval "$(node runner local env)"' }],
  environment: 'none',
  async run(context) {
    const { currentEnvironment, exportLines } = await import('../local/exportLines.js');
    const variables = await currentEnvironment(await localContext(context, 'local:env'));
    // Keys and tokens of stand-ins on this machine: masked, they would lead nowhere.
    return { data: variables, text: exportLines(variables), reveal: true };
  },
};

const slack: CommandDefinition = {
  name: 'local slack',
  summary: 'Show the messages of the Slack sink, thread by thread',
  description:
    'The sink answers at `SLACK_API_URL` as Slack’s Web API does, and at `/webhook/NAME` as its incoming webhooks do. `DELETE /messages` forgets; `PUT /fault` with `{"status": 500, "times": 2}` (or `"timeout"`, `"ratelimited"`) makes it fail.',
  environment: 'none',
  async run(context) {
    const { readSlack, slackLines } = await import('../local/slackReader.js');
    const messages = await readSlack((await localContext(context, 'local:slack')).settings);
    return { data: messages, text: slackLines(messages) };
  },
};

const resourceArguments = [
  {
    name: 'kind',
    description:
      'host, instance, load-balancer, bucket, launch-template, ecs-service, ecs-colours, postgres, mariadb, shared-files, secret or image',
    required: true,
  },
  { name: 'name', description: 'Its name: lower-case letters, digits and dashes', required: true },
  {
    name: 'settings',
    description: 'key=value, e.g. slot=0, targets=ADDRESS:80, cluster=shop',
    variadic: true,
  },
] as const;

const split = (input: CommandInput): [string, string, string[]] => {
  const [kind = '', name = '', ...words] = input.arguments;
  return [kind, name, words];
};

const create: CommandDefinition = {
  name: 'local create',
  summary:
    'Create a host, EC2 instance, load balancer, bucket, ECS service, database or another resource in the local environment',
  description:
    'The Terraform roots of the examples call it in place of a cloud provider. What exists stays.\n\n`host` takes slot=N (0 to 29), which fixes its address and ports; `instance` tags=NAME=VALUE,…: an EC2 instance that knows the key of this environment; `load-balancer` port, health and targets=ADDRESS:PORT,… or, for EC2 instances, type=instance; `bucket` nothing: it keeps versions; `launch-template` nothing: its instances know the key of this environment; `ecs-service` cluster, image, container, port, desired, health, environment=NAME=VALUE,…, secrets=NAME=ARN,… and mounts=FILES=PATH,…; `ecs-colours` the same, for two services NAME-blue and NAME-green behind one rule; `postgres` and `mariadb` nothing: their images are made when they are asked for first; `shared-files` uid and gid: who owns them; `secret` fields=NAME,…: a random value each; `image` nothing: `php` is a base image, which `local env` names from then on.\n\n`--result FILE` keeps what it made, ARNs too.',
  arguments: resourceArguments,
  examples: [
    { command: 'local create host staging-1 slot=0', explains: 'A machine with systemd, reached over SSH.' },
  ],
  environment: 'none',
  async run(context, input) {
    const { createResource } = await import('../local/resources.js');
    const made = await createResource(await localContext(context, 'local:create'), ...split(input));
    const text = Object.entries(made).map(([key, value]) => `${key}=${String(value)}`);
    return { data: made, text: text.join(' ') };
  },
};

const remove: CommandDefinition = {
  name: 'local delete',
  summary: 'Remove what `local create` created; no error if it does not exist',
  arguments: resourceArguments,
  examples: [{ command: 'local delete host staging-1', explains: 'Removes the host with its disks.' }],
  environment: 'none',
  async run(context, input) {
    const { deleteResource } = await import('../local/resources.js');
    const [kind, name, words] = split(input);
    const deleted = await deleteResource(await localContext(context, 'local:delete'), kind, name, words);
    return { data: { deleted }, text: `${kind} ${name}: ${deleted ? 'removed' : 'did not exist'}` };
  },
};

const services: CommandDefinition = {
  name: 'local services',
  summary: 'Serve the Slack sink and the registry forwarder in the foreground; `local up` starts this',
  hidden: true,
  environment: 'none',
  async run(context) {
    const { runServices } = await import('../local/localServices.js');
    const { settings } = await localContext(context, 'local:services');
    await runServices(settings, context.signal);
    return {};
  },
};

export const commands = [up, down, status, env, slack, create, remove, services];
