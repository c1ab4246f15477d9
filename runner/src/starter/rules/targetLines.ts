import type { StarterFacts, StarterTarget } from './facts.js';
import { configText, yamlComment, yamlList } from './yamlText.js';

/** How roots call the output with the cluster's, and with a service's name. */
const CLUSTER = ['cluster', 'cluster_name', 'ecs_cluster', 'ecs_cluster_name', 'cluster_arn'];
const SERVICE = ['service', 'service_name', 'ecs_service', 'ecs_service_name'];
const GROUP = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** Targets as ECS services: names are outputs that the root declares, else guesses that differ by environment. */
export function ecsLines(
  facts: StarterFacts,
  targets: readonly StarterTarget[],
  environment: string,
): readonly string[] {
  const guessed = guessedNames(facts, targets).length > 0;
  return [
    ...(guessed
      ? ['# The names of cluster and service are guesses: `doctor` checks whether they exist.']
      : []),
    'targets:',
    ...targets.flatMap((target) => [
      `  ${target.name}:`,
      '    kind: ecs-service',
      `    cluster: ${clusterOf(facts) ?? guessedCluster(facts, environment)}`,
      `    service: ${serviceOf(facts, targets, target) ?? guessedService(facts, target, environment)}`,
      `    image: ${target.image}`,
      ...healthLines(target),
    ]),
    ...urlLines(facts),
  ];
}

/** What production's services have of their own: never those of staging. */
export function ecsProductionLines(
  facts: StarterFacts,
  targets: readonly StarterTarget[],
): readonly string[] {
  const own = targets.map((target) => {
    const parts = [
      ...(clusterOf(facts) === undefined ? [`cluster: ${guessedCluster(facts, 'production')}`] : []),
      ...(serviceOf(facts, targets, target) === undefined
        ? [`service: ${guessedService(facts, target, 'production')}`]
        : []),
    ];
    return { name: target.name, parts };
  });
  if (own.every(({ parts }) => parts.length === 0)) return [];
  return ['targets:', ...own.map(({ name, parts }) => `  ${name}: { ${parts.join(', ')} }`)];
}

/** Names of clusters and services that nothing in the project tells. */
export function guessedNames(facts: StarterFacts, targets: readonly StarterTarget[]): readonly string[] {
  if (facts.shape !== 'hello-ecs') return [];
  return ['staging', 'production'].flatMap((environment) => [
    ...(clusterOf(facts) === undefined ? [guessedCluster(facts, environment)] : []),
    ...targets.flatMap((target) =>
      serviceOf(facts, targets, target) === undefined ? [guessedService(facts, target, environment)] : [],
    ),
  ]);
}

const guessedCluster = ({ application }: StarterFacts, environment: string) =>
  `${application}-${environment}`;
const guessedService = ({ application }: StarterFacts, { name }: StarterTarget, environment: string) =>
  `${application}-${environment}-${name}`;

function clusterOf(facts: StarterFacts): string | undefined {
  return reference(facts, CLUSTER);
}

function serviceOf(
  facts: StarterFacts,
  targets: readonly StarterTarget[],
  { name }: StarterTarget,
): string | undefined {
  const word = name.replaceAll('-', '_');
  const own = [`${word}_service`, `service_${word}`, `${word}_service_name`, `service_name_${word}`];
  // One output names one service: two targets on it would overwrite each other.
  return reference(facts, targets.length === 1 ? [...own, ...SERVICE] : own);
}

function reference({ infrastructure }: StarterFacts, names: readonly string[]): string | undefined {
  const found = names.find((name) => infrastructure?.outputs?.includes(name) === true);
  return found === undefined ? undefined : `'\${output:${found}}'`;
}

function healthLines({ health, isWorker }: StarterTarget): readonly string[] {
  if (isWorker === true) {
    return [
      '    # A worker without a port: it only has to keep running for this long.',
      '    health: { for: 10s }',
    ];
  }
  const lines = ['    # Healthy for this long before the deploy counts; otherwise it is rolled back.'];
  if (health === undefined)
    return [...lines, '    health: { for: 10s } # path: /health, where / does not answer 200'];
  return [
    ...lines,
    `    health: { path: ${configText(health.path)}, for: 10s } # from ${yamlComment(health.from)}`,
  ];
}

function urlLines(facts: StarterFacts): readonly string[] {
  const url = reference(facts, ['url']);
  return url === undefined ? [] : [`url: ${url}`];
}

/** Where hosts come from, and what makes them ready. */
export function hostLines(facts: StarterFacts): readonly string[] {
  const { ansible, shape } = facts;
  const own = ansible?.playbooks ?? [];
  // The hosts of a fleet run containers: they need an engine.
  const playbooks = [
    ...(shape === 'flask-fleet' && !own.includes('docker-host.yml') ? ['docker-host.yml'] : []),
    ...own,
  ];
  return [
    ...inventoryLines(facts),
    'provision:',
    ...(ansible === undefined || ansible.directory === 'ansible'
      ? []
      : [`  directory: ${configText(ansible.directory)}`]),
    `  playbooks: ${yamlList(playbooks)}`,
  ];
}

function inventoryLines(facts: StarterFacts): readonly string[] {
  if (facts.infrastructure?.outputs?.includes('hosts') === true) {
    return ['# Hosts come from the Terraform output `hosts`: { NAME = { address, user, groups } }.'];
  }
  const groups = groupsOf(facts).slice(0, 1);
  return [
    '# Hosts by their EC2 tags, which are a guess. If there is a Terraform output `hosts`,',
    '# { NAME = { address, user, groups } }, remove this.',
    'inventory:',
    `  tags: { Application: ${facts.application}, Environment: staging }`,
    `  groups: ${yamlList(groups)}`,
    '  # user: admin',
  ];
}

/** Production's hosts: never those of staging. */
export function productionHostLines(facts: StarterFacts): readonly string[] {
  return facts.infrastructure?.outputs?.includes('hosts') === true
    ? []
    : ['inventory: { tags: { Environment: production } }'];
}

/** Groups that the configuration can name, the likeliest for what answers first. */
function groupsOf({ ansible }: StarterFacts): readonly string[] {
  const groups = (ansible?.groups ?? []).filter(isGroup);
  const likely = groups.filter((name) => /^(?:web|app)/.test(name));
  return groups.length === 0 ? ['web'] : [...likely, ...groups.filter((name) => !likely.includes(name))];
}

/** Whether the configuration takes a group of Ansible's by its name. */
export const isGroup = (name: string): boolean => GROUP.test(name);

/** Targets on hosts: what answers on a port, each on one of its own. */
export function fleetLines(facts: StarterFacts, targets: readonly StarterTarget[]): readonly string[] {
  const groups = groupsOf(facts);
  // Hosts that are found by tags all belong to the one group of the inventory.
  const byTags = facts.infrastructure?.outputs?.includes('hosts') !== true;
  const taken = new Set<number>();
  const answering = targets.filter(({ isWorker }) => isWorker !== true);
  if (answering.length === 0) return urlLines(facts);
  return [
    'targets:',
    ...answering.flatMap((target, index) => {
      const group = byTags ? groups[0] : (groups.find((name) => name === target.name) ?? groups[0]);
      const wanted = target.published ?? (index === 0 ? 80 : (target.port ?? 80));
      let port = wanted;
      while (taken.has(port)) port += 1;
      taken.add(port);
      const balancer = index === 0 ? reference(facts, ['target_group', 'target_group_arn']) : undefined;
      return [
        `  ${target.name}:`,
        '    kind: fleet',
        `    group: ${group ?? 'web'}`,
        `    image: ${target.image}`,
        ...(port === 80 ? [] : [`    port: ${port}`]),
        ...(target.port === undefined ? [] : [`    container-port: ${target.port}`]),
        ...(balancer === undefined ? [] : [`    target-group: ${balancer}`]),
        '    batch: 50%',
        ...healthLines(target),
      ];
    }),
    ...urlLines(facts),
  ];
}
