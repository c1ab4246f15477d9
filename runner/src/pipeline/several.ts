import pMap from 'p-map';
import type { Context, NamedEnvironment } from '../context/context.js';
import { ExitCode, StackError, toErrorRecord } from '../base/errors.js';
import { summaryOfEnvironments, type EnvironmentEnd } from './rules/severalEnvironments.js';
import { asRun } from '../context/runEvents.js';
import { inStage, type Stage, type StageEnd } from '../events/stage.js';

/** How one of several environments ended: with a result (and perhaps a finding), or with an error alone. */
export interface EnvironmentOutcome<T> extends EnvironmentEnd {
  readonly result?: T;
  /** What is said of it where others are told too: names the environment. */
  readonly told: string;
}

export interface SeveralEnvironments<T> {
  /** Names the run and, with the environment's name, its stages: `plan`. */
  readonly command: string;
  readonly title: (environment: string) => string;
  readonly body: (environment: NamedEnvironment, stage: Stage) => Promise<T>;
  /** What is told of one that ended well. */
  readonly end: (result: T) => StageEnd;
  /** Its headline, which names the environment. */
  readonly told: (result: T) => string;
}

/**
 * Does one thing in several environments side by side, up to `concurrency`. One that fails stops no other.
 * @returns how each ended, in the order given
 * @throws bugs, and what is wrong with the configuration as a whole
 */
export async function inEnvironments<T>(
  context: Context,
  environments: readonly NamedEnvironment[],
  { command, title, body, end, told }: SeveralEnvironments<T>,
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
      const done = { environment: name, result, told: told(result) };
      if (finding === undefined) return { ...done, exitCode: ExitCode.ok };
      return { ...done, exitCode: finding.exitCode, error: toErrorRecord(finding) };
    } catch (error) {
      if (!(error instanceof StackError)) bugs.push(error);
      const record = toErrorRecord(error);
      const isNamed = error instanceof StackError && error.subject === name;
      const words = isNamed ? record.message : `${name}: ${record.message}`;
      return { environment: name, exitCode: record.exitCode, error: record, told: words };
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
    (outcomes) => outcomes.map((outcome) => outcome.told).join('\n'),
    { finding: (outcomes) => summaryOfEnvironments(outcomes) },
  );
}
