import { usesCommands, usesSessions } from '../domain/transport.js';
import { resolve } from 'node:path';
import type { Config, ImageConfig } from '../config/schema.js';
import { referencesIn, unescaped } from '../config/referencesIn.js';
import type { Context, ContextWith, Kinds, NamedEnvironment } from '../context/context.js';
import { cacheRepository } from '../domain/buildxNeed.js';
import { accountOfRole } from '../domain/awsRole.js';
import { hasHosts, targetsWithKinds } from '../context/kinds.js';
import type {
  BucketPart,
  CallRow,
  StoreNames,
  StorePermission,
  StoreUse,
  TargetNames,
  TargetPermission,
} from '../domain/permissions.js';
import { snapshotPattern } from '../domain/databaseSnapshot.js';
import { arnOf, lastPart, type ArnScope } from './rules/arn.js';
import type { PolicyNames } from './rules/resourceNames.js';
import { usesTargets, verbs, type AnyPart, type Part, type TargetPart, type Verb } from './rules/verbs.js';
import type { DatabaseUser } from '../domain/databaseUser.js';
import { storeOf } from '../config/storeLocation.js';
import { artifactPrefix } from '../release/rules/artifactKeys.js';
import { bundlePrefix } from '../hosts/rules/bundleKeys.js';
import { OWNERSHIP_PART } from '../state/ownershipRecords.js';
import type { StoreKind } from '../state/stores/storeKind.js';
import { registryOfImages } from '../release/registryOfImages.js';
import { readBackend } from './backend.js';
import { familyOf, usersOfDatabases } from './databaseUserNames.js';

/** Names that the configuration does not hold: what stands in task definitions. `*` where nobody says. */
export interface GivenNames {
  readonly families?: readonly string[];
  readonly roles?: readonly string[];
  readonly logGroups?: readonly string[];
}

/** What had to be left open, for people. */
export interface OpenNote {
  readonly message: string;
  /** It matters where one of these is allowed; always where left out. */
  readonly actions?: readonly string[];
}

/** What an environment's policy is made of. */
export interface ParsedNames {
  readonly names: PolicyNames;
  /** Whether the deployment has a part of the table. */
  readonly has: (part: Exclude<AnyPart, TargetPart>) => boolean;
  /** The permissions of its targets. */
  readonly targets: readonly TargetPermission[];
  /** The permissions of the places where it keeps state. */
  readonly stores: readonly StorePermission[];
  /** Rows of the kinds of its targets and stores, beside those of the table. */
  readonly rows: Readonly<Record<string, CallRow>>;
  readonly notes: readonly OpenNote[];
}

/**
 * Reads the names of an environment off its configuration. References to variables and Terraform outputs are looked
 * up where that is possible; secrets never are: they are what a permission is for.
 * @throws StackError CONFIG_INVALID
 */
export async function policyNames(
  context: Context,
  environment: NamedEnvironment,
  verb: Verb,
  given: GivenNames,
): Promise<ParsedNames> {
  const config = await context.config();
  const { aws, hooks, infrastructure, inventory, provision, targets } = environment.config;
  const commands = inventory['run-command'];
  const notes = new Set<string>();
  const settled = (value: string) => settle(context, environment, value, notes);
  const kinds = await context.kinds();
  const own = targetsWithKinds(kinds, environment);
  const told: OpenNote[] = [];
  const open = (
    what: string,
    option: string,
    found: readonly string[] | undefined,
    actions: readonly string[],
    list: (user: DatabaseUser) => readonly string[],
  ) => {
    const ofUsers = users.known.flatMap(list);
    if (services.length === 0 && users.isComplete) return ofUsers;
    if (found !== undefined && found.length > 0) return [...new Set([...found, ...ofUsers])];
    told.push({
      actions,
      message: `${what} are in task definitions, not in the configuration: all are allowed; ${option} names them`,
    });
    return ['*'];
  };
  const [region, role] = await Promise.all([
    settled(aws.region ?? context.env['AWS_REGION'] ?? context.env['AWS_DEFAULT_REGION'] ?? '*'),
    aws.role === undefined ? undefined : settled(aws.role),
  ]);
  const account = await settled(aws.account ?? accountOfRole(role ?? '') ?? '*');
  if (role !== undefined) {
    notes.add(
      `work in ${environment.name} is done as ${role}: the role needs these statements, except sts:AssumeRole and the state, which are for the caller`,
    );
  }
  for (const [name, value] of Object.entries({ region, account })) {
    if (value === '*') notes.add(`aws.${name} is not set: the policy is for every ${name}`);
  }
  const place = { region, account };
  const ofTargets = await Promise.all(
    own.map(async ({ kind, config: target }) =>
      kind.names?.(target, settled, (form, names) => arnOf(place, form, names)),
    ),
  );
  const services = ofTargets.flatMap((names) => names?.services ?? []);
  const references = referencesIn(sectionsOf(config, environment, verb, kinds));
  const named = (kind: string) => [
    ...new Set(references.filter((one) => one.kind === kind).map(({ name }) => name.split('#')[0] as string)),
  ];
  const backend =
    infrastructure === undefined
      ? undefined
      : await readBackend({
          directory: resolve(config.directory, await context.resolve(infrastructure.directory, environment)),
          backendConfig: await Promise.all(infrastructure['backend-config'].map(settled)),
          workspace: infrastructure.workspace,
        });
  if (backend?.type !== undefined && !['s3', 'local'].includes(backend.type))
    notes.add(`the backend ${backend.type} needs permissions that are not in this policy`);
  const users = await usersOfDatabases(context, environment, verb, (message) => notes.add(message));
  const ledger = infrastructure?.ownership ?? config.state.location;
  const storeAt = (use: StoreUse, location: string, part: string): NamedStore => {
    const kind = storeOf(kinds.stores, location);
    return { kind, names: kind?.names?.(use, location, part, (form, values) => arnOf(place, form, values)) };
  };
  const state = storeAt('state', config.state.location, config.application);
  const others = [
    ...Object.entries(config.needs).map((need) => ['needs', ...need] as const),
    ...(verb === 'prune' ? Object.entries(config.retention['shared-with'] ?? {}) : []).map(
      (user) => ['retention.shared-with', ...user] as const,
    ),
  ];
  const upstream = others.map(([setting, application, location]) => {
    const store = storeAt('upstream', location, application);
    if (store.kind?.folder !== undefined)
      notes.add(`${setting}.${application} is a directory: the location of its state is not looked up`);
    return store;
  });
  const ledgers = infrastructure === undefined ? [] : [storeAt('ledger', ledger, OWNERSHIP_PART)];
  const places = [state, ...upstream, ...ledgers];

  const source = await sourceOf(context, environment, settled);
  const brings = source !== undefined && (verbs[verb] as readonly AnyPart[]).includes('bring-images');
  if (brings)
    notes.add(
      `${source.role ?? 'the caller'} reads the images in the environment they are promoted from: the statements on its registry are for that identity`,
    );
  // The source's role is assumed beside the environment's own.
  const assumed = [role, brings ? source.role : undefined].filter((one) => one !== undefined);
  const names: PolicyNames = {
    place,
    ...(assumed.length === 0 ? {} : { assumed }),
    services: [
      ...services.map(({ cluster, service }) => ({
        cluster: lastPart(cluster) as string,
        service: lastPart(service) as string,
      })),
      ...users.services,
    ],
    families: open(
      'families',
      '--family',
      given.families,
      ['ecs:RegisterTaskDefinition', 'ecs:RunTask'],
      (user) => [familyOf(user.taskDefinition)],
    ),
    roles: open('roles of tasks', '--role', given.roles, ['iam:PassRole'], (user) => [
      user.executionRole ?? '*',
    ]),
    logGroups: open('log groups', '--log-group', given.logGroups, ['logs:GetLogEvents'], (user) => [
      user.logGroup ?? '*',
    ]),
    repositories: await Promise.all(
      [...new Set(Object.values(config.images).flatMap(repositoriesOf))].map(settled),
    ),
    ...(source === undefined ? {} : { source }),
    owner: { application: config.application, environment: environment.name },
    artifacts: await Promise.all(
      Object.values(config.artifacts).map(async ({ bucket, prefix }) => ({
        bucket: await settled(bucket),
        prefix: prefix ?? artifactPrefix(config.application),
      })),
    ),
    bundles:
      commands === undefined
        ? []
        : [
            {
              bucket: await settled(commands.bucket),
              prefix: bundlePrefix(config.application, commands.prefix),
            },
          ],
    snapshots: [snapshotPattern(config.application, environment.name)],
    signingKeys: signingKeysOf(config),
    distributions: await Promise.all(
      (hooks?.after ?? []).flatMap((hook) => ('cloudfront' in hook ? [settled(hook.cloudfront)] : [])),
    ),
    targetGroups: ofTargets.flatMap((names) => names?.targetGroups ?? []),
    resources: resourcesIn([...ofTargets, ...places.map(({ names }) => names)]),
    parameters: named('ssm'),
    secrets: [...named('secret'), ...users.secrets],
    userSecrets: users.secrets,
    state: bucketsOf([state]),
    upstream: bucketsOf(upstream),
    ledger: bucketsOf(ledgers),
    backend: backend?.s3 === undefined ? [] : [backend.s3],
  };
  const usesOutputs = referencesIn([
    ...[targets, hooks, inventory, provision, environment.config.variables],
    config.artifacts,
  ]).some(({ kind }) => kind === 'output');
  // Who asks for the inventory itself asks for it whatever it is for.
  const needsHosts = hasHosts(kinds, environment) || verb === 'inventory' || verb === 'instances';
  const present: Partial<Record<Exclude<AnyPart, TargetPart>, boolean>> = {
    account: aws.account !== undefined || role !== undefined,
    'assume-role': assumed.length > 0,
    login: names.repositories.length > 0,
    invalidate: (names.distributions ?? []).length > 0,
    push: names.repositories.length > 0,
    tag: names.repositories.length > 0,
    'prune-images': names.repositories.length > 0,
    'prune-definitions': services.length > 0,
    'prune-machine-images': config.retention['machine-images'] !== undefined,
    'prune-artifacts': Object.values(config.artifacts).some(({ path }) => path !== undefined),
    'build-cache': Object.values(config.images).some(
      (image) => image.kind !== 'packer' && image.cache !== undefined,
    ),
    sign: (names.signingKeys ?? []).length > 0,
    scan: Object.values(config.images).some(({ scan }) => scan?.by === 'ecr'),
    'push-artifacts': Object.values(config.artifacts).some(({ path }) => path !== undefined),
    'find-artifacts': Object.values(config.artifacts).some(({ path }) => path === undefined),
    'bring-images': source !== undefined && names.repositories.length > 0,
    'database-users': environment.config['database-users'] !== undefined,
    'hosts-by-tag': needsHosts && inventory.tags !== undefined,
    'host-keys': needsHosts && inventory['host-keys'].from.includes('console'),
    'host-sessions': needsHosts && usesSessions(inventory),
    'host-commands': needsHosts && (commands !== undefined || usesCommands(inventory)),
    outputs: infrastructure !== undefined && (usesOutputs || (needsHosts && usesHostOutput(inventory))),
  };
  return {
    names,
    has: (part) => present[part] ?? true,
    targets: inUse(own),
    stores: [...new Set(places.map(({ kind }) => kind))].flatMap((kind) => kind?.permissions ?? []),
    rows: Object.assign({}, ...[...own, ...places].map(({ kind }) => kind?.calls ?? {})) as Record<
      string,
      CallRow
    >,
    notes: [...told, ...[...notes].map((message) => ({ message }))],
  };
}

/** The permissions that a target makes use of, each once, kind by kind. */
function inUse(targets: ReturnType<typeof targetsWithKinds>): readonly TargetPermission[] {
  const kinds = [...new Set(targets.map(({ kind }) => kind))];
  return kinds.flatMap((kind) =>
    kind.permissions.filter((permission) =>
      targets.some(({ kind: other, config }) => other === kind && (permission.of?.(config) ?? true)),
    ),
  );
}

/** What the kinds of targets and stores name by words of their own. */
function resourcesIn(
  names: readonly (Pick<TargetNames, 'resources'> | undefined)[],
): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, readonly string[]> = {};
  for (const { resources = {} } of names.filter((one) => one !== undefined))
    for (const [word, arns] of Object.entries(resources)) found[word] = [...(found[word] ?? []), ...arns];
  return found;
}

/** Where promoted images are copied from; undefined where nothing is copied. */
async function sourceOf(
  context: ContextWith<'env' | 'environment'>,
  { config }: NamedEnvironment,
  settled: (value: string) => Promise<string>,
): Promise<(ArnScope & { readonly role?: string }) | undefined> {
  if (config.promotion === undefined || config.promotion.images === 'in-place') return undefined;
  const from = await registryOfImages(context, await context.environment(config.promotion.from));
  const regional = context.env['AWS_REGION'] ?? context.env['AWS_DEFAULT_REGION'] ?? '*';
  const placeOf = async ({ account, region, role }: typeof config.aws) => ({
    region: await settled(region ?? regional),
    account: await settled(account ?? accountOfRole(role ?? '') ?? '*'),
    ...(role === undefined ? {} : { role: await settled(role) }),
  });
  const [here, there] = await Promise.all([placeOf(config.aws), placeOf(from.config.aws)]);
  return here.region === there.region && here.account === there.account ? undefined : there;
}

/** Whether the hosts come from an output of Terraform. */
const usesHostOutput = ({ tags, hosts, file }: NamedEnvironment['config']['inventory']): boolean =>
  tags === undefined && hosts === undefined && file === undefined;

/** What a verb reads of the configuration: the secrets of other parts are not its business. */
function sectionsOf(config: Config, named: NamedEnvironment, verb: Verb, kinds: Kinds): readonly unknown[] {
  const { aws, hooks, infrastructure, inventory, provision, targets, variables } = named.config;
  const used: readonly AnyPart[] = ['references', ...verbs[verb]];
  const has = (...some: readonly Part[]) => some.some((part) => used.includes(part));
  // Playbooks of targets on hosts read the encrypted variables of the provisioning, and an inventory file may have some.
  const playsOnHosts =
    (used.includes('targets-move') || used.includes('targets-migrate')) &&
    targetsWithKinds(kinds, named).some(({ kind }) => kind.capabilities.hosts === true);
  const opensVault =
    playsOnHosts || (inventory.file !== undefined && hasHosts(kinds, named) && has('hosts-by-tag'));
  return [
    aws,
    config.notifications,
    ...(has('push') || verb === 'build' || verb === 'test' || verb === 'doctor'
      ? [config.images, config.artifacts]
      : []),
    ...(has('outputs', 'backend-plan', 'backend-apply') ? [infrastructure, variables, inventory] : []),
    ...(usesTargets(verb) ? [targets, hooks] : []),
    ...(opensVault ? [provision?.vault] : []),
    ...(verb === 'provision' || verb === 'run' || verb === 'doctor' ? [provision] : []),
  ];
}

/** One value with its references looked up; `*` stands for what cannot be told without asking for a secret. */
async function settle(
  context: ContextWith<'resolve'>,
  environment: NamedEnvironment,
  value: string,
  notes: Set<string>,
): Promise<string> {
  const references = referencesIn(value);
  if (references.length === 0) return unescaped(value);
  try {
    if (references.every(({ kind }) => kind === 'env' || kind === 'output'))
      return await context.resolve(value, environment);
  } catch {
    // Told below: the policy is wider for it.
  }
  notes.add(`${value} is not known here, so it is left open (*)`);
  return value.replaceAll(/\$\{[^}]*\}/g, '*');
}

/** A place where state is kept, with the names that its permissions are confined to. */
interface NamedStore {
  readonly kind: StoreKind | undefined;
  readonly names: StoreNames | undefined;
}

const bucketsOf = (stores: readonly NamedStore[]): readonly BucketPart[] =>
  stores.flatMap(({ names }) => (names?.bucket === undefined ? [] : [names.bucket]));

/** Keys that are named by their ARN; what an alias stands for only KMS knows. */
const signingKeysOf = ({ images }: Config): readonly string[] => [
  ...new Set(
    Object.values(images).flatMap(
      ({ sign }) => /^awskms:\/\/[^/]*\/(arn:[^$]+:key\/[\w-]+)$/.exec(sign?.key ?? '')?.[1] ?? [],
    ),
  ),
];

/** Where an image goes, and its cache. */
const repositoriesOf = (image: ImageConfig): readonly string[] =>
  [image.repository, image.kind === 'packer' ? undefined : cacheRepository(image)].filter(
    (repository) => repository !== undefined,
  );
