import { StackError } from '../../../base/errors.js';
import { digest } from '../../../base/digest.js';
import { clientToken } from '../../../domain/migration.js';
import { shortName } from '../../../domain/ecsService.js';
import type { EcsScope, Service, TaskDefinition } from '../../../adapters/aws/ecs.js';
import type { EcsTasks } from '../../../adapters/aws/ecsTasks.js';
import { readLog } from '../../../adapters/aws/logs.js';
import type { Begun, Rollout } from '../../../context/target.js';
import { CHECK_PHASE } from '../../../events/stage.js';
import type { CommandEnd, RunCommand } from '../../checks/checks.js';
import { runTaskInput } from './migrationTask.js';
import { watchMigration } from './migrationWatch.js';
import { stopStarted, taskId } from './stopTask.js';
import { findContainer } from './taskDefinition.js';
import type { EcsTargetOptions } from './targetOptions.js';

/** Action of the journal that names a task before it is started. */
const ACTION = 'check';

/** What a check's task is run with. */
export interface CheckTaskOptions {
  readonly options: Pick<EcsTargetOptions, 'name' | 'config' | 'aws' | 'clock'>;
  readonly scope: EcsScope;
  readonly tasks: EcsTasks;
  readonly rollout: Rollout;
  /** The service as it stands: its network and launch type are the task's too. */
  readonly service: Service;
  readonly definition: Pick<TaskDefinition, 'family' | 'containerDefinitions'>;
  /** ARN of the new revision. */
  readonly taskDefinition: string;
}

/**
 * Runs commands as tasks of a revision, by the way of migrations. The journal names each before it is started. Whatever
 * ends the waiting early stops the task too.
 */
export function checkTask(parts: CheckTaskOptions): RunCommand {
  const { options, scope, tasks, rollout, service, definition, taskDefinition } = parts;
  const { name: target, config, aws, clock } = options;
  const subject = rollout.stage.subject(target);
  return async ({ name, command, env, timeoutMs, signal, container = config.container }) => {
    const own = findContainer(definition, container).name ?? '';
    const startedBy = startedByOf(scope, target, name, clock.now());
    signal.throwIfAborted();
    await rollout.journal(ACTION, { check: name, taskDefinition: shortName(taskDefinition), startedBy });
    const start = { taskDefinition, command, container: own, environment: env, startedBy };
    const token = clientToken(startedBy, taskDefinition);
    const { task, refused } = await tasks.run(runTaskInput(service, { ...start, clientToken: token }));
    if (task === undefined)
      return { failure: `the platform has no capacity for its task (${refused})`, tail: [] };
    subject.progress(`${CHECK_PHASE}${name}`, `${command.join(' ')} (task ${taskId(task)})`);
    const lines: string[] = [];
    let failed: CommandEnd | undefined;
    try {
      await watchMigration(
        {
          tasks,
          clock,
          place: scope,
          definition,
          container: own,
          timeoutMs,
          // How it ends needs no entry: a check may be run again.
          rollout: { ...rollout, signal, journal: async () => undefined },
          subject,
          source: `check ${name}`,
          readLog: async (stream, from, ended) => {
            const page = await readLog(aws, stream, from, ended);
            lines.push(...page.lines);
            return page;
          },
          words: {
            phase: `check ${name}`,
            done: 'passed',
            work: 'check',
            failure: (reason, tail) => {
              failed = { failure: reason, tail };
              return new StackError('DEPLOY_FAILED', reason);
            },
          },
        },
        task,
      );
    } catch (error) {
      if (failed === undefined) throw error;
      return failed;
    }
    return { tail: lines };
  };
}

/** Stops the tasks of checks that a killed run left running: they are run anew, or are not needed any more. */
export async function stopBegunChecks(
  options: Omit<Parameters<typeof stopStarted>[0], 'phase' | 'reason'>,
  begun: readonly Begun[] = [],
): Promise<void> {
  const started = begun.flatMap(({ action, data }) => {
    const startedBy = action === ACTION ? data?.['startedBy'] : undefined;
    return typeof startedBy === 'string' ? [startedBy] : [];
  });
  const reason = 'The run that started this check was cut off';
  await stopStarted({ ...options, phase: 'checks', reason }, started);
}

/** `startedBy` of one task: no other task has it. The platform takes 36 characters. */
const startedByOf = (scope: EcsScope, target: string, check: string, at: Date): string =>
  `check/${digest(JSON.stringify([scope, target, check, at.toISOString()])).slice(0, 30)}`;
