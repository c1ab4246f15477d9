import type { StarterFacts, StarterImage, StarterTarget } from './facts.js';
import { infrastructureLines, productionInfrastructure } from './infrastructureLines.js';
import { ecsLines, ecsProductionLines, fleetLines, hostLines, productionHostLines } from './targetLines.js';
import { configText, yamlComment, yamlList, yamlText } from './yamlText.js';

export { starterShapes } from './facts.js';
export type { StarterFacts, StarterImage, StarterShape } from './facts.js';
export { starterName } from './starterNames.js';

/** The pipeline: everything it does is in the configuration. */
export function starterJenkinsfile(configFile = 'automation-stack.yml'): string {
  const argument = configFile === 'automation-stack.yml' ? '' : `config: ${groovyText(configFile)}`;
  return `// Stages, branches, approval and agents are what ${yamlComment(configFile)} says: \`node runner stages\` shows them.
@Library('automation-stack') _
automationStack(${argument})
`;
}

const groovyText = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const DEFAULT_BRANCHES = { develop: 'staging', main: 'production' };

/** The commented text of a first `automation-stack.yml`. Pure; it passes `config check`. */
export function starterConfig(facts: StarterFacts): string {
  const branches = Object.entries(facts.branches ?? DEFAULT_BRANCHES);
  const images = imagesOf(facts);
  const targets = targetsOf(facts, images);
  return [
    `# yaml-language-server: $schema=${yamlComment(facts.schema)}`,
    `# How ${facts.application} is built, provisioned and deployed. \`node runner config check\` validates this file,`,
    `# \`node runner config schema\` lists every key, \`node runner stages --branch ${yamlComment(branches[0]?.[0] ?? 'main')}\` the stages of a branch.`,
    `application: ${facts.application}`,
    '',
    '# Which branch leads to which environment; any other branch is built and tested only.',
    'branches:',
    ...branches.map(([branch, environment]) => `  ${configText(branch)}: ${environment}`),
    '',
    ...imageLines(images, facts.application),
    '',
    'environments:',
    '  staging:',
    `    aws: { region: ${facts.region} } # add account: "123456789012" to refuse credentials of any other`,
    ...indent(infrastructureLines(facts, 'staging')),
    ...indent(stagingLines(facts, targets)),
    '',
    '  # Gets the same release that is healthy in staging, by digest, once somebody approved it.',
    '  production:',
    '    extends: staging',
    '    promotion: { from: staging, approval: required }',
    ...indent(productionInfrastructure(facts)),
    ...indent(productionLines(facts, targets)),
    '',
    ...LATER,
  ].join('\n');
}

/** What a first configuration ends with: what a team wants later, as comments. */
export const LATER: readonly string[] = [
  '# One message a run, updated as it goes; failures in its thread.',
  '# notifications:',
  "#   slack: { channel: '#deploys', token: '${env:SLACK_BOT_TOKEN}' }",
  '',
  '# Releases, locks and journals: here, or on Jenkins in a directory of the only agent, until a team shares them.',
  '# state: { location: s3://my-bucket/delivery }',
  '',
];

function imagesOf({ images, shape }: StarterFacts): readonly StarterImage[] {
  return images.length > 0 || shape === 'minimal' ? images : [{ name: 'web', context: '.' }];
}

/** What runs the images, in the shape that was asked for. */
function targetsOf(facts: StarterFacts, images: readonly StarterImage[]): readonly StarterTarget[] {
  if (facts.shape === 'minimal') return [];
  return facts.targets?.length ? facts.targets : images.map(({ name }) => ({ name, image: name }));
}

/** `images:`, with what is there to build them. */
export function imageLines(images: readonly StarterImage[], application: string): string[] {
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
    ...images.flatMap((image) => [
      `  ${image.name}:`,
      `    context: ${configText(image.context)}`,
      ...(image.dockerfile === undefined ? [] : [`    dockerfile: ${configText(image.dockerfile)}`]),
      `    repository: ${image.repository ?? `${application}/${image.name}`}`,
      ...(image.target === undefined ? [] : [`    target: ${configText(image.target)}`]),
      ...argumentLines(image),
      ...testLines(image),
    ]),
  ];
}

function argumentLines({ args = {} }: StarterImage): readonly string[] {
  const all = Object.entries(args);
  if (all.length === 0) return [];
  return [
    '    build-args:',
    // A value may be a reference, made of what a compose file takes from the environment.
    ...all.map(([name, value]) => `      ${configText(name)}: ${yamlText(value)}`),
  ];
}

/** A test is only switched on where a stage of the Dockerfile is there for it. */
function testLines({ test, testStage }: StarterImage): readonly string[] {
  if (test === undefined) return ["    # test: 'pytest -q'"];
  if (testStage !== undefined) {
    return [`    test: { target: ${configText(testStage)}, command: ${yamlList(test)} }`];
  }
  const words = yamlComment(test.join(' '));
  return [
    `    # If the image contains its test tools; \`test: { on: host, command: … }\` runs it on the machine with the sources.`,
    `    # test: ${configText(words)}`,
  ];
}

function stagingLines(facts: StarterFacts, targets: readonly StarterTarget[]): readonly string[] {
  if (facts.shape === 'flask-fleet') return [...hostLines(facts), ...fleetLines(facts, targets)];
  if (facts.shape === 'hello-ecs') return ecsLines(facts, targets, 'staging');
  const hosts = facts.ansible === undefined ? [] : hostLines(facts);
  return [
    ...hosts,
    '# targets:',
    '#   web: { kind: ecs-service, cluster: my-cluster, service: web, image: web, health: { path: /health } }',
  ];
}

function productionLines(facts: StarterFacts, targets: readonly StarterTarget[]): readonly string[] {
  if (facts.shape === 'hello-ecs') return ecsProductionLines(facts, targets);
  return facts.shape === 'flask-fleet' || facts.ansible !== undefined ? productionHostLines(facts) : [];
}

const indent = (lines: readonly string[]) => lines.map((line) => `    ${line}`);
