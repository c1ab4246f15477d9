import pMap from 'p-map';
import type { AwsClients } from '../../adapters/aws/clients.js';
import { clusterUse, describeRevision } from '../../adapters/aws/taskDefinitions.js';
import { StackError } from '../../base/errors.js';
import type { Context, NamedEnvironment } from '../../context/context.js';
import { targetsWithKinds } from '../../context/kinds.js';
import { shareOneRegistry } from '../../release/registryOfImages.js';

/** What services and tasks use now, whatever the ledger says. */
export interface AwsUse {
  /** Task definitions by ARN, with who uses them. */
  readonly definitions: ReadonlyMap<string, string>;
  /** The task definition that each service of the environment's own targets has. */
  readonly ownDefinitions: readonly string[];
  /** Images by digest, with who runs them. */
  readonly digests: ReadonlyMap<string, string>;
  /** Images by `REPOSITORY:TAG`, where a task definition names one so. */
  readonly tags: ReadonlyMap<string, string>;
}

/**
 * Asks ECS what runs in the clusters of an environment, and of the others that pull from the same registry. Every service
 * of a cluster counts, also those of other applications.
 * @throws StackError AWS_*, CONFIG_REFERENCE; of another environment these are told, and the ledger alone counts there
 */
export async function awsUse(context: Context, environment: NamedEnvironment): Promise<AwsUse> {
  const { environments } = await context.config();
  const own = await useOf(context, environment);
  const all = [own];
  for (const name of Object.keys(environments).filter((one) => one !== environment.name)) {
    const other = await context.environment(name);
    try {
      if (await shareOneRegistry(context, environment, other)) all.push(await useOf(context, other));
    } catch (error) {
      if (!(error instanceof StackError) || context.signal.aborted) throw error;
      const message = `what runs in ${name} cannot be asked here (${error.message}): its records count`;
      context.events.emit({ type: 'notice', level: 'warning', message });
    }
  }
  const joined = <V>(of: (use: AwsUse) => ReadonlyMap<string, V>) =>
    new Map(all.flatMap((use) => [...of(use)]));
  return {
    definitions: joined(({ definitions }) => definitions),
    ownDefinitions: own.ownDefinitions,
    digests: joined(({ digests }) => digests),
    tags: joined(({ tags }) => tags),
  };
}

async function useOf(context: Context, environment: NamedEnvironment): Promise<AwsUse> {
  const services = await servicesOf(context, environment);
  const definitions = new Map<string, string>();
  const digests = new Map<string, string>();
  const tags = new Map<string, string>();
  if (services.length === 0) return { definitions, ownDefinitions: [], digests, tags };
  const aws = await context.aws(environment);
  const ownDefinitions: string[] = [];
  for (const cluster of new Set(services.map((one) => one.cluster))) {
    const use = await clusterUse(aws, cluster, context.signal);
    for (const [arn, who] of use.definitions) definitions.set(arn, who);
    for (const [digest, who] of use.digests) digests.set(digest, `${who} runs it`);
    for (const { service } of services.filter((one) => one.cluster === cluster)) {
      const arn = use.services.get(service.slice(service.lastIndexOf('/') + 1));
      if (arn !== undefined) ownDefinitions.push(arn);
    }
  }
  await pMap(
    definitions,
    async ([arn, who]) => {
      for (const image of await imagesOf(aws, arn, context.signal)) {
        if (image.digest !== undefined) digests.set(image.digest, `${who} runs it`);
        else tags.set(`${image.repository}:${image.tag}`, `${who} runs it`);
      }
    },
    { concurrency: 4 },
  );
  return { definitions, ownDefinitions, digests, tags };
}

async function servicesOf(context: Context, environment: NamedEnvironment) {
  const all = targetsWithKinds(await context.kinds(), environment);
  const names = await Promise.all(
    all.map(async ({ kind, config }) =>
      kind.names?.(
        config,
        (value) => context.resolve(value, environment),
        (form) => form,
      ),
    ),
  );
  return names.flatMap((one) => one?.services ?? []);
}

/** An image as a task definition names it. */
export interface NamedImage {
  /** Without the registry's host. */
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
}

/** The images of a revision; none where the revision is gone. */
export async function imagesOf(
  aws: Pick<AwsClients, 'call' | 'ecs'>,
  arn: string,
  signal: AbortSignal,
): Promise<readonly NamedImage[]> {
  const { containerDefinitions = [] } = (await describeRevision(aws, arn, signal)) ?? {};
  return containerDefinitions.flatMap(({ image }) => (image === undefined ? [] : [namedImage(image)]));
}

/** `HOST/shop/web:1.0@sha256:…` in its parts. */
export function namedImage(reference: string): NamedImage {
  const [name = '', digest] = reference.split('@', 2) as [string, string | undefined];
  const slash = name.lastIndexOf('/');
  const colon = name.indexOf(':', slash + 1);
  const path = colon === -1 ? name : name.slice(0, colon);
  const [host = '', ...rest] = path.split('/');
  const hasHost = rest.length > 0 && /[.:]|^localhost$/.test(host);
  return {
    repository: hasHost ? rest.join('/') : path,
    tag: colon === -1 ? 'latest' : name.slice(colon + 1),
    ...(digest === undefined ? {} : { digest }),
  };
}
