/** What was seen in a directory, or asked for: what a first configuration is made from. */
export interface StarterFacts {
  readonly application: string;
  /** Relative path of the JSON Schema, for editors. */
  readonly schema: string;
  readonly region: string;
  readonly images: readonly StarterImage[];
  /** Absent where there is no Terraform root. */
  readonly infrastructure?: {
    readonly directory: string;
    /** Environments that have a tfvars file of their name. */
    readonly varFiles: readonly string[];
  };
  readonly shape: StarterShape;
}
export interface StarterImage {
  readonly name: string;
  /** Relative; `.` for the directory itself. */
  readonly context: string;
}

/** What environments hold: an ECS service, a fleet of hosts, or no target yet. */
export const starterShapes = ['flask-fleet', 'hello-ecs', 'minimal'] as const;
export type StarterShape = (typeof starterShapes)[number];

/** The pipeline: everything it does is in the configuration. */
export const starterJenkinsfile = `// Stages, branches, approval and agents are what automation-stack.yml says: \`node runner stages\` shows them.
@Library('automation-stack') _
automationStack()
`;

/** A name as the configuration takes it, from whatever a directory or repository is called. */
export function starterName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '');
  return name === '' ? 'application' : name;
}

/** The commented text of a first `automation-stack.yml`. Pure; it passes `config check`. */
export function starterConfig(facts: StarterFacts): string {
  const images = imagesOf(facts);
  return [
    `# yaml-language-server: $schema=${facts.schema}`,
    `# How ${facts.application} is built, provisioned and deployed. \`node runner config check\` validates this file,`,
    '# `node runner config schema` tells every key, `node runner stages --branch develop` what becomes of a branch.',
    `application: ${facts.application}`,
    '',
    '# Which branch leads to which environment; any other branch is built and tested only.',
    'branches:',
    '  develop: staging',
    '  main: production',
    '',
    ...imageLines(images, facts.application),
    '',
    'environments:',
    '  staging:',
    `    aws: { region: ${facts.region} } # add account: "123456789012" to refuse credentials of any other`,
    ...indent(infrastructureLines(facts, 'staging')),
    ...indent(targetLines(facts, images)),
    '',
    '  # Gets the very release that is healthy in staging, by digest, once somebody approved it.',
    '  production:',
    '    extends: staging',
    '    promotion: { from: staging, approval: required }',
    ...indent(productionLines(facts)),
    '',
    '# One message a run, updated as it goes; failures in its thread.',
    '# notifications:',
    "#   slack: { channel: '#deploys', token: '${env:SLACK_BOT_TOKEN}' }",
    '',
    '# Releases, locks and journals: here until a team shares them.',
    '# state: { location: s3://my-bucket/delivery }',
    '',
  ].join('\n');
}

function imagesOf({ images, shape }: StarterFacts): readonly StarterImage[] {
  return images.length > 0 || shape === 'minimal' ? images : [{ name: 'web', context: '.' }];
}

function imageLines(images: readonly StarterImage[], application: string): string[] {
  if (images.length === 0) {
    return [
      '# Images that a build makes, e.g.',
      '# images:',
      `#   web: { context: app, repository: ${application}/web, test: 'pytest -q' }`,
    ];
  }
  return [
    '# A build makes these; `test` runs inside the image, and its exit code decides.',
    'images:',
    ...images.flatMap(({ name, context }) => [
      `  ${name}:`,
      `    context: ${context}`,
      `    repository: ${application}/${name}`,
      "    # test: 'pytest -q'",
    ]),
  ];
}

function infrastructureLines({ infrastructure }: StarterFacts, environment: string): string[] {
  if (infrastructure === undefined) {
    return ['# infrastructure: { directory: terraform, workspace: staging }'];
  }
  const hasVarFile = infrastructure.varFiles.includes(environment);
  return [
    '# Outputs of this root are told to everything below as ${output:NAME}.',
    'infrastructure:',
    `  directory: ${infrastructure.directory}`,
    `  workspace: ${environment}`,
    hasVarFile ? `  var-files: [${environment}.tfvars]` : `  # var-files: [${environment}.tfvars]`,
  ];
}

function productionLines({ infrastructure }: StarterFacts): string[] {
  if (infrastructure === undefined) return [];
  const own = infrastructure.varFiles.includes('production');
  // What staging is given is not inherited by accident.
  const inherits = infrastructure.varFiles.includes('staging');
  const varFiles = own ? ', var-files: [production.tfvars]' : inherits ? ', var-files: []' : '';
  return [`infrastructure: { workspace: production${varFiles} }`];
}

function targetLines(
  { application, infrastructure, shape }: StarterFacts,
  images: readonly StarterImage[],
): string[] {
  const [image] = images;
  if (shape === 'minimal' || image === undefined) {
    return [
      '# targets:',
      '#   web: { kind: ecs-service, cluster: my-cluster, service: web, image: web, health: { path: /health } }',
    ];
  }
  if (shape === 'flask-fleet') {
    return [
      '# Hosts come from the Terraform output `hosts`: { NAME = { address, user, groups } }, or by tags:',
      '# inventory: { tags: { Application: shop }, user: admin, groups: [web] }',
      'provision:',
      '  playbooks: [docker-host.yml]',
      'targets:',
      `  ${image.name}:`,
      '    kind: fleet',
      '    group: web',
      `    image: ${image.name}`,
      '    batch: 50%',
      '    health: { path: /health, for: 10s }',
    ];
  }
  const [cluster, service] =
    infrastructure === undefined
      ? [application, `${application}-${image.name}`]
      : ["'${output:cluster}'", "'${output:service}'"];
  return [
    'targets:',
    `  ${image.name}:`,
    '    kind: ecs-service',
    `    cluster: ${cluster}`,
    `    service: ${service}`,
    `    image: ${image.name}`,
    '    # Healthy for this long before the deploy counts; else it goes back to what ran before.',
    '    health: { path: /health, for: 10s }',
  ];
}

const indent = (lines: readonly string[]) => lines.map((line) => `    ${line}`);
