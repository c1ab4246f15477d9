import { starterBranches } from '../../rules/branchLines.js';
import type { StarterImage } from '../../rules/facts.js';
import { findImages, type FoundImages } from '../../rules/imageFindings.js';
import { directoryOf, listed, type Note, type ProjectFiles } from '../../rules/project.js';
import { placedImage, type ProjectFacts } from '../../rules/projectFindings.js';
import { starterName } from '../../rules/starterNames.js';
import type { LivingContainer, LivingService, RunningImage } from './livingService.js';
import { strategyLines } from './strategyOf.js';

/** What a first configuration is made from, where a service is there already. */
export interface ServiceFacts {
  readonly application: string;
  /** Relative path of the JSON Schema, for editors. */
  readonly schema: string;
  readonly environment: string;
  /** The branch that leads there. */
  readonly branch: string;
  readonly living: LivingService;
  readonly container: LivingContainer;
  readonly target: string;
  readonly image: StarterImage & { readonly repository: string };
  /** Path that answers when it is healthy, with where that was read; undefined where nothing tells. */
  readonly health?: { readonly path: string; readonly from: string } | undefined;
  readonly strategy: readonly string[];
  /** Other containers whose images are in the account's own registry. */
  readonly others: readonly { readonly name: string; readonly repository: string }[];
  /** Terraform roots of the project, relative to it. */
  readonly roots: readonly string[];
  /** A root that is made for the service, as the configuration names it. */
  readonly importsInto?: string | undefined;
}

/** All that is known when a configuration is made from a service. */
export interface ServiceProject {
  readonly project: ProjectFacts;
  readonly environment: string;
  readonly living: LivingService;
  readonly container: LivingContainer;
  readonly running: RunningImage;
  /** Repositories of the account's own registry, by container. */
  readonly repositories: ReadonlyMap<string, string>;
}

/**
 * The container that gets releases: the one behind the load balancer, else the first essential one whose image is the
 * account's own, else the first essential one.
 * @param isOwn whether an image is in the account's own registry
 */
export function releasedContainer(
  { containers, balancers }: LivingService,
  isOwn: (container: LivingContainer) => boolean,
): LivingContainer {
  const balanced = containers.find(({ name }) => balancers.some((one) => one.container === name));
  const essential = containers.filter((one) => one.essential);
  return (balanced ?? essential.find(isOwn) ?? essential[0] ?? containers[0]) as LivingContainer;
}

/** Makes facts of what was read, and tells what was guessed or is left where it is. */
export function serviceFacts(seen: ServiceProject, note: Note): Omit<ServiceFacts, 'schema' | 'importsInto'> {
  const { project, environment, living, container, repositories } = seen;
  const called = living.tags['copilot-application'] ?? project.name;
  const application = starterName(called);
  if (application !== called) note(`the application is called ${application}, derived from “${called}”`);
  const branch = branchOf(project, environment, note);
  const found = findImages(project.files, note);
  const built = chooseImage(found, seen, note);
  const image = {
    ...placedImage(built, project.place),
    repository: repositoryOf(seen, application, built.name, note),
  };
  const health = healthOf(seen, found, built.name);
  const others = living.containers.flatMap(({ name }) => {
    const repository = repositories.get(name);
    return name === container.name || repository === undefined ? [] : [{ name, repository }];
  });
  noteService(
    seen,
    others.map(({ name }) => name),
    note,
  );
  return {
    application,
    environment,
    branch,
    living,
    container,
    target: starterName(container.name, 'web'),
    image,
    health,
    strategy: strategyLines(living, container.name, note),
    others,
    roots: terraformRoots(project.files),
  };
}

/** One branch leads to the one environment: what is told of the other one says nothing here. */
function branchOf({ branches: known }: ProjectFacts, environment: string, note: Note): string {
  const told: string[] = [];
  const branches = Object.entries(starterBranches(known, (text) => void told.push(text)));
  const [branch = 'main'] = branches.find(([, leads]) => leads === environment) ?? branches[0] ?? [];
  if (!known.isRepository) told.forEach(note);
  else if (branch !== known.current && !known.known.includes(branch))
    note(`the branch ${branch}, which leads to ${environment}, is a guess`);
  return branch;
}

const TERRAFORM = /\.tf(?:\.json)?$/;

/** Directories with a provider or a backend: what Terraform is started in. */
function terraformRoots(files: ProjectFiles): readonly string[] {
  const isRoot = (path: string) =>
    /^\s*(?:provider\s+"|backend\s+"|cloud\s*\{)/m.test(files.read(path) ?? '');
  const roots = files.paths.filter((path) => TERRAFORM.test(path) && isRoot(path)).map(directoryOf);
  return [...new Set(roots)];
}

/** The Dockerfile of the project that makes the image which runs. */
function chooseImage(
  { images }: FoundImages,
  { container, living, running }: ServiceProject,
  note: Note,
): StarterImage {
  const words = [
    container.name,
    running.repository?.split('/').at(-1),
    living.tags['copilot-service'],
    living.service,
  ];
  const alike = words.flatMap((word) => images.find(({ name }) => name === word) ?? []);
  const [image = images[0]] = alike;
  if (image === undefined) {
    note('no Dockerfile was found: the image is built from ./Dockerfile, which you have to write');
    return { name: starterName(container.name, 'web'), context: '.' };
  }
  const rest = images.filter((one) => one !== image).map(({ name }) => name);
  if (rest.length > 0)
    note(
      `the image ${image.name} is taken for that of the service; the Dockerfiles of ${listed(rest)} are not used`,
    );
  return image;
}

function repositoryOf(
  { container, running }: ServiceProject,
  application: string,
  image: string,
  note: Note,
): string {
  if (running.repository !== undefined) return running.repository;
  const repository = `${application}/${image}`;
  note(
    `${container.name} runs ${container.image}, which is not in the registry of this account: releases go to the repository ${repository} there, so the first deploy changes the image`,
  );
  return repository;
}

function healthOf(
  { living, container }: ServiceProject,
  { targets }: FoundImages,
  image: string,
): ServiceFacts['health'] {
  const balancer = living.balancers.find((one) => one.container === container.name);
  if (balancer?.healthPath !== undefined)
    return { path: balancer.healthPath, from: 'the health check of its target group' };
  if (container.ports.length === 0) return undefined;
  return targets.find((target) => target.image === image)?.health;
}

/** What stays where it is, so that nobody looks for it in the configuration. */
function noteService({ living, container }: ServiceProject, others: readonly string[], note: Note): void {
  const { containers, scaling, desired, isExpress, revision, service } = living;
  const sidecars = containers.filter(({ name }) => name !== container.name).map(({ name }) => name);
  if (sidecars.length > 0)
    note(
      `${listed(sidecars)} ${sidecars.length === 1 ? 'stays' : 'stay'} in the task definition ${revision} as ${sidecars.length === 1 ? 'it is' : 'they are'}: releases change ${container.name}`,
    );
  if (others.length > 0)
    note(`${listed(others)} could get releases too: the configuration has the lines for it, as comments`);
  if (scaling !== undefined)
    note(
      `autoscaling from ${scaling.min} to ${scaling.max} tasks stays; a deploy suspends it while it moves`,
    );
  if (desired === 0) note(`the service wants 0 tasks: nothing shows that what it would run works`);
  if (isExpress)
    note(
      `${service} was made by ECS Express Mode: from now on change its image here only, since an update through Express brings its own`,
    );
}
