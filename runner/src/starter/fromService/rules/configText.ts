import { imageLines, LATER } from '../../rules/starterFile.js';
import { configText, yamlComment } from '../../rules/yamlText.js';
import type { ServiceFacts } from './serviceFacts.js';

/** The commented text of an `automation-stack.yml` for a service that is there. Pure; it passes `config check`. */
export function serviceConfig(facts: ServiceFacts): string {
  const { application, environment, branch, living, image } = facts;
  const { region, account, cluster, service } = living;
  return [
    `# yaml-language-server: $schema=${yamlComment(facts.schema)}`,
    `# How ${application} is built and deployed, made from the service ${cluster}/${service} as it ran. \`node runner diff --env ${environment}\``,
    `# compares both, \`node runner config check\` validates this file, \`node runner config schema\` lists every key.`,
    `application: ${application}`,
    '',
    '# Which branch leads to which environment; any other branch is built and tested only.',
    'branches:',
    `  ${configText(branch)}: ${environment}`,
    '',
    ...imageLines([image], application),
    '',
    'environments:',
    `  ${environment}:`,
    `    aws: { region: ${region}, account: '${account}' }`,
    ...indent([...infrastructureLines(facts), ...targetLines(facts)]),
    '',
    '  # Another one gets the release that is healthy here, by digest; its cluster and service are its own.',
    '  # production:',
    `  #   extends: ${environment}`,
    `  #   promotion: { from: ${environment}, approval: required }`,
    `  #   targets: { ${facts.target}: { cluster: my-cluster, service: my-service } }`,
    '',
    ...LATER,
  ].join('\n');
}

/** A root that there is may know the service, in a workspace of its own: nothing is applied before somebody has looked. */
function infrastructureLines({ importsInto, roots }: ServiceFacts): readonly string[] {
  if (importsInto !== undefined)
    return [
      '# Imports the service as it is: `plan` has to show imports and nothing else before the first `apply`.',
      `infrastructure: { directory: ${configText(importsInto)} }`,
    ];
  const [root = 'terraform'] = roots;
  return [
    '# Where Terraform has the service too, in its workspace, after a `plan` that changes nothing:',
    `# infrastructure: { directory: ${yamlComment(configText(root))}, workspace: default }`,
  ];
}

function targetLines(facts: ServiceFacts): readonly string[] {
  const { living, container, target, image, others } = facts;
  const several = living.containers.length > 1;
  return [
    'targets:',
    `  ${target}:`,
    ...indent(
      [
        'kind: ecs-service',
        `cluster: ${configText(living.cluster)}`,
        `service: ${configText(living.service)}`,
        ...(several ? [`container: ${configText(container.name)}`] : []),
        `image: ${image.name}`,
        ...facts.strategy,
        ...environmentLines(facts),
        '# Changes of the schema, as a task of the new release before it moves:',
        "# migrate: { command: ['./manage', 'migrate'], timeout: 10m }",
        ...healthLines(facts),
      ],
      4,
    ),
    ...others.flatMap(({ name, repository }) => [
      `  # ${yamlComment(name)}: with an image of its repository ${yamlComment(repository)} under images:`,
      `  #   { kind: ecs-service, cluster: ${yamlComment(living.cluster)}, service: ${yamlComment(living.service)}, container: ${yamlComment(name)}, image: … }`,
    ]),
  ];
}

/** What is in the task definition stays there: only what changes with a release has its place here. */
function environmentLines({ container }: ServiceFacts): readonly string[] {
  const { variables, secrets } = container;
  const counted = [...some(variables.length, 'variable'), ...some(secrets.length, 'secret')];
  const stay = variables.length + secrets.length === 1 ? 'stays' : 'stay';
  return [
    counted.length === 0
      ? '# Variables that change with the release:'
      : `# ${counted.join(' and ')} of the task definition ${stay} there. Here, only what changes with the release:`,
    "# environment: { APP_VERSION: '${release:version}' }",
  ];
}

const some = (count: number, word: string): readonly string[] =>
  count === 0 ? [] : [`${count} ${word}${count === 1 ? '' : 's'}`];

function healthLines({ health, container, living }: ServiceFacts): readonly string[] {
  const isBalanced = living.balancers.some((one) => one.container === container.name);
  if (!isBalanced && container.ports.length === 0)
    return ['# A worker without a port: it only has to keep running for this long.', 'health: { for: 10s }'];
  const lines = ['# Healthy for this long before the deploy counts; otherwise it is rolled back.'];
  return health === undefined
    ? [...lines, 'health: { for: 10s } # path: /health, where / does not answer 200']
    : [...lines, `health: { path: ${configText(health.path)}, for: 10s } # from ${yamlComment(health.from)}`];
}

const indent = (lines: readonly string[], by = 4) => lines.map((line) => `${' '.repeat(by)}${line}`);
