import { StackError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { createHost, deleteHost } from './localHosts.js';
import { emulatorRuns } from './emulator.js';
import { notRunningError, type LocalContext } from './localContext.js';
import type { DatabaseKind } from './databaseEngines.js';
import type { EcsServiceRequest } from './ecsServices.js';
import { OPTIONAL_RECIPES } from './recipes.js';

/** `key=value` words by key. */
export type Settings = Readonly<Record<string, string>>;

interface ResourceKind {
  readonly keys: readonly string[];
  create(local: LocalContext, name: string, given: Settings): Promise<Record<string, unknown>>;
  delete(local: LocalContext, name: string, given: Settings): Promise<boolean>;
}

const SERVICE_KEYS = [
  ...['cluster', 'image', 'container', 'port', 'desired', 'health', 'environment', 'secrets', 'mounts'],
];

const databaseKind = (kind: DatabaseKind): ResourceKind => ({
  keys: [],
  create: async (local, name) => {
    const { createDatabase } = await import('./localDatabases.js');
    return { ...(await createDatabase(local, kind, name)) };
  },
  delete: async (local, name) => {
    const { deleteDatabase } = await import('./localDatabases.js');
    return deleteDatabase(local, kind, name);
  },
});

/**
 * The kinds of `local create KIND NAME` and `local delete KIND NAME`; the examples' Terraform roots call them. SDKs load
 * with the kind that needs them: a host needs none.
 */
const RESOURCE_KINDS: Readonly<Record<string, ResourceKind>> = {
  host: {
    keys: ['slot'],
    create: async (local, name, given) => ({
      ...(await createHost(local, name, number(given, 'slot'))),
    }),
    delete: (local, name) => deleteHost(local, name),
  },
  'load-balancer': {
    keys: ['port', 'health', 'targets', 'type'],
    create: async ({ settings }, name, given) => {
      const { createLoadBalancer } = await import('./loadBalancers.js');
      const made = await createLoadBalancer(settings, {
        name,
        port: number(given, 'port') ?? 80,
        healthPath: given['health'] ?? '/health',
        targets: (given['targets'] ?? '').split(',').filter((target) => target !== ''),
        targetType: oneOf(given, 'type', ['ip', 'instance']) ?? 'ip',
      });
      return { ...made };
    },
    delete: async ({ settings }, name) => {
      const { deleteLoadBalancer } = await import('./loadBalancers.js');
      return deleteLoadBalancer(settings, name);
    },
  },
  bucket: {
    keys: [],
    create: async ({ settings }, name) => {
      const { createBucket } = await import('./localBuckets.js');
      return { ...(await createBucket(settings, name)) };
    },
    delete: async ({ settings }, name) => {
      const { deleteBucket } = await import('./localBuckets.js');
      return deleteBucket(settings, name);
    },
  },
  'launch-template': {
    keys: [],
    create: async (local, name) => {
      const { createLaunchTemplate } = await import('./launchTemplates.js');
      return { ...(await createLaunchTemplate(local.settings, name)) };
    },
    delete: async ({ settings }, name) => {
      const { deleteLaunchTemplate } = await import('./launchTemplates.js');
      return deleteLaunchTemplate(settings, name);
    },
  },
  'ecs-service': {
    keys: SERVICE_KEYS,
    create: async (local, name, given) => {
      const { createEcsService } = await import('./ecsServices.js');
      return { ...(await createEcsService(local.settings, await serviceRequest(local, name, given))) };
    },
    delete: async ({ settings }, name, given) => {
      const { deleteEcsService } = await import('./ecsServices.js');
      return deleteEcsService(settings, name, given['cluster'] ?? 'local');
    },
  },
  'ecs-colours': {
    keys: SERVICE_KEYS,
    create: async (local, name, given) => {
      const { createEcsColours } = await import('./ecsColours.js');
      return { ...(await createEcsColours(local.settings, await serviceRequest(local, name, given))) };
    },
    delete: async ({ settings }, name, given) => {
      const { deleteEcsColours } = await import('./ecsColours.js');
      return deleteEcsColours(settings, name, given['cluster'] ?? 'local');
    },
  },
  postgres: databaseKind('postgres'),
  mariadb: databaseKind('mariadb'),
  'shared-files': {
    keys: ['uid', 'gid'],
    create: async (local, name, given) => {
      const { createSharedFiles } = await import('./sharedFiles.js');
      const owner = { uid: number(given, 'uid') ?? 0, gid: number(given, 'gid') ?? 0 };
      return { ...(await createSharedFiles(local, name, owner)) };
    },
    delete: async (local, name) => {
      const { deleteSharedFiles } = await import('./sharedFiles.js');
      return deleteSharedFiles(local, name);
    },
  },
  secret: {
    keys: ['fields'],
    create: async ({ settings }, name, given) => {
      const { createSecret } = await import('./localSecrets.js');
      return { ...(await createSecret(settings, name, (given['fields'] ?? 'value').split(','))) };
    },
    delete: async ({ settings }, name) => {
      const { deleteSecret } = await import('./localSecrets.js');
      return deleteSecret(settings, name);
    },
  },
  image: {
    keys: [],
    create: async (local, name) => {
      const { optionalImage } = await import('./localImages.js');
      return { image: await optionalImage(local, optionalRecipe(name)) };
    },
    // Images are of the whole machine, and other environments use them: `down --purge` removes them.
    delete: () => Promise.resolve(false),
  },
  instance: {
    keys: ['tags'],
    create: async (local, name, given) => {
      const { launchInstance } = await import('./launchInstance.js');
      return { ...(await launchInstance(local, name, pairs(given, 'tags'))) };
    },
    delete: async (local, name) => {
      const { terminateInstance } = await import('./launchInstance.js');
      return terminateInstance(local, name);
    },
  },
};

/** @throws StackError USAGE for an unknown kind, a bad name or an unknown key; TOOL_FAILED if nothing runs */
export async function createResource(
  local: LocalContext,
  kindName: string,
  name: string,
  words: readonly string[],
): Promise<Record<string, unknown>> {
  const kind = findKind(kindName, name);
  const given = parseWords(kindName, kind, words);
  if (kindName !== 'host') await requireEmulator(local);
  return kind.create(local, name, given);
}

/** Deletes. If the local environment is down already, there is nothing left to delete. */
export async function deleteResource(
  local: LocalContext,
  kindName: string,
  name: string,
  words: readonly string[],
): Promise<boolean> {
  const kind = findKind(kindName, name);
  const given = parseWords(kindName, kind, words);
  if (kindName !== 'host' && !(await emulatorRuns(local.settings))) return false;
  return kind.delete(local, name, given);
}

async function serviceRequest(
  local: LocalContext,
  name: string,
  given: Settings,
): Promise<EcsServiceRequest> {
  const { placeholder } = await import('./placeholder.js');
  return {
    name,
    cluster: given['cluster'] ?? 'local',
    image: given['image'] ?? (await placeholder(local)),
    container: given['container'] ?? 'web',
    port: number(given, 'port') ?? 8000,
    desired: number(given, 'desired') ?? 2,
    healthPath: given['health'] ?? '/health',
    environment: pairs(given, 'environment'),
    secrets: pairs(given, 'secrets'),
    mounts: pairs(given, 'mounts'),
  };
}

/** `A=1,B=2` by name. */
function pairs(given: Settings, key: string): Record<string, string> {
  const words = (given[key] ?? '').split(',').filter((word) => word !== '');
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
      throw new StackError('USAGE', `${key} is NAME=VALUE,…, and ${word} is none`, {
        where: `${key}=${given[key] ?? ''}`,
      });
    }),
  );
}

function findKind(kindName: string, name: string): ResourceKind {
  const kind = RESOURCE_KINDS[kindName];
  if (kind === undefined) {
    const close = nearest(kindName, Object.keys(RESOURCE_KINDS));
    throw new StackError('USAGE', `There is no kind ${kindName}: ${Object.keys(RESOURCE_KINDS).join(', ')}`, {
      where: kindName,
      next: close === undefined ? 'node runner local create --help' : `Did you mean ${close}?`,
    });
  }
  // Names become names of containers, load balancers and files, so the strictest rule applies.
  if (!/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/.test(name)) {
    throw new StackError(
      'USAGE',
      `${name} is not a valid name: use 2 to 32 lower-case letters, digits and dashes`,
      {
        where: name,
      },
    );
  }
  return kind;
}

function parseWords(kindName: string, kind: ResourceKind, words: readonly string[]): Settings {
  const given: Record<string, string> = {};
  for (const word of words) {
    const at = word.indexOf('=');
    const key = at === -1 ? word : word.slice(0, at);
    if (at === -1 || !kind.keys.includes(key)) {
      throw new StackError(
        'USAGE',
        `${kindName} has no setting ${word}: it has ${kind.keys.map((k) => `${k}=…`).join(' ')}`,
        {
          where: word,
          ...(nearest(key, kind.keys) === undefined
            ? {}
            : { next: `Did you mean ${nearest(key, kind.keys)}=…?` }),
        },
      );
    }
    given[key] = word.slice(at + 1);
  }
  return given;
}

function optionalRecipe(name: string): keyof typeof OPTIONAL_RECIPES {
  if (name in OPTIONAL_RECIPES) return name as keyof typeof OPTIONAL_RECIPES;
  const known = Object.keys(OPTIONAL_RECIPES);
  throw new StackError('USAGE', `There is no image ${name}: ${known.join(', ')}`, { where: name });
}

function number(given: Settings, key: string): number | undefined {
  const value = given[key];
  if (value === undefined) return undefined;
  if (/^\d{1,5}$/.test(value)) return Number(value);
  throw new StackError('USAGE', `${key} is a whole number, not ${value}`, { where: `${key}=${value}` });
}

function oneOf<Word extends string>(given: Settings, key: string, words: readonly Word[]): Word | undefined {
  const value = given[key];
  if (value === undefined) return undefined;
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw new StackError('USAGE', `${key} is ${words.join(' or ')}, not ${value}`, {
    where: `${key}=${value}`,
  });
}

async function requireEmulator(local: LocalContext): Promise<void> {
  if (await emulatorRuns(local.settings)) return;
  throw notRunningError();
}
