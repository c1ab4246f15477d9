import { StackError } from '../../base/errors.js';

/** One application of the graph: what it needs, and where that is written. */
export interface NeedsNode {
  readonly application: string;
  readonly needs: readonly string[];
  /** A file or a document in a store. */
  readonly where: string;
}

/**
 * The order in which applications that need each other are deployed: groups, each of applications that may go side by
 * side once all before them are done. Names within a group are sorted, so the same graph always gives the same order.
 * @throws StackError NEEDS_CYCLE naming the applications that wait for each other, and where each edge is written
 */
export function orderOf(nodes: readonly NeedsNode[]): readonly (readonly string[])[] {
  const names = new Set(nodes.map((node) => node.application));
  const groups: string[][] = [];
  const placed = new Set<string>();
  let waiting = nodes;
  while (waiting.length > 0) {
    const isReady = ({ needs }: NeedsNode) => needs.every((name) => placed.has(name) || !names.has(name));
    const group = waiting.filter(isReady).map((node) => node.application);
    if (group.length === 0) throw cycleError(cycleIn(waiting));
    groups.push([...new Set(group)].sort());
    for (const name of group) placed.add(name);
    waiting = waiting.filter((node) => !placed.has(node.application));
  }
  return groups;
}

/**
 * A cycle among applications that all wait for one of themselves: whichever way one goes, one comes round. It begins
 * with the first name of the alphabet, so that it is called the same from whichever application one looks.
 */
function cycleIn(waiting: readonly NeedsNode[]): readonly NeedsNode[] {
  const byName = new Map(waiting.map((node) => [node.application, node]));
  const path: NeedsNode[] = [];
  let next = byName.get([...byName.keys()].sort()[0] as string) as NeedsNode;
  while (!path.includes(next)) {
    path.push(next);
    next = byName.get([...next.needs].sort().find((name) => byName.has(name)) as string) as NeedsNode;
  }
  const cycle = path.slice(path.indexOf(next));
  const first = cycle.reduce((least, node) => (node.application < least.application ? node : least));
  const start = cycle.indexOf(first);
  return [...cycle.slice(start), ...cycle.slice(0, start)];
}

function cycleError(cycle: readonly NeedsNode[]): StackError {
  const names = [...cycle, cycle[0] as NeedsNode].map((node) => node.application);
  return new StackError('NEEDS_CYCLE', `applications need each other in a circle: ${names.join(' → ')}`, {
    where: cycle.map((node) => node.application).join(', '),
    evidence: cycle.map((node, index) => `${node.application} needs ${names[index + 1]}: ${node.where}`),
    next: 'Take one of these out of `needs` of its application, then deploy that one first.',
  });
}
