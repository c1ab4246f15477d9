import { StackError, type ErrorDetails } from '../../base/errors.js';
import { behindOf, behindWords, hostsInService, isProven, unprovenWords } from '../../domain/behind.js';
import type { DeploymentRecord, DeploymentStatus } from '../../domain/records.js';

/**
 * How an application that is needed stands in an environment; `elsewhere`: it has no environment of that name, so
 * there is nothing to wait for.
 */
export type Standing = 'healthy' | 'running' | 'failed' | 'missing' | 'elsewhere';

/** An application that is needed, in one environment. */
export interface UpstreamStanding {
  readonly application: string;
  readonly environment: string;
  readonly standing: Standing;
  /** Its last deployment there; `cut-off` where it says `running` and nobody works on it. */
  readonly deployment?: DeploymentRecord;
  /** Where its releases are recorded. */
  readonly location: string;
  /** Its sources, where they are on this machine. */
  readonly directory?: string;
  /** Applications of the graph that need it. */
  readonly neededBy: readonly string[];
  /** False where nothing at all was found at its location. */
  readonly known: boolean;
}

/**
 * What the last deployment of an application to an environment means for those who need it. A rollback that ended
 * healthy counts: somebody decided it. A failed deployment counts as failed also though the release before it still
 * serves, because whoever needs the application may need what failed.
 * @param environments those the application has, where that is known
 */
export function standingOf(
  environment: string,
  deployment: DeploymentRecord | undefined,
  environments: readonly string[] | undefined,
): Standing {
  if (environments !== undefined && !environments.includes(environment)) return 'elsewhere';
  if (deployment === undefined) return 'missing';
  // Where hosts are behind, the others serve the release.
  // Where nothing runs, whoever needs it would find nothing.
  if (isProven(deployment.status)) return 'healthy';
  return deployment.status === 'running' ? 'running' : 'failed';
}

/** A deployment that has to wait for what it needs, or is not begun because of it. */
export class HeldBack extends StackError {
  /** @param why what it waits for: `auth 1.4.0 was rolled back in staging` */
  constructor(
    code: 'UPSTREAM_FAILED' | 'UPSTREAM_MISSING' | 'UPSTREAM_RUNNING',
    readonly why: string,
    details: ErrorDetails,
  ) {
    super(code, `held back: ${why}`, details);
  }
}

/** Why a deployment to an environment must wait or is held back; undefined where all that it needs is well. */
export function upstreamError(
  environment: string,
  upstream: readonly UpstreamStanding[],
): HeldBack | undefined {
  const by = (standing: Standing) => upstream.filter((item) => item.standing === standing);
  const [failed, missing, running] = [by('failed'), by('missing'), by('running')];
  const holding = [...failed, ...missing, ...running];
  const first = holding[0];
  if (first === undefined) return undefined;
  const code =
    failed.length > 0 ? 'UPSTREAM_FAILED' : missing.length > 0 ? 'UPSTREAM_MISSING' : 'UPSTREAM_RUNNING';
  const others = holding.slice(1).map((item) => item.application);
  const more = others.length === 0 ? '' : ` (and ${others.join(', ')})`;
  return new HeldBack(code, `${wordsOf(first)}${more}`, {
    where: environment,
    evidence: holding.flatMap(evidenceOf),
    next: [...holding.map(nextFor), PASS].join(' '),
  });
}

const PASS = '`deploy --force REASON` and `promote --force REASON` skip this check and record who and why.';

const STATUS_WORDS: Readonly<
  Record<Exclude<DeploymentStatus, 'running' | 'healthy' | 'partial' | 'unproven'>, string>
> = {
  paused: 'is paused',
  failed: 'failed',
  'rolled-back': 'was rolled back',
  interrupted: 'was interrupted',
  'cut-off': 'was cut off',
};

/** `auth 1.4.0 was rolled back in staging: web crashed with exit code 1`. */
export function wordsOf(item: UpstreamStanding): string {
  const { application, environment, deployment, known } = item;
  if (item.standing === 'elsewhere') return `${application} has no environment ${environment}`;
  if (deployment === undefined) {
    return known
      ? `${application} was never deployed to ${environment}`
      : `${application} was never deployed to ${environment}; nothing of it is recorded`;
  }
  const { version, status, who, reason } = deployment;
  if (status === 'healthy') return `${application} ${version} is healthy in ${environment}`;
  if (status === 'partial') {
    const words = behindWords(behindOf(deployment));
    return `${application} ${version} runs in ${environment} on ${hostsInService(deployment)}; ${words}`;
  }
  if (status === 'running') return `${application} ${version} is being deployed to ${environment} by ${who}`;
  if (status === 'unproven')
    return `${application} ${version} is unproven in ${environment}: ${unprovenWords(deployment)}`;
  const why = reason === undefined ? '' : `: ${firstLine(reason)}`;
  return `${application} ${version} ${STATUS_WORDS[status]} in ${environment}${why}`;
}

function evidenceOf(item: UpstreamStanding): readonly string[] {
  const { deployment, location, neededBy } = item;
  const place = `needed by ${neededBy.join(', ')}; recorded in ${location}`;
  if (deployment === undefined) return [wordsOf(item), `  ${place}`];
  const { sequence, startedAt, endedAt, who, runUrl } = deployment;
  const when = endedAt === undefined ? `since ${minute(startedAt)}` : `ended ${minute(endedAt)}`;
  return [
    wordsOf(item),
    `  deployment ${sequence} by ${who}, ${when}${runUrl === undefined ? '' : `, ${runUrl}`}`,
    `  ${place}`,
  ];
}

function nextFor(item: UpstreamStanding): string {
  const { application, environment, deployment, directory, known } = item;
  if (item.standing === 'running') return `\`--wait 10m\` waits for ${application}, at most that long.`;
  const type = (verb: string, more = '') =>
    `\`node runner ${verb}${directory === undefined ? '' : ` -C ${directory}`} --env ${environment}${more}\``;
  const there = directory === undefined ? `In ${application}: ` : '';
  if (deployment === undefined) {
    const wrong = known ? '' : ` (or correct its place in \`needs\`)`;
    return `${there}${type('deploy')} deploys it there${wrong}.`;
  }
  if (deployment.status === 'paused') {
    return `${there}${type('continue')} continues it, ${type('rollback')} undoes it.`;
  }
  if (deployment.status === 'cut-off') {
    return `${there}${type('deploy', ' --resume')} continues it, ${type('rollback')} undoes it.`;
  }
  const verb = deployment.kind === 'promote' ? 'promote' : 'deploy';
  const stay =
    deployment.previous === undefined
      ? ''
      : `, or ${type(verb, ` --release ${deployment.previous}`)} to stay with what runs`;
  return `${there}${type(verb)} once the cause is fixed${stay}.`;
}

const firstLine = (text: string) => text.split('\n', 1)[0] as string;
const minute = (time: string) => `${time.slice(0, 16).replace('T', ' ')} UTC`;
