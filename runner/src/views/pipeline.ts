import type { Pipeline } from '../pipeline/rules/stageGraph.js';
import { destinationWords } from '../pipeline/rules/stageWords.js';

interface DoneBy {
  readonly run?: string;
  readonly url?: string;
  readonly who: string;
}

/** The stage graph for people: one line a stage, what it waits for after an arrow. */
export function pipelineText(pipeline: Pipeline, done?: ReadonlyMap<string, DoneBy>): string {
  const widest = Math.max(...pipeline.stages.map((stage) => stage.id.length), 0);
  const lines = pipeline.stages.map((stage) => {
    const needs = stage.needs.length === 0 ? '' : `  ← ${stage.needs.join(', ')}`;
    const by = done?.get(stage.id);
    const already = by === undefined ? '' : `  (done by ${by.url ?? by.run ?? by.who})`;
    return `  ${stage.id.padEnd(widest)}  ${stage.title}${needs}${already}`;
  });
  return [`${destinationWords(pipeline)}.`, ...lines].join('\n');
}

/** A stage and what it would do, as `run --dry-run` tells it. */
interface PreviewedStage {
  readonly id: string;
  readonly lines: readonly string[];
  readonly error?: { readonly message: string };
}

/** What a run would do, stage by stage; the lines of each are set in under it. */
export function pipelinePreviewText(pipeline: Pipeline, previews: readonly PreviewedStage[]): string {
  const stages = previews.flatMap(({ id, lines, error }) => [
    id,
    ...(error === undefined ? lines : [`Unknown: ${error.message}`]).map((line) => `  ${line}`.trimEnd()),
  ]);
  return [`${destinationWords(pipeline)}.`, ...stages, 'Nothing was changed.'].join('\n');
}
