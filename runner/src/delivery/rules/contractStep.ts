import { hasRun, isInService } from '../../domain/behind.js';
import { isOlder, type Aged, type ContractRecord } from '../../domain/contract.js';
import type { DeploymentRecord } from '../../domain/records.js';
import { RollbackLine } from '../../domain/rollbackLine.js';

/** When a step is to run, as configured. */
export interface ConfiguredStep {
  readonly after: 'next-release' | 'bake';
  readonly id?: string | undefined;
}

export type StepDecision =
  /** The step of this release is to run. */
  | { readonly kind: 'due'; readonly version: string }
  /** There is none, or it was done. */
  | { readonly kind: 'nothing'; readonly why: string }
  /** Not yet. */
  | { readonly kind: 'waits'; readonly why: string };

/**
 * Which contract step of a target is to run now. By default the one of the release before: only then nothing that one rolls
 * back to needs what it removes. A step with a name belongs to the first release that had it.
 * @param deployments newest first
 * @param steps done or begun in the environment
 */
export function dueStep(input: {
  readonly target: string;
  readonly step: ConfiguredStep;
  readonly deployments: readonly DeploymentRecord[];
  readonly steps: readonly ContractRecord[];
}): StepDecision {
  const { target, step, deployments, steps } = input;
  const inService = deployments.filter(({ status }) => isInService(status));
  const [current] = inService;
  if (current === undefined) return { kind: 'nothing', why: 'nothing was deployed there' };
  const { version } = current;
  if (current.status !== 'healthy') return { kind: 'waits', why: `${version} is ${current.status}` };
  if (current.kind === 'rollback')
    return { kind: 'waits', why: `${version} was rolled back to: the next release goes on` };
  const line = new RollbackLine(version);
  const before = inService.slice(1).filter((one) => line.offers(one, hasRun(one)));
  const releases = [version, ...before.map((one) => one.version)].slice(step.after === 'bake' ? 0 : 1);
  const stepOf = (release: string) => carried(inService, release, target);
  const [newest] = releases;
  const found = newest === undefined ? undefined : stepOf(newest);
  if (newest === undefined || found === undefined)
    return { kind: 'nothing', why: withoutStep(newest, target) };
  // Whoever brought the step first is whose it is.
  const others = releases.findIndex((one) => step.id === undefined || stepOf(one)?.id !== step.id);
  const carriers = step.id === undefined ? 1 : others === -1 ? releases.length : others;
  // The release before had a step by another name, or none: this one begins with the release that runs now.
  if (carriers === 0)
    return { kind: 'waits', why: `${step.id} came with ${version}: the next release goes on` };
  const introducing = releases[carriers - 1] as string;
  const done = steps.find(
    (one) =>
      one.target === target &&
      one.status === 'ok' &&
      (step.id === undefined ? one.version === introducing : one.id === step.id),
  );
  if (done === undefined) return { kind: 'due', version: introducing };
  return { kind: 'nothing', why: `the contract of ${done.version} was done on ${day(done)}` };
}

/** What the configuration that brought a release said of the target's step; a rollback follows another one. */
const carried = (deployments: readonly DeploymentRecord[], release: string, target: string) =>
  deployments.find(({ version, contracts }) => version === release && contracts?.[target] !== undefined)
    ?.contracts?.[target];

const withoutStep = (release: string | undefined, target: string) =>
  release === undefined
    ? 'no release ran there before'
    : `${release} was deployed without a contract of ${target}`;

/** What another environment runs that must not lose what a step removes. */
export interface OtherEnvironment extends Aged {
  readonly environment: string;
  /** `shares its database`, or `is where its releases come from`. */
  readonly why: string;
}

/** The environment that a contract step would outrun: it still runs a release that needs what the step removes. */
export function outrun(step: Aged, others: readonly OtherEnvironment[]): OtherEnvironment | undefined {
  return others.find((other) => isOlder(other, step));
}

/** The day of a step, as people write it in a sentence. */
export const day = ({ endedAt, startedAt }: Pick<ContractRecord, 'endedAt' | 'startedAt'>): string =>
  (endedAt ?? startedAt).slice(0, 10);
