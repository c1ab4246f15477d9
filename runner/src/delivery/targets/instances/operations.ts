import type { DrainEnd, DrainRequest, Operations } from '../../../context/operations.js';
import { StackError } from '../../../base/errors.js';
import type { InstancesDependencies } from './dependencies.js';
import { taskOf } from './operate/hosts.js';
import { readView } from './view.js';
import { idOf, isRegistered, serves } from './rules/ownInstance.js';

/** What can be done with the instances of a target. */
export function instancesOperations(target: InstancesDependencies): Operations {
  const { environmentName } = target;
  const look = async (signal: AbortSignal) => (await readView(target, signal)).own;
  return {
    tasks: async (signal) => (await look(signal)).map(taskOf),
    logs: async (request) =>
      (await import('./operate/logs.js')).instanceLogs(target, await look(request.signal), request),
    exec: async (request) =>
      (await import('./operate/exec.js')).execOnInstance(target, await look(request.signal), request),
    drain: (request) => drainKept(target, request),
    cannot: {
      task: {
        why: 'its instances are machines of their own',
        next: `node runner exec --env ${environmentName} runs a command on one.`,
      },
      scale: {
        why: 'a deploy brings the number',
        next: `Change \`count\`, then: node runner deploy --env ${environmentName}`,
      },
      restart: {
        why: 'a deploy replaces them',
        next: `node runner deploy --env ${environmentName} --force REASON`,
      },
    },
  };
}

/**
 * Terminates what is kept beside the instances that serve.
 * @throws StackError STATE_CONFLICT where none serves: one that is kept may be all there is
 */
async function drainKept(
  target: InstancesDependencies,
  { live = '', signal, subject }: DrainRequest,
): Promise<DrainEnd> {
  const [group, ec2, { own }] = await Promise.all([target.group(), target.ec2(), readView(target, signal)]);
  // One that somebody has taken out of the group for a while is not kept: it is live.
  const isLive = new Set(live.split(', '));
  const kept = own.filter((one) => !isRegistered(one) && !isLive.has(idOf(one)));
  if (!own.some((one) => serves(one, group.isLinked)))
    throw new StackError('STATE_CONFLICT', `no instance of ${target.name} serves in ${group.name}`, {
      where: `targets.${target.name} of ${target.environmentName}`,
      evidence: kept.map((one) => `${idOf(one)} ${one.label.version} is ${one.instance.state}`),
      next: `node runner status --env ${target.environmentName} --live`,
    });
  const ids = kept.map(idOf);
  const versions = [...new Set(kept.map(({ label }) => label.version))].join(', ');
  await ec2.terminate(ids, signal);
  const summary =
    ids.length === 0 ? 'nothing is kept' : `${versions} is kept no longer: ${ids.join(', ')} terminated`;
  subject.progress('drain', summary, 'ok');
  return { colour: versions, before: ids.length, summary };
}
