import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { State } from '../state/state.js';

/**
 * A build does not go where a newer build of its job has been: Jenkins' milestones keep the order, but a build whose agent
 * was lost comes back after it has passed them. Called under the environment's lock, which orders the two.
 * @throws StackError SUPERSEDED
 */
export async function refuseOlderBuild(
  { runUrl }: ContextWith<'runUrl'>,
  { ledger }: State,
  { name }: Pick<NamedEnvironment, 'name'>,
): Promise<void> {
  const own = buildOf(runUrl);
  if (own === undefined) return;
  const { latest } = await ledger.current(name);
  const last = buildOf(latest?.runUrl);
  if (last === undefined || last.job !== own.job || last.number <= own.number) return;
  throw new StackError(
    'SUPERSEDED',
    `the newer build #${last.number} of this job has deployed to ${name} already`,
    {
      where: name,
      evidence: [latest?.runUrl ?? ''],
      next: 'Nothing needs to be done: the newer build contains the changes of this one. Start a new build to deploy this commit anyway.',
    },
  );
}

/** `https://jenkins.example.com/job/shop/job/main/12/`: the job and the number. */
function buildOf(url: string | undefined): { readonly job: string; readonly number: number } | undefined {
  const [, job, number] = /^(.*\/)(\d+)\/$/.exec(url ?? '') ?? [];
  return job === undefined ? undefined : { job, number: Number(number) };
}
