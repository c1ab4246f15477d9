import { StackError } from '../base/errors.js';
import { partsOf } from '../config/referencesIn.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import { ansiblePaths, findPlaybook } from './ansiblePaths.js';
import { uploadBundle } from './bundle.js';
import { playOf } from './commandPlay.js';
import { bundlePrefix } from './rules/bundleKeys.js';
import { playbookOnHost } from './rules/bundleLayout.js';
import { chosenLayers, layersOf, layerTitle, type LayerChoice } from './rules/layers.js';
import { pullProgram, pullScript, type PullRequest } from './pullScript.js';
import { withoutBucket } from './runValues.js';

/** EC2 takes so much. Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html */
const MOST_BYTES = 16_384;

/** User data by which an instance provisions itself. */
export interface BootScript {
  readonly text: string;
  /** Titles of the layers that it runs, in order. */
  readonly layers: readonly string[];
  /** The playbooks in S3, which it checks by their SHA-256. */
  readonly bundle: { readonly bucket: string; readonly key: string; readonly sha256: string };
}

/**
 * Makes user data with which an instance gets the playbooks of this moment from S3 at its first boot, checks them, and runs the
 * layers of its groups on itself: for groups of instances that nobody waits for.
 * @param choice `groups` are those of the inventory that the instance is in, beside those of the environment
 * @throws StackError CONFIG_INVALID for secrets, which user data has no room for, and without a bucket; USAGE where no layer is for
 *   these groups; AWS_*
 */
export async function bootScript(
  context: Context,
  environment: NamedEnvironment,
  choice: LayerChoice & { readonly groups: readonly string[] },
): Promise<BootScript> {
  const { provision, variables: environmentVariables } = environment.config;
  const [inventory, aws, config, paths, vars, shared] = await Promise.all([
    context.resolve(environment.config.inventory, environment),
    context.aws(environment),
    context.config(),
    ansiblePaths(context, environment),
    context.resolve<unknown>(provision?.vars, environment, 'template'),
    context.resolve(environmentVariables, environment, 'free'),
  ]);
  const by = inventory['run-command'];
  if (by === undefined) throw withoutBucket(environment.name);
  const groups = [...new Set([...inventory.groups, ...choice.groups])];
  const layers = chosenLayers(layersOf(provision?.playbooks), choice).filter(
    ({ group }) => group === undefined || group === 'all' || groups.includes(group),
  );
  const playbooks = await Promise.all(layers.map(({ playbook }) => findPlaybook(paths, playbook)));
  const [first, ...others] = playbooks;
  if (first === undefined) throw noLayers(environment.name, groups);
  const variables = {
    application: config.application,
    environment_name: environment.name,
    ...(vars as object),
  };
  refuseSecrets(context, environment.name, { 'provision.vars': vars, variables: shared });
  const vault = vaultOfHost(environment);
  const place = {
    project: config.directory,
    bucket: by.bucket,
    prefix: bundlePrefix(config.application, by.prefix),
  };
  const bundle = await uploadBundle(context, aws, paths, place);
  const id = `boot-${bundle.sha256.slice(0, 12)}`;
  const ownHosts = {
    hosts: [],
    routeOf: () => {
      throw new Error('no host is known yet');
    },
  };
  const play = playOf(
    { inventory: ownHosts, variables },
    { paths, playbook: first, shared, vault: undefined, readsVault: vault !== undefined },
    bundle.sha256,
    id,
    aws.region,
  );
  const request: PullRequest = {
    ...{ id, region: aws.region, bucket: by.bucket },
    bundle: { key: bundle.key, sha256: bundle.sha256 },
    play: {
      ...play,
      argv: [...play.argv, ...others.map((one) => playbookOnHost(paths, one, bundle.sha256))],
      inventory: { ...play.inventory, document: emptyGroups(groups) },
    },
    ...(vault === undefined ? {} : { vault }),
  };
  const text = pullScript(await pullProgram(paths), request);
  if (Buffer.byteLength(text) > MOST_BYTES) throw tooLong(environment.name, Buffer.byteLength(text));
  return { text, layers: layers.map(layerTitle), bundle };
}

/** Every instance that reads it adds itself to all of them. */
const emptyGroups = (groups: readonly string[]) => ({
  all: { hosts: {}, children: Object.fromEntries(groups.map((group) => [group, { hosts: {} }])) },
});

/** Everybody who may describe the instance, and every program on it, reads its user data. */
function refuseSecrets(
  { secrets }: Context,
  environment: string,
  parts: Readonly<Record<string, unknown>>,
): void {
  for (const [name, value] of Object.entries(parts)) {
    const text = JSON.stringify(value ?? {});
    if (secrets.text(text) === text) continue;
    throw new StackError('CONFIG_INVALID', `${name} has a secret, which must not stand in user data`, {
      where: `environments.${environment}.${name}`,
      next: 'Move it to a file that Ansible Vault has encrypted; the instance reads the password itself.',
    });
  }
}

/** Where the instance itself reads the password: what only this machine has is of no use there. */
function vaultOfHost({ config, name }: NamedEnvironment): PullRequest['vault'] {
  const vault = config.provision?.vault;
  if (vault === undefined) return undefined;
  const [part, ...more] = vault.password === undefined ? [] : partsOf(vault.password);
  if (part !== undefined && 'kind' in part && more.length === 0) {
    if (part.kind === 'ssm') return { parameter: part.name };
    if (part.kind === 'secret' && !part.name.includes('#')) return { secret: part.name };
  }
  throw new StackError('CONFIG_INVALID', 'an instance cannot read the password of Ansible Vault from here', {
    where: `environments.${name}.provision.vault`,
    next: 'Keep it in Systems Manager or Secrets Manager: password: ${ssm:/path} or ${secret:name}.',
  });
}

function noLayers(environment: string, groups: readonly string[]): StackError {
  return new StackError(
    'USAGE',
    `no layer of ${environment} is for ${groups.join(', ') || 'an instance without groups'}`,
    {
      where: '--user-data',
      next: `The layers are in environments.${environment}.provision.playbooks, each with its group.`,
    },
  );
}

function tooLong(environment: string, bytes: number): StackError {
  return new StackError('CONFIG_INVALID', `the user data has ${bytes} bytes; EC2 takes ${MOST_BYTES}`, {
    where: `environments.${environment}.provision.vars`,
    next: 'Move variables to files below `provision.directory`, e.g. group_vars: these are in the bundle.',
  });
}
