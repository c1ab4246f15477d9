import { composeServices, type ComposeService } from './compose.js';
import { readDockerfile, type DockerfileFacts } from './dockerfile.js';
import type { StarterImage, StarterTarget } from './facts.js';
import { healthPathOf } from './health.js';
import { starterName, uniqueName } from './starterNames.js';
import { directoryOf, has, inside, listed, nameOf, type ProjectFiles, type Note } from './project.js';
import { testCommand } from './testFindings.js';

const DOCKERFILE = /^(?:Dockerfile|Containerfile)(?:[.-](.+))?$|^(.+)\.(?:Dockerfile|Containerfile)$/i;
const NO_DOCKERFILE = /\.(?:dockerignore|md|txt|bak|orig|swp|j2|tmpl|tpl|template|erb|in|dist)$|~$/i;
/** Variants that nobody delivers. */
const NOT_DELIVERED =
  /^(?:dev|devel|development|local|tests?|testing|ci|debug|e2e|lint|docs?|base|builder)$/i;
/** Variants that are what is delivered, where a plain one stands beside them. */
const DELIVERED = /^(?:prod|production|release)$/i;
const WORKER = /(?:^|-)(?:workers?|queue|cron|scheduler|consumer|beat|jobs?|migrat\w*)(?:-|$)/;
const TEST_STAGE = /^(?:tests?|testing|unit-?tests?|ci)$/i;

export interface FoundImages {
  readonly images: readonly StarterImage[];
  readonly targets: readonly StarterTarget[];
}

/** The images of a project: what its compose files build, then its other Dockerfiles at any depth. */
export function findImages(files: ProjectFiles, note: Note): FoundImages {
  const services = composeServices(files, note);
  const images: StarterImage[] = [];
  const targets: StarterTarget[] = [];
  const names = () => new Set(images.map(({ name }) => name));
  const imageOf = new Map<string, string>();
  for (const service of services) {
    const facts = readDockerfile(files.read(service.dockerfile) ?? '');
    const key = JSON.stringify([service.context, service.dockerfile, service.target, service.args]);
    let image = imageOf.get(key);
    if (image === undefined) {
      for (const name of service.hidden)
        note(
          `${service.file}: the build argument ${name} of ${service.name} looks like a secret, so its value was left out: arguments stay in the image; use secrets: instead`,
        );
      image = uniqueName(starterName(service.name, 'web'), names());
      imageOf.set(key, image);
      images.push(describe(files, { ...service, name: image }, facts));
    }
    targets.push(targetOfService(files, service, image, facts, targets, note));
  }
  const built = new Set(services.map(({ dockerfile }) => dockerfile));
  for (const dockerfile of dockerfilesOf(files, built, note)) {
    const facts = readDockerfile(files.read(dockerfile) ?? '');
    const context = contextOf(files, dockerfile, facts, note);
    const isFirst = images.length === 0;
    const name = uniqueName(nameFor(dockerfile, context, isFirst), names());
    images.push(describe(files, { name, context, dockerfile }, facts));
    const target = targetOfDockerfile(files, name, context, facts, note);
    targets.push({ ...target, name: uniqueName(name, new Set(targets.map((other) => other.name))) });
  }
  return { images, targets };
}

/** Dockerfiles that make something to deliver, the shallow ones first. */
function dockerfilesOf(files: ProjectFiles, built: ReadonlySet<string>, note: Note): readonly string[] {
  const all = files.paths.filter((path) => DOCKERFILE.test(nameOf(path)) && !built.has(path));
  const templates = all.filter(
    (path) => NO_DOCKERFILE.test(path) && !/\.(?:dockerignore|md|txt)$/i.test(path),
  );
  if (templates.length > 0)
    note(`${listed(templates)}: not used, because it looks like a template or a copy`);
  const real = all.filter((path) => !NO_DOCKERFILE.test(path));
  const left = real.filter((path) => NOT_DELIVERED.test(variantOf(path)));
  if (left.length > 0)
    note(`${listed(left)}: left out, because the name says that it is for development or tests`);
  const kept = real.filter((path) => !left.includes(path));
  const replaced = kept.filter(
    (path) =>
      variantOf(path) === '' &&
      kept.some((other) => directoryOf(other) === directoryOf(path) && DELIVERED.test(variantOf(other))),
  );
  if (replaced.length > 0) note(`${listed(replaced)}: left out, there is one for production beside it`);
  const depth = (path: string) => path.split('/').length;
  return kept
    .filter((path) => !replaced.includes(path))
    .sort((one, other) => depth(one) - depth(other) || one.localeCompare(other, 'en'));
}

/** `worker` of `Dockerfile.worker` and `worker.Dockerfile`. */
function variantOf(path: string): string {
  const [, suffix, prefix] = DOCKERFILE.exec(nameOf(path)) ?? [];
  return suffix ?? prefix ?? '';
}

function nameFor(dockerfile: string, context: string, isFirst: boolean): string {
  const variant = variantOf(dockerfile);
  if (variant !== '' && !DELIVERED.test(variant)) return starterName(variant, 'web');
  const own = directoryOf(dockerfile);
  // `docker/php/Dockerfile` of the whole project is called by its folder, `app/Dockerfile` alone simply web.
  if (
    own === '.' ||
    (isFirst && (own === 'app' || (context === '.' && /^(?:docker|deploy|build)$/.test(own))))
  )
    return 'web';
  return starterName(nameOf(own), 'web');
}

/** The directory that a Dockerfile's COPY is about: its own, else the nearest above it that has all of it. */
function contextOf(files: ProjectFiles, dockerfile: string, facts: DockerfileFacts, note: Note): string {
  const own = directoryOf(dockerfile);
  if (own === '.') return '.';
  const isThere = (context: string) => (source: string) => {
    const path = inside(context, source.replace(/^\/+/, '')).replace(/\/\.?$/, '') || '.';
    if (!/[*?[]/.test(path)) return has(files, path);
    const fixed = path.slice(0, path.search(/[*?[]/));
    return files.paths.some((known) => known.startsWith(fixed));
  };
  const above = own.split('/').map((_, index, parts) => parts.slice(0, parts.length - index).join('/'));
  const named = facts.sources.filter((source) => !/^\.?\/?$/.test(source));
  const fits = (context: string) =>
    named.length > 0
      ? named.every(isThere(context))
      : facts.sources.length === 0 || hasSources(files, context, dockerfile);
  const context = [...above, '.'].find(fits) ?? own;
  if (context !== own)
    note(
      `${dockerfile}: its context is guessed to be ${context === '.' ? 'this directory' : context}, where what it copies is`,
    );
  else if (!fits(own))
    note(
      `${dockerfile}: it copies files that do not exist (${listed(named.filter((source) => !isThere(own)(source)))}); its context may be wrong`,
    );
  return context;
}

/** Whether a directory holds more than what is needed to make an image. */
function hasSources(files: ProjectFiles, directory: string, dockerfile: string): boolean {
  const below = directory === '.' ? '' : `${directory}/`;
  return files.paths.some(
    (path) =>
      path.startsWith(below) &&
      path !== dockerfile &&
      !DOCKERFILE.test(nameOf(path)) &&
      !/(?:^|\/)(?:\.dockerignore|README[^/]*|[^/]*\.(?:sh|conf|ini|md))$/i.test(path),
  );
}

function describe(
  files: ProjectFiles,
  found: {
    readonly name: string;
    readonly context: string;
    readonly dockerfile: string;
    readonly target?: string;
    readonly args?: Readonly<Record<string, string>>;
  },
  facts: DockerfileFacts,
): StarterImage {
  const { name, context, dockerfile, target, args = {} } = found;
  const test = testCommand(files, context);
  const testStage = facts.stages.find((stage) => TEST_STAGE.test(stage));
  return {
    name,
    context,
    ...(dockerfile === inside(context, 'Dockerfile') ? {} : { dockerfile }),
    ...(target === undefined ? {} : { target }),
    ...(Object.keys(args).length === 0 ? {} : { args }),
    ...(test === undefined ? {} : { test }),
    ...(test === undefined || testStage === undefined ? {} : { testStage }),
  };
}

function targetOfService(
  files: ProjectFiles,
  service: ComposeService,
  image: string,
  facts: DockerfileFacts,
  before: readonly StarterTarget[],
  note: Note,
): StarterTarget {
  const name = uniqueName(starterName(service.name, 'web'), new Set(before.map((target) => target.name)));
  const [port = service.hasCommand ? undefined : facts.ports[0]] = service.ports;
  if (facts.isFastCgi && (port === undefined || port === 9000)) {
    note(
      `${service.file}: ${service.name} answers FastCGI (php-fpm), not HTTP: it gets no HTTP health check, and belongs in one task with its web server`,
    );
    return { name, image, isWorker: true };
  }
  if (port === undefined) {
    note(`${service.file}: ${service.name} has no port, so it is a worker and gets no HTTP health check`);
    return { name, image, isWorker: true };
  }
  const health =
    service.healthPath === undefined
      ? healthPathOf(files, service.context, facts)
      : { path: service.healthPath, from: `the health check in ${service.file}` };
  return {
    name,
    image,
    port,
    ...(service.published === undefined ? {} : { published: service.published }),
    ...(health === undefined ? {} : { health }),
  };
}

function targetOfDockerfile(
  files: ProjectFiles,
  name: string,
  context: string,
  facts: DockerfileFacts,
  note: Note,
): StarterTarget {
  const [port] = facts.ports;
  if (facts.isFastCgi && (port === undefined || port === 9000)) {
    note(
      `${name} answers FastCGI (php-fpm), not HTTP: it gets no HTTP health check, and needs a web server before it`,
    );
    return { name, image: name, isWorker: true };
  }
  if (port === undefined && WORKER.test(name)) {
    note(`${name} exposes no port and is named like a worker: it gets no HTTP health check`);
    return { name, image: name, isWorker: true };
  }
  if (port === undefined && facts.hasFrom)
    note(`${name}: it has no EXPOSE, so its port is unknown; if it is a worker, remove its health check`);
  if (!facts.hasFrom) note(`the Dockerfile of ${name} has no FROM, so it cannot be built yet`);
  const health = healthPathOf(files, context, facts);
  return {
    name,
    image: name,
    ...(port === undefined ? {} : { port }),
    ...(health === undefined ? {} : { health }),
  };
}
