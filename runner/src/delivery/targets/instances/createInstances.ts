import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { once } from '../../../base/once.js';
import { StackError } from '../../../base/errors.js';
import type { Context, NamedEnvironment } from '../../../context/context.js';
import type { Target } from '../../../context/target.js';
import type { Instance } from '../../../domain/instance.js';
import { REGISTRY_PASSWORD, REGISTRY_USERNAME } from '../../../hosts/rules/ansibleArguments.js';
import { inventoryOfInstances } from '../../../hosts/inventory.js';
import { runPlaybook } from '../../../hosts/playbook.js';
import { createCheckTools } from '../../checks/createTools.js';
import { registryOf } from '../fleet/registryLogin.js';
import type { ConfigureRequest, InstancesDependencies } from './dependencies.js';
import { InstancesTarget } from './instancesTarget.js';
import type { InstancesConfig } from './schema.js';
import { artifactObjects } from './rules/artifactObjects.js';
import { subnetsIn } from './rules/subnets.js';

const CONSOLE_LINES = 20;

/** The targets of instances that are chosen. */
export async function createInstances(
  context: Context,
  environment: NamedEnvironment,
  targets: Readonly<Record<string, InstancesConfig>>,
  chosen: readonly string[],
): Promise<ReadonlyMap<string, Target>> {
  const made = Object.entries(targets)
    .filter(([name]) => chosen.includes(name))
    .map(async ([name, raw]): Promise<readonly [string, Target]> => {
      const { subnets, vars, ...rest } = raw;
      const config = await context.resolve({ ...rest, subnets: [], vars: {} }, environment);
      // From what the configuration says: references resolved, nobody could tell data from templates any more.
      const templates = await context.resolve(vars, environment, 'template');
      const found = await context.resolve(subnets, environment, 'free');
      const where = `targets.${name}.subnets of ${environment.name}`;
      const { autoscaling } = config;
      const options = {
        ...{ name, config: { ...config, vars: templates } },
        subnets: autoscaling === undefined ? subnetsIn(found, where) : [],
      };
      const dependencies = await dependenciesOf(context, environment, options);
      if (autoscaling === undefined) return [name, new InstancesTarget(dependencies)];
      const { createAutoscaled } = await import('./autoscaled/createAutoscaled.js');
      return [name, createAutoscaled(await context.aws(environment), dependencies, autoscaling)];
    });
  return new Map(await Promise.all(made));
}

async function dependenciesOf(
  context: Context,
  environment: NamedEnvironment,
  {
    name,
    config,
    subnets,
  }: { readonly name: string; readonly config: InstancesConfig; readonly subnets: readonly string[] },
): Promise<InstancesDependencies> {
  const { application, directory } = await context.config();
  const { clock } = context;
  const registry = once(() => registryOf(context, environment, config));
  const group = config.group ?? name.replaceAll('-', '_');
  const inventory = (instance: Instance) => inventoryOfInstances(context, environment, [instance], [group]);
  const ec2 = once(async () => {
    const { createEc2Instances } = await import('../../../adapters/aws/ec2Instances.js');
    return createEc2Instances(await context.aws(environment));
  });
  return {
    ...{ name, config, subnets, application, environmentName: environment.name, clock, ec2 },
    template: once(async () =>
      (await ec2()).template({ name: config['launch-template'], version: config['launch-template-version'] }),
    ),
    group: once(async () => {
      const { createGroup } = await import('./group.js');
      return createGroup({
        ...{ aws: await context.aws(environment), clock, targetGroup: config['target-group'] },
        ...{ port: config.port, drainMs: config.drain, healthyMs: config.health.timeout },
      });
    }),
    ssh: () => context.ssh(environment),
    hostOf: async (instance) => {
      const [host] = (await inventory(instance)).hosts;
      if (host === undefined) throw new Error(`${instance.id} is no host`);
      return host;
    },
    async probe(url, timeoutMs, signal) {
      const { probe } = await import('../../../adapters/http/httpProbe.js');
      return probe(url, { timeoutMs, signal });
    },
    configure: async ({ instance, variables, rollout }: ConfigureRequest) => {
      const playbook = config.playbook as string;
      const auth = config.image === undefined ? undefined : await (await registry()).credentials();
      const of = await inventory(instance);
      const limit = of.hosts.map((host) => host.name);
      const outcome = await runPlaybook(context, {
        ...{ environment, stage: rollout.stage, playbook, inventory: of, limit, variables },
        ...{ signal: rollout.signal, usualForks: 1, objects: artifactObjects(variables) },
        secrets:
          auth === undefined
            ? {}
            : { [REGISTRY_USERNAME]: auth.username, [REGISTRY_PASSWORD]: auth.password },
      });
      const failure = { unreachable: false, leftOut: true, task: '', where: playbook, output: [] };
      const leftOut = outcome.leftOut(limit).map((host) => ({
        ...{ ...failure, host, message: `no play of ${playbook} ran on it: its \`hosts\` names others` },
      }));
      return [...outcome.failures, ...leftOut];
    },
    registry: async () => (await registry()).host,
    fetch: async (artifact, signal) => {
      const { fetchArtifact } = await import('../artifacts/fetchArtifact.js');
      return fetchArtifact(context, await context.aws(environment), artifact, signal);
    },
    userData: once(async () => {
      const file = config['user-data'];
      return file === undefined ? undefined : readUserData(resolve(directory, file));
    }),
    checkTools: once(() => createCheckTools(context, environment)),
    console: async (id) => {
      const { consoleOutput } = await import('../../../adapters/aws/ec2.js');
      const output = await consoleOutput(await context.aws(environment), id).catch(() => '');
      const lines = output.split(/\r?\n/).filter((line) => line.trim() !== '');
      return lines.slice(-CONSOLE_LINES);
    },
    nonce: () => randomBytes(4).toString('hex'),
  };
}

async function readUserData(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new StackError('CONFIG_INVALID', `the user data cannot be read: ${(error as Error).message}`, {
      where: file,
      next: 'Correct `user-data`: a file, relative to the configuration.',
    });
  }
}
