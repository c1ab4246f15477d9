import pMap from 'p-map';
import type { Context, NamedEnvironment } from '../context/context.js';
import { ExitCode, StackError, toErrorRecord } from '../base/errors.js';
import { summaryOfEnvironments, type EnvironmentEnd } from './rules/severalEnvironments.js';
import { asRun } from '../context/runEvents.js';
import { inStage, type Stage, type StageEnd } from '../events/stage.js';

/** How one of several environments ended: with a result (and perhaps a finding), or with an error alone. */
export interface EnvironmentOutcome<T> extends EnvironmentEnd {
  readonly result?: T;
}

export interface SeveralEnvironments<T> {
  /** Names the run and, with the environment's name, its stages: `plan`. */
  readonly command: string;
  readonly title: (environment: string) => string;
  readonly body: (environment: NamedEnvironment, stage: Stage) => Promise<T>;
  /** What is told of one that ended well; `reason` is its headline. */
  readonly end: (result: T) => StageEnd;
}

/**
 * Does one thing in several environments side by side, up to `concurrency`. One that fails stops no other.
 * @returns how each ended, in the order given
 * @throws bugs, and what is wrong with the configuration as a whole
 */
export async function inEnvironments<T>(
  context: Context,
  environments: readonly NamedEnvironment[],
  { command, title, body, end }: SeveralEnvironments<T>,
): Promise<readonly EnvironmentOutcome<T>[]> {
  const { concurrency } = await context.config();
  const stages = environments.map(({ name }) => ({
    id: `${command}:${name}`,
    title: title(name),
    needs: [],
  }));
  const bugs: unknown[] = [];
  const one = async (environment: NamedEnvironment): Promise<EnvironmentOutcome<T>> => {
    const { name } = environment;
    const stage = { id: `${command}:${name}`, title: title(name), environment: name };
    try {
      const result = await inStage(
        context,
        stage,
        (telling) => {
          context.signal.throwIfAborted();
          return body(environment, telling);
        },
        end,
      );
      const { finding } = end(result);
      if (finding === undefined) return { environment: name, exitCode: ExitCode.ok, result };
      return { environment: name, exitCode: finding.exitCode, error: toErrorRecord(finding), result };
    } catch (error) {
      if (!(error instanceof StackError)) bugs.push(error);
      const record = toErrorRecord(error);
      return { environment: name, exitCode: record.exitCode, error: record };
    }
  };
  return asRun(
    context,
    command,
    stages,
    async () => {
      const outcomes = await pMap(environments, one, { concurrency });
      if (bugs.length > 0) throw bugs[0];
      return outcomes;
    },
    (outcomes) => summary(outcomes, end),
    { finding: (outcomes) => summaryOfEnvironments(outcomes) },
  );
}

function summary<T>(outcomes: readonly EnvironmentOutcome<T>[], end: (result: T) => StageEnd): string {
  const words = outcomes.map(({ environment, result, error }) => {
    const reason = (result === undefined ? undefined : end(result).reason) ?? error?.message ?? '';
    return reason.startsWith(environment) ? reason : `${environment}: ${reason}`;
  });
  return words.join('\n');
}
