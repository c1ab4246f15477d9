import type { Pipeline } from '../core/pipeline.js';
import { destinationWords } from '../core/pipelineWords.js';

/** The stage graph for people: one line a stage, what it waits for after an arrow. */
export function pipelineText(pipeline: Pipeline): string {
  const widest = Math.max(...pipeline.stages.map((stage) => stage.id.length), 0);
  const lines = pipeline.stages.map((stage) => {
    const needs = stage.needs.length === 0 ? '' : `  ← ${stage.needs.join(', ')}`;
    return `  ${stage.id.padEnd(widest)}  ${stage.title}${needs}`;
  });
  return [`${destinationWords(pipeline)}.`, ...lines].join('\n');
}
