import type { Remark } from '../../config/raw.js';
import { circleOfStages, circleWords } from './ownStages.js';
import { unorderedPipeline, type PipelineInput } from './stageGraph.js';

/**
 * What only the graphs of all branches tell of a project's own stages: those that wait for each other, directly or through
 * built-in stages, and those that no branch has.
 */
export function ownStageRemarks(config: PipelineInput): readonly Remark[] {
  const { stages: own = {} } = config;
  if (Object.keys(own).length === 0) return [];
  const graphs = [
    // A pattern leads where a branch of that very name does; the last leads nowhere.
    ...Object.keys(config.branches).map((branch) => unorderedPipeline(config, branch).stages),
    unorderedPipeline({ ...config, branches: {} }, '').stages,
  ];
  const circles = new Map<string, readonly string[]>();
  for (const graph of graphs) {
    const circle = circleOfStages(graph);
    if (circle !== undefined) circles.set([...new Set(circle)].sort().join(' '), circle);
  }
  const present = new Set(graphs.flat().map(({ id }) => id));
  return [
    ...[...circles.values()].map((circle): Remark => {
      const [first = '', ...rest] = fromOwn(circle.slice(0, -1), own);
      return { path: ['stages', first], words: circleWords([first, ...rest, first]), level: 'error' };
    }),
    ...Object.entries(own).flatMap(([name, { after }]): readonly Remark[] => {
      if (present.has(name)) return [];
      const words = `stages.${name}: is on no branch, as none has ${after.length === 1 ? after[0] : `all of ${after.join(', ')}`}`;
      return [{ path: ['stages', name, 'after'], words, level: 'warning' }];
    }),
  ];
}

/** The same way round, from a stage on that is the project's own: only those are to be corrected. */
function fromOwn(circle: readonly string[], own: object): readonly string[] {
  const at = circle.findIndex((id) => Object.hasOwn(own, id));
  return [...circle.slice(at), ...circle.slice(0, at)];
}
