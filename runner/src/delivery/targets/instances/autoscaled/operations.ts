import type { Operations } from '../../../../context/operations.js';
import type { OwnInstance } from '../rules/ownInstance.js';
import { taskOf } from '../operate/hosts.js';
import type { AutoscaledDependencies } from './dependencies.js';
import { readGroup } from './readGroup.js';
import type { Member } from './rules/members.js';

/** What can be done with the instances of an autoscaling group. */
export function groupOperations(target: AutoscaledDependencies): Operations {
  const { environmentName, settings } = target;
  const look = async (signal: AbortSignal) =>
    (await readGroup(target, signal)).members.flatMap((one) => ownOf(target, one));
  return {
    tasks: async (signal) => (await look(signal)).map(taskOf),
    logs: async (request) =>
      (await import('../operate/logs.js')).instanceLogs(target, await look(request.signal), request),
    exec: async (request) =>
      (await import('../operate/exec.js')).execOnInstance(target, await look(request.signal), request),
    cannot: {
      task: {
        why: 'its instances are machines of their own',
        next: `node runner exec --env ${environmentName} runs a command on one.`,
      },
      scale: {
        why: 'its autoscaling group has a size of its own',
        next: `aws autoscaling set-desired-capacity --auto-scaling-group-name ${settings.group} --desired-capacity N`,
      },
      restart: {
        why: 'a deploy replaces them',
        next: `node runner deploy --env ${environmentName} --force REASON`,
      },
      drain: {
        why: 'a refresh keeps no instances',
        next: `\`node runner rollback --env ${environmentName}\` brings the release before.`,
      },
    },
  };
}

/** One that no delivery made a template for has no release. */
function ownOf(
  { application, environmentName, name }: AutoscaledDependencies,
  { instance, label, health }: Member,
): readonly OwnInstance[] {
  if (instance === undefined) return [];
  const nothing = { application, environment: environmentName, target: name, run: '', slot: 0 };
  return [{ instance, health, label: label ?? { ...nothing, version: '', digest: '', definition: '' } }];
}
