import { StackError } from '../base/errors.js';
import { buildxKey, type BuildxParts } from './buildxNeed.js';
import { usesSessions } from './transport.js';

/** `unverified`: it could not be found out, `found` says why. */
export type CheckStatus = 'ok' | 'warning' | 'failed' | 'skipped' | 'unverified';

/** What a check found. */
export interface Finding {
  readonly status: CheckStatus;
  /** A version, an address, an account; or what is wrong. */
  readonly found: string;
  /** What to type, where it is not well. */
  readonly next?: string;
}

/**
 * What is found of something that Terraform is yet to make.
 * @param error met while it was looked at
 * @param environment whose it is
 * @throws the error, where that is not why
 */
export function notCreatedYet(error: unknown, environment: string): Finding {
  if (!(error instanceof StackError) || error.code !== 'OUTPUT_MISSING') throw error;
  return { status: 'skipped', found: 'not created yet', next: `node runner apply --env ${environment}` };
}

/** One thing that has to be right for the runner to do its work. */
export interface Check {
  /** Stable, e.g. `terraform`, `aws:staging`. */
  readonly id: string;
  readonly title: string;
  /** What is not required by the configuration only warns. */
  readonly required: boolean;
  run(): Promise<Finding>;
}

export interface CheckResult extends Finding {
  readonly id: string;
  readonly title: string;
  readonly required: boolean;
}

/** What a configuration needs of the machine. */
export interface Needs {
  readonly docker: boolean;
  readonly terraform: boolean;
  /** Ansible, with the SSH client and Python it runs on. */
  readonly ansible: boolean;
  /** The AWS CLI and its plugin, by which hosts are reached. */
  readonly sessions: boolean;
  /** Packer, which makes images of that kind. */
  readonly packer: boolean;
  /** What scans images where ECR does not. */
  readonly trivy: boolean;
  /** What signs images. */
  readonly cosign: boolean;
  /** The plugin of Docker's client that drives builders beside the engine. */
  readonly buildx: boolean;
  /** Names of environments that ask AWS for something. */
  readonly aws: readonly string[];
}

/** What decides which tools an image needs. */
interface ConfiguredImage extends BuildxParts {
  readonly playbook?: unknown;
  readonly kind?: string | undefined;
  readonly scan?: { readonly by: string } | undefined;
  readonly sign?: unknown;
}

/** The parts of a configuration that decide it. */
export interface ConfiguredParts {
  readonly images: Readonly<Record<string, ConfiguredImage>>;
}
export interface ConfiguredEnvironment {
  /** An account or a profile that is named has to be the right one, also where nothing is deployed. */
  readonly aws?: { readonly account?: unknown; readonly profile?: unknown };
  readonly infrastructure?: unknown;
  readonly provision?: unknown;
  readonly inventory: { readonly tags?: unknown; readonly transport?: unknown };
  readonly targets: Readonly<Record<string, { readonly kind: string; readonly playbook?: unknown }>>;
}

/** What is asked of the kinds of targets. */
export interface KindsInUse {
  readonly targets: readonly {
    readonly name: string;
    readonly capabilities: { readonly hosts?: boolean; readonly aws?: boolean };
  }[];
}

/** What needs tools, as opposed to credentials. */
export type ToolNeed = Exclude<keyof Needs, 'aws'>;

type Environments = readonly { readonly name: string; readonly config: ConfiguredEnvironment }[];

/**
 * Which parts of a configuration need each kind of tools: `environments.staging.infrastructure`.
 * @param kinds of targets there are
 */
export function neededBy(
  config: ConfiguredParts | undefined,
  environments: Environments,
  kinds: KindsInUse,
): Readonly<Record<ToolNeed, readonly string[]>> {
  const images = Object.entries(config?.images ?? {});
  const imagesOf = (test: (image: ConfiguredImage) => boolean) =>
    images.filter(([, image]) => test(image)).map(([name]) => `images.${name}`);
  const partsOf = (find: (environment: ConfiguredEnvironment) => readonly string[]) =>
    environments.flatMap(({ name, config: environment }) =>
      find(environment).map((part) => `environments.${name}.${part}`),
    );
  return {
    docker: imagesOf(({ kind }) => kind !== 'ami'),
    packer: imagesOf(({ kind }) => kind === 'packer' || kind === 'ami'),
    trivy: imagesOf(({ scan }) => scan?.by === 'trivy'),
    cosign: imagesOf(({ sign }) => sign !== undefined),
    buildx: imagesOf((image) => buildxKey(image) !== undefined),
    terraform: partsOf(({ infrastructure }) => (infrastructure === undefined ? [] : ['infrastructure'])),
    ansible: [
      ...imagesOf(({ playbook }) => playbook !== undefined),
      ...partsOf((environment) => [
        ...(environment.provision === undefined ? [] : ['provision']),
        ...Object.entries(environment.targets)
          .filter(([, target]) => target.playbook !== undefined || hasCapability(kinds, target.kind, 'hosts'))
          .map(([name]) => `targets.${name}`),
      ]),
    ],
    sessions: partsOf(({ inventory }) => (usesSessions(inventory) ? ['inventory.transport'] : [])),
  };
}

const hasCapability = (kinds: KindsInUse, kind: string, capability: 'hosts' | 'aws') =>
  kinds.targets.some(({ name, capabilities }) => name === kind && capabilities[capability] === true);

/**
 * What the chosen environments need; nothing where there is no configuration.
 * @param kinds those there are
 * @param refersToAws true where a value refers to a parameter or secret that AWS keeps
 */
export function needsOf(
  config: ConfiguredParts | undefined,
  environments: Environments,
  { kinds, refersToAws }: { readonly kinds: KindsInUse; readonly refersToAws: (value: unknown) => boolean },
): Needs {
  const parts = neededBy(config, environments, kinds);
  const needs = (need: ToolNeed) => parts[need].length > 0;
  const has = (test: (environment: ConfiguredEnvironment) => boolean) =>
    environments.some((item) => test(item.config));
  const hasTargets = (environment: ConfiguredEnvironment) => Object.keys(environment.targets).length > 0;
  const hasImages = Object.keys(config?.images ?? {}).length > 0;
  return {
    docker: needs('docker'),
    packer: needs('packer'),
    trivy: needs('trivy'),
    cosign: needs('cosign'),
    buildx: needs('buildx'),
    terraform: needs('terraform'),
    ansible: needs('ansible'),
    sessions: needs('sessions'),
    aws: environments
      .filter(
        ({ config: environment }, index) =>
          environment.aws?.account !== undefined ||
          environment.aws?.profile !== undefined ||
          // Images that no target runs are pushed all the same, to the first environment's registry.
          (hasImages && index === 0 && !has(hasTargets)) ||
          // A release goes through the registry of its environment.
          (hasImages && hasTargets(environment)) ||
          Object.values(environment.targets).some(({ kind }) => hasCapability(kinds, kind, 'aws')) ||
          environment.inventory.tags !== undefined ||
          refersToAws(environment),
      )
      .map(({ name }) => name),
  };
}

/** A required check that failed is a failure; any other that is not well is a warning. */
export function judge(check: Check, finding: Finding): CheckResult {
  const { id, title, required } = check;
  const status = finding.status === 'failed' && !required ? 'warning' : finding.status;
  return { id, title, required, ...finding, status };
}
