import { StackError } from '../../base/errors.js';
import type { Context, NamedEnvironment } from '../../context/context.js';
import type { OperationName, Operations } from '../../context/operations.js';
import type { RunsOf } from '../../domain/records.js';
import { requireTargets } from '../targets/createTargets.js';

/** A target with what can be done with what runs in it. */
export interface Operated {
  readonly name: string;
  readonly kind: string;
  /** Its image or artifact in the configuration. */
  readonly runs: RunsOf;
  readonly operations: Operations;
}

/**
 * The targets that are meant.
 * @param names what `--target` says; all where empty
 * @throws StackError TARGET_UNKNOWN where there is none of such a name
 */
export async function operatedTargets(
  context: Context,
  environment: NamedEnvironment,
  names: readonly string[],
): Promise<readonly Operated[]> {
  requireTargets(environment);
  const targets = await context.targets(environment, names);
  const operated = await Promise.all(
    targets.map(async (target) => ({
      name: target.name,
      kind: target.kind,
      runs: environment.config.targets[target.name] ?? {},
      operations: await target.operations?.(),
    })),
  );
  const found = operated.flatMap(({ operations, ...one }) =>
    operations === undefined ? [] : [{ ...one, operations }],
  );
  if (found.length > 0 && (names.length === 0 || found.length === operated.length)) return found;
  const without = operated.filter(({ operations }) => operations === undefined);
  throw new StackError('USAGE', `${listOf(without)} has no tasks that run: ${without[0]?.kind}`, {
    where: `environments.${environment.name}.targets`,
    next: `node runner status --env ${environment.name} --live tells what it has.`,
  });
}

/**
 * The one target that something is done with: the only one that can, where none is named.
 * @throws StackError USAGE where several can, or where it cannot; TARGET_UNKNOWN
 */
export async function operatedTarget(
  context: Context,
  environment: NamedEnvironment,
  name: string | undefined,
  operation: OperationName,
): Promise<Operated> {
  const all = await operatedTargets(context, environment, name === undefined ? [] : [name]);
  const able = all.filter(({ operations }) => operations[operation] !== undefined);
  const [only, ...others] = able;
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) {
    throw new StackError('USAGE', `${environment.name} has several targets: ${listOf(able)}`, {
      where: `environments.${environment.name}.targets`,
      next: `Name one: --target ${only.name}`,
    });
  }
  const [first] = all as readonly [Operated, ...Operated[]];
  const { why, next } = first.operations.cannot?.[operation] ?? {
    why: `${first.kind} has no such thing`,
    next: `node runner tasks --env ${environment.name} tells what runs.`,
  };
  throw new StackError('USAGE', `${first.name} cannot ${VERBS[operation]}: ${why}`, {
    where: `environments.${environment.name}.targets.${first.name}`,
    next,
  });
}

const VERBS: Readonly<Record<OperationName, string>> = {
  tasks: 'list tasks',
  logs: 'show logs',
  exec: 'open a session',
  task: 'run a one-off task',
  scale: 'be scaled',
  restart: 'be restarted',
  drain: 'be drained',
};

const listOf = (targets: readonly { readonly name: string }[]): string =>
  targets.map(({ name }) => name).join(', ');
