import { StackError } from '../../base/errors.js';
import type { OwnStage, OwnStages } from '../../config/stagesSchema.js';

/** A stage as far as its place in the graph goes. */
interface Placed {
  readonly id: string;
  readonly needs: readonly string[];
  readonly environment?: string;
}

/** The environment of an own stage: what it names, or that of the first stage that it comes after. */
function environmentOf({ environment, after }: OwnStage, stages: readonly Placed[]): string | undefined {
  return environment ?? stages.find(({ id }) => id === after[0])?.environment;
}

/**
 * Adds a project's own stages to a graph. One of which the branch lacks a stage that it comes after is left out.
 * @param stages in an order that respects `needs`; the result is in one too
 * @param make makes the stage of a name, in an environment where it has one
 * @throws StackError CONFIG_INVALID where stages wait for each other
 */
export function withOwnStages<Stage extends Placed>(
  stages: readonly Stage[],
  own: OwnStages,
  make: (name: string, settings: OwnStage, environment: string | undefined) => Stage,
): readonly Stage[] {
  let present = Object.entries(own);
  for (;;) {
    const ids = new Set([...stages.map(({ id }) => id), ...present.map(([name]) => name)]);
    const left = present.filter(([, { after }]) => after.every((id) => ids.has(id)));
    if (left.length === present.length) break;
    present = left;
  }
  if (present.length === 0) return stages;
  const made = present.map(([name, settings]) => make(name, settings, environmentOf(settings, stages)));
  const waiting = [...stages, ...made].map((stage) => ({
    ...stage,
    needs: [
      ...stage.needs,
      ...present.flatMap(([name, { before = [] }]) => (before.includes(stage.id) ? [name] : [])),
    ],
  }));
  return inOrder(waiting);
}

/** Each behind all that it needs, otherwise as they stood. */
function inOrder<Stage extends Placed>(stages: readonly Stage[]): readonly Stage[] {
  const ordered: Stage[] = [];
  const done = new Set<string>();
  for (let left = stages; left.length > 0;) {
    const next = left.find(({ needs }) => needs.every((need) => done.has(need)));
    if (next === undefined) throw inCircle(left);
    ordered.push(next);
    done.add(next.id);
    left = left.filter((stage) => stage !== next);
  }
  return ordered;
}

function inCircle(stages: readonly Placed[]): StackError {
  const waits = (id: string) =>
    stages.find((stage) => stage.id === id)?.needs.find((need) => stages.some((one) => one.id === need));
  const way: string[] = [];
  for (let id: string | undefined = stages[0]?.id; id !== undefined && !way.includes(id); id = waits(id))
    way.push(id);
  return new StackError('CONFIG_INVALID', `stages wait for each other: ${[...way].reverse().join(' → ')}`, {
    where: 'stages',
    next: 'Correct `after` and `before` below `stages:`, then: node runner stages',
  });
}
