import { failureText } from '../failureText.js';
import type { Run, RunFailure } from '../../events/run.js';
import { markup, type Markup } from './markup.js';

/** A failure as the page tells it: what, where, the evidence, and what to do next. */
export function failureBlock(failure: RunFailure, run: Run): Markup {
  const { what, code, where, evidence, next } = failureText(failure.error, failure.lastLines);
  const stage = run.stages.find(({ id }) => id === failure.stage);
  return markup`<section class="failure">
<h2>${what}</h2>
<dl>
${stage !== undefined && markup`<div><dt>Stage</dt><dd>${stage.title}</dd></div>`}
${where !== undefined && markup`<div><dt>Where</dt><dd>${where}</dd></div>`}
${evidence.length > 0 && markup`<div><dt>Evidence</dt><dd><pre>${evidence.join('\n')}</pre></dd></div>`}
${next !== undefined && markup`<div><dt>Next</dt><dd class="next">${next}</dd></div>`}
<div><dt>Code</dt><dd><code>${code}</code></dd></div>
</dl>
</section>`;
}
