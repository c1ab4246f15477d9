import type { Context, NamedEnvironment } from '../../context/context.js';
import type { RunningTask } from '../../context/operations.js';
import { requireAccount } from '../../context/account.js';
import { operatedTargets } from './chooseTarget.js';
import { versionsByDigest } from './releases.js';

/** A task, with the target that it is of. */
export interface TargetTask extends RunningTask {
  readonly target: string;
}

/**
 * What runs in targets, task by task, with the release of each by the ledger.
 * @param names of targets; all where empty
 */
export async function listTasks(
  context: Context,
  environment: NamedEnvironment,
  names: readonly string[],
): Promise<readonly TargetTask[]> {
  await requireAccount(context, environment);
  const targets = await operatedTargets(context, environment, names);
  const lists = await Promise.all(
    targets.map(async ({ name, operations }) =>
      (await operations.tasks(context.signal)).map((task) => ({ target: name, ...task })),
    ),
  );
  const tasks = lists.flat();
  const unknown = new Set(
    tasks.flatMap(({ version, digest }) => (version === undefined && digest ? [digest] : [])),
  );
  const versions = await versionsByDigest(context, environment.name, unknown);
  return tasks.map((task) => {
    const version = task.version ?? versions.get(task.digest ?? '');
    return version === undefined ? task : { ...task, version };
  });
}
