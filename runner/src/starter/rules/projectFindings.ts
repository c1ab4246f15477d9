import { findAnsible } from './ansible.js';
import { starterBranches, type BranchFacts } from './branchLines.js';
import type { StarterFacts, StarterImage, StarterInfrastructure, StarterShape } from './facts.js';
import { findImages, type FoundImages } from './imageFindings.js';
import { findInfrastructure, regionOf } from './terraformFindings.js';
import { starterName } from './starterNames.js';
import { has, inside, listed, type ProjectFiles, type Note } from './project.js';
import { guessedNames, isGroup } from './targetLines.js';

/** All that `init` sees. */
export interface ProjectFacts {
  /** What the repository or the directory is called. */
  readonly name: string;
  readonly files: ProjectFiles;
  readonly branches: BranchFacts;
  /** What was asked for; guessed where left out. */
  readonly shape: StarterShape | undefined;
  readonly region: string | undefined;
  /** A path of the project as the configuration has to write it. */
  readonly place: (path: string) => string;
}

/** Makes facts of what was seen, and tells what was guessed, left out or not understood. */
export function starterFacts(project: ProjectFacts, note: Note): Omit<StarterFacts, 'schema'> {
  const { files, place } = project;
  const application = starterName(project.name);
  if (application !== project.name)
    note(`the application is called ${application}, derived from “${project.name}”`);
  const branches = starterBranches(project.branches, note);
  const found = findImages(files, note);
  const infrastructure = findInfrastructure(files, note);
  const ansible = findAnsible(files, note);
  const hasPlaybooks = ansible !== undefined || has(files, 'ansible');
  const shape = project.shape ?? guessShape(found, infrastructure, hasPlaybooks);
  const seen = infrastructure === undefined ? undefined : regionOf(files, infrastructure.directory);
  const region = project.region ?? seen ?? 'eu-west-1';
  if (project.region === undefined && seen === undefined)
    note(`the region ${region} is a guess: neither AWS_REGION nor a provider names one`);
  const facts = {
    application,
    region,
    branches,
    shape,
    images: found.images.map((image) => placedImage(image, place)),
    targets: found.targets,
    ...(infrastructure === undefined ? {} : { infrastructure: placedRoot(infrastructure, place) }),
    ...(ansible === undefined || shape === 'hello-ecs'
      ? {}
      : { ansible: { ...ansible, directory: place(ansible.directory) } }),
  };
  noteFacts(project, { ...facts, schema: '' }, ansible !== undefined, note);
  return facts;
}

/** Hosts where playbooks or a root give them, services else; no target where there is no image. */
function guessShape(
  { images }: FoundImages,
  infrastructure: StarterInfrastructure | undefined,
  hasPlaybooks: boolean,
): StarterShape {
  if (images.length === 0) return 'minimal';
  const outputs = infrastructure?.outputs ?? [];
  if (outputs.some((name) => /^(?:ecs_)?(?:cluster|service)(?:_name)?$/.test(name))) return 'hello-ecs';
  return hasPlaybooks || outputs.includes('hosts') ? 'flask-fleet' : 'hello-ecs';
}

/** An image with its paths as the configuration has to write them. */
export function placedImage(image: StarterImage, place: ProjectFacts['place']): StarterImage {
  const { context, dockerfile } = image;
  return {
    ...image,
    context: place(context),
    ...(dockerfile === undefined ? {} : { dockerfile: place(dockerfile) }),
  };
}

/** The same of a Terraform root. */
export function placedRoot(root: StarterInfrastructure, place: ProjectFacts['place']): StarterInfrastructure {
  const directories = Object.entries(root.directories ?? {}).map(([name, path]) => [name, place(path)]);
  return {
    ...root,
    directory: place(root.directory),
    ...(directories.length === 0
      ? {}
      : { directories: Object.fromEntries(directories) as Record<string, string> }),
  };
}

/** What follows from all of it together. */
function noteFacts({ files }: ProjectFacts, facts: StarterFacts, hasAnsible: boolean, note: Note): void {
  const { images, shape, targets = [], infrastructure, ansible } = facts;
  if (images.length === 0) noteNoImage(files, shape, note);
  const guessed = guessedNames(facts, targets.length > 0 ? targets : [{ name: 'web', image: 'web' }]);
  if (guessed.length > 0)
    note(
      `the names of clusters and services are guesses (${listed(guessed)}): correct them, or create them before the first deploy`,
    );
  if (shape === 'hello-ecs' && hasAnsible) note('ansible/ is not used: the targets are ECS services');
  const usesHosts = shape === 'flask-fleet' || ansible !== undefined;
  if (usesHosts && infrastructure?.outputs?.includes('hosts') !== true)
    note(
      `hosts are found by guessed EC2 tags (Application: ${facts.application}, Environment: staging or production): correct them, or give a Terraform output hosts`,
    );
  const groups = usesHosts ? (ansible?.groups ?? []) : [];
  const foreign = groups.filter((name) => !isGroup(name));
  if (foreign.length > 0)
    note(
      `the groups ${listed(foreign)} of the playbooks have invalid names (allowed: letters, digits, _ and dashes): their plays match no host`,
    );
  if (groups.length > 1 && infrastructure?.outputs?.includes('hosts') !== true)
    note(
      `the playbooks know the groups ${listed(groups)}: hosts that are found by tags are all in one group; use a Terraform output hosts for more groups`,
    );
  if (shape === 'flask-fleet') noteFleet(files, facts, note);
  const untried = images.filter(({ test, testStage }) => test !== undefined && testStage === undefined);
  if (untried.length > 0)
    note(
      `the tests of ${listed(untried.map(({ name, test = [] }) => `${name} (${test.join(' ')})`))} are written as comments: it is unknown whether the image contains their tools`,
    );
}

function noteNoImage(files: ProjectFiles, shape: StarterShape, note: Note): void {
  const kind = has(files, 'artisan')
    ? 'a Laravel application'
    : has(files, 'wp-config.php') || has(files, 'wp-config-sample.php')
      ? 'a WordPress site'
      : has(files, 'composer.json')
        ? 'a PHP application'
        : has(files, 'manage.py')
          ? 'a Django application'
          : has(files, 'package.json')
            ? 'a Node.js application'
            : has(files, 'go.mod')
              ? 'a Go program'
              : has(files, 'requirements.txt') || has(files, 'pyproject.toml')
                ? 'a Python application'
                : undefined;
  const what = kind === undefined ? '' : ` for what looks like ${kind}`;
  note(
    shape === 'minimal'
      ? `no Dockerfile${what} was found, so there is no image and nothing to deploy yet`
      : `no Dockerfile${what} was found: the image web is built from ./Dockerfile, which you have to write`,
  );
}

function noteFleet(files: ProjectFiles, { targets = [], ansible }: StarterFacts, note: Note): void {
  const workers = targets.filter(({ isWorker }) => isWorker === true);
  if (workers.length > 0)
    note(
      `${listed(workers.map(({ name }) => name))} ${workers.length === 1 ? 'has' : 'have'} no target: a fleet is checked by a port, and a worker has none`,
    );
  note('docker-host.yml, which comes with the runner, puts a Docker engine on the hosts');
  const folder = ansible?.directory ?? 'ansible';
  if ([inside(folder, 'deploy.yml'), inside(folder, 'playbooks/deploy.yml')].some((path) => has(files, path)))
    note(
      `${folder} has its own deploy.yml: the fleet runs it instead of the runner’s; name another with playbook:, or remove it`,
    );
}
