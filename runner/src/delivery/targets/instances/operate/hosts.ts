import { StackError } from '../../../../base/errors.js';
import type { RunningTask } from '../../../../context/operations.js';
import type { Host } from '../../../../domain/host.js';
import { containerName } from '../../fleet/wanted.js';
import type { InstancesDependencies } from '../dependencies.js';
import { idOf, isRegistered, type OwnInstance } from '../rules/ownInstance.js';

/** What `tasks` says of an instance. */
export const taskOf = ({ instance, label, health }: OwnInstance): RunningTask => ({
  id: instance.id,
  revision: label.run,
  digest: label.digest,
  version: label.version,
  status: instance.state,
  ...(health === undefined ? {} : { health: health.state }),
  ...(instance.launched === undefined ? {} : { startedAt: instance.launched }),
  place: [instance.zone, instance.privateAddress].filter((one) => one !== undefined).join(' '),
});

/**
 * The instances that somebody means and that run: by what their id begins with, else those in the target group, else all.
 * @throws StackError TASK_NONE where there are none
 */
export async function hostsMeant(
  target: InstancesDependencies,
  own: readonly OwnInstance[],
  { task, wanted }: { readonly task?: string; readonly wanted?: (task: RunningTask) => boolean },
): Promise<readonly Host[]> {
  const meant = own.filter((one) => idOf(one).startsWith(task ?? '') && (wanted?.(taskOf(one)) ?? true));
  const running = meant.filter(({ instance }) => instance.state === 'running');
  const serving = running.filter(isRegistered);
  const found = task === undefined && wanted === undefined && serving.length > 0 ? serving : running;
  if (found.length > 0) return Promise.all(found.map(({ instance }) => target.hostOf(instance)));
  const which = task === undefined ? 'that was asked for' : task;
  throw new StackError(
    'TASK_NONE',
    `no instance of ${target.name} ${which} is running`.replace(/  +/g, ' '),
    {
      where: `targets.${target.name} of ${target.environmentName}`,
      evidence: own.map((one) => `${idOf(one)} ${one.label.version} is ${one.instance.state}`),
      next: `node runner tasks --env ${target.environmentName} --target ${target.name} lists them.`,
    },
  );
}

/** What the container of the application is called, as the role that starts it has it. */
export const containerOn = (target: InstancesDependencies): string =>
  containerName({ ...target, config: { ...target.config, image: target.config.image ?? '' } });
