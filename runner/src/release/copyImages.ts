import type { Stage } from '../events/stage.js';
import type { Manifest } from '../adapters/aws/ecr.js';
import type { CopyProgress } from '../adapters/registry/copy.js';
import type { TargetConfig } from '../config/kindSchemas.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { targetsWithKinds } from '../context/kinds.js';
import { StackError } from '../base/errors.js';
import { once } from '../base/once.js';
import type { ReleaseImage, ReleaseRecord } from '../domain/records.js';
import { shareOneRegistry, registryOfImages } from './registryOfImages.js';
import { notServed, openRegistry, type Registry } from './imageRegistry.js';

export interface CopyImagesRequest {
  readonly environment: NamedEnvironment;
  readonly release: ReleaseRecord;
  /** Stage that events belong to. */
  readonly stage: Stage;
}

/**
 * Sees that the registry which an environment's targets pull from holds a release's images, by digest. They are copied
 * from the environment it is promoted from, where that has another registry: never built anew, and without an engine.
 * What is there already costs one call an image.
 * @throws StackError REGISTRY_REFUSED where they are in neither registry or one of them refuses, AWS_*
 */
export async function copyImages(context: Context, request: CopyImagesRequest): Promise<void> {
  const { environment, release } = request;
  const { promotion } = environment.config;
  if (promotion === undefined || promotion.images === 'in-place') return;
  const pulling = await pullingTargets(context, environment);
  if (pulling.length === 0) return;
  const from = await registryOfImages(context, await context.environment(promotion.from));
  if (await shareOneRegistry(context, environment, from)) return;
  const target = await openRegistry(context, environment);
  // Asked only where something is missing: a rollback needs nothing of where the images once came from.
  const source = once(() => openRegistry(context, from));
  const wanted = new Set(pulling.map(({ image }) => image));
  for (const [name, image] of Object.entries(release.images).filter(([one]) => wanted.has(one)))
    await copyOne(context, request, { name, image, source, target, from: from.name });
}

/** Targets that pull from an ECR: one may name a registry of another kind, which people fill. */
async function pullingTargets(
  context: ContextWith<'kinds' | 'resolve'>,
  environment: NamedEnvironment,
): Promise<readonly TargetConfig[]> {
  const targets = targetsWithKinds(await context.kinds(), environment);
  const pulls = await Promise.all(
    targets.map(async ({ kind, config }) => {
      const registry = kind.registry?.(config);
      return registry === undefined || (await context.resolve(registry, environment)).includes('.dkr.ecr.');
    }),
  );
  return targets.filter((_, index) => pulls[index]).map(({ config }) => config);
}

interface ImageCopy {
  readonly name: string;
  readonly image: ReleaseImage;
  readonly source: () => Promise<Registry>;
  readonly target: Registry;
  /** Environment that the source is of. */
  readonly from: string;
}

async function copyOne(
  context: Context,
  { release, stage }: CopyImagesRequest,
  bringing: ImageCopy,
): Promise<void> {
  const { name, image, source, target, from } = bringing;
  const { repository, digest, tags } = image;
  const { signal } = context;
  const { ensureRepository, readManifest } = await import('../adapters/aws/ecr.js');
  const last = tags.at(-1);
  // Tags are put last, in their order: what has the last one is whole.
  const tagged =
    last === undefined ? undefined : await readManifest(target.aws, repository, { imageTag: last }, signal);
  if (tagged?.digest === digest) return;
  const inTarget = () => readManifest(target.aws, repository, { imageDigest: digest }, signal);
  const present = await inTarget();
  if (present !== undefined) return tagAll(context, target, image, present);
  const origin = await source();
  const [here, there] = await Promise.all([origin.login(), target.login()]);
  if ((await readManifest(origin.aws, repository, { imageDigest: digest }, signal)) === undefined)
    throw inNeither(release.version, image, [here.host, there.host], from);
  const made = await ensureRepository(target.aws, repository, signal);
  const tell = progressReporter(context, stage, name);
  if (made === 'created') tell.line(`repository ${repository} made in ${there.host}`);
  tell.line(`copying from ${here.host} to ${there.host}`);
  await copyBetween(context, { here, there, image, on: tell.progress });
  const arrived = await inTarget();
  if (arrived?.digest !== digest) throw notServed(`${there.host}/${repository}`, digest, arrived?.digest);
  await tagAll(context, target, image, arrived);
  tell.line(`copied ${digest.slice(0, 19)}`, 'ok');
  const value = `${there.host}/${repository}@${digest}`;
  stage.fact(`image ${name}`, value);
}

type Login = Awaited<ReturnType<Registry['login']>>;

async function copyBetween(
  context: ContextWith<'config' | 'env' | 'secrets' | 'signal'>,
  copy: {
    readonly here: Login;
    readonly there: Login;
    readonly image: ReleaseImage;
    readonly on: (progress: CopyProgress) => void;
  },
): Promise<void> {
  const [{ copyImage }, { RegistrySession }] = await Promise.all([
    import('../adapters/registry/copy.js'),
    import('../adapters/registry/registrySession.js'),
  ]);
  const { env, secrets, signal } = context;
  const { repository, digest } = copy.image;
  const place = ({ host, username, password }: Login) => ({
    session: new RegistrySession({ host, credentials: { username, password }, env, secrets, signal }),
    repository,
  });
  const { concurrency } = await context.config();
  await copyImage({ source: place(copy.here), target: place(copy.there), digest, concurrency, on: copy.on });
}

/** Without a tag a lifecycle policy would take an image for left over. One that stands on another image stays there. */
async function tagAll(
  context: ContextWith<'events' | 'signal'>,
  target: Registry,
  { repository, tags }: ReleaseImage,
  manifest: Manifest,
): Promise<void> {
  const { putTag } = await import('../adapters/aws/ecr.js');
  for (const tag of tags) {
    await putTag(target.aws, repository, manifest, tag, context.signal).catch((error: unknown) => {
      if (!(error instanceof StackError) || error.code !== 'TAG_IMMUTABLE') throw error;
      context.events.emit({ type: 'notice', level: 'info', message: `${error.message}: it stays there` });
    });
  }
}

/** A line for each blob when it begins and when it has arrived, and one a second while it goes through. */
function progressReporter({ clock }: ContextWith<'clock'>, stage: Stage, name: string) {
  const last = new Map<string, number>();
  const emit = (subject: string, message: string, status: 'running' | 'ok', bytes: object = {}) =>
    stage.progress(message, { subject, phase: 'copy', status, ...bytes });
  return {
    line: (message: string, status: 'running' | 'ok' = 'running') => emit(name, message, status),
    progress: ({ digest, phase, done, total }: CopyProgress) => {
      const subject = `${name} ${digest.slice('sha256:'.length, 'sha256:'.length + 12)}`;
      if (phase !== 'reading') return emit(subject, PHASES[phase], 'ok');
      const now = clock.now().getTime();
      if (now - (last.get(digest) ?? 0) < PROGRESS_MS) return;
      last.set(digest, now);
      emit(subject, 'copying', 'running', { done, total, unit: 'B' });
    },
  };
}

const PROGRESS_MS = 1000;
const PHASES = { copied: 'copied', exists: 'already there', mounted: 'already in the registry' } as const;

function inNeither(
  version: string,
  { repository, digest }: ReleaseImage,
  hosts: readonly string[],
  from: string,
): StackError {
  return new StackError('REGISTRY_REFUSED', `no registry holds ${repository} of ${version} any more`, {
    where: `${repository}@${digest}`,
    evidence: hosts.map((host) => `not in ${host}`),
    next: `A lifecycle policy may have deleted it. Make a new release in ${from}, and let the policy keep the images that environments run.`,
  });
}
