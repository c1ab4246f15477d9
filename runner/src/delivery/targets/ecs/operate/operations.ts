import type { Operations } from '../../../../context/operations.js';
import { findContainer } from '../taskDefinition.js';
import { runningTask, serviceTasks } from './listTasks.js';
import type { EcsParts } from './parts.js';

/** What can be done with the tasks of a service. Each is loaded when it is done. */
export function ecsOperations(parts: EcsParts): Operations {
  const { reader, options } = parts;
  const { onHost } = options;
  return {
    async tasks(signal) {
      const [tasks, { definition }] = await Promise.all([serviceTasks(parts, signal), reader.read(signal)]);
      const container = findContainer(definition, options.config.container).name;
      return tasks.map((task) => runningTask(task, container));
    },
    logs: async (request) => (await import('./logs.js')).serviceLogs(parts, request),
    ...(onHost === undefined
      ? {}
      : { exec: async (request) => (await import('./exec.js')).execInTask(parts, onHost, request) }),
    task: async (request) => (await import('./oneOff.js')).runOneOff(parts, request),
    size: async (signal) => (await import('./size.js')).serviceSize(parts, signal),
    scale: async (request) => (await import('./scale.js')).scaleService(parts, request),
    // The service keeps its revision: there is nothing that another run would have to undo.
    restart: (request) => parts.restart({ ...request, journal: async () => undefined }),
    cannot: {
      drain: {
        why: 'it keeps no old colour',
        next: 'Only a target with `strategy: switch` does, see docs/delivery.md.',
      },
    },
  };
}
