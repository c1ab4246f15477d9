import { StackError } from '../../base/errors.js';
import type { OwnStage, OwnStages } from '../../config/stagesSchema.js';
import { circleOf } from '../../config/targetNeeds.js';

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
 * Adds a project's own stages to a graph, behind the others. One of which the branch lacks a stage that it comes after is left
 * out.
 * @param stages in an order that respects `needs`
 * @param make makes the stage of a name, in an environment where it has one
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
  return [...stages, ...made].map((stage) => ({
    ...stage,
    needs: [
      ...stage.needs,
      ...present.flatMap(([name, { before = [] }]) => (before.includes(stage.id) ? [name] : [])),
    ],
  }));
}

/**
 * Each stage behind all that it needs, otherwise as they stood.
 * @throws StackError CONFIG_INVALID where stages wait for each other
 */
export function inOrder<Stage extends Placed>(stages: readonly Stage[]): readonly Stage[] {
  const ordered: Stage[] = [];
  const done = new Set<string>();
  for (let left = stages; left.length > 0;) {
    const next = left.find(({ needs }) => needs.every((need) => done.has(need)));
    if (next === undefined) throw inCircle(circleOfStages(left) ?? []);
    ordered.push(next);
    done.add(next.id);
    left = left.filter((stage) => stage !== next);
  }
  return ordered;
}

/** Stages on a way round, each followed by one that it waits for; the first is the last too. */
export const circleOfStages = (stages: readonly Placed[]): readonly string[] | undefined =>
  circleOf(Object.fromEntries(stages.map(({ id, needs }) => [id, needs])));

/** `stages wait for each other in a circle: smoke → push → smoke`. */
export const circleWords = (circle: readonly string[]): string =>
  `stages wait for each other in a circle: ${circle.join(' → ')}`;

const inCircle = (circle: readonly string[]): StackError =>
  new StackError('CONFIG_INVALID', circleWords(circle), {
    where: 'stages',
    next: 'Correct `after` and `before` below `stages:`, then: node runner config check',
  });
