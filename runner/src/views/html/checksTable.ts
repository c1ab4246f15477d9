import type { CheckRecord, RunStage } from '../../events/run.js';
import { count, formatSeconds } from '../format.js';
import { statusWords } from '../statusWords.js';
import { printable } from '../text.js';
import { shares } from '../traffic.js';
import { markup, type Markup } from './markup.js';

/** The checks of a stage as a table, each with what it printed: open where it failed, folded where all is well. */
export function checksTable(checks: readonly CheckRecord[] = []): Markup | undefined {
  if (checks.length === 0) return undefined;
  return markup`<table class="checks">
<thead><tr><th scope="col">Check</th><th scope="col">Target</th><th scope="col">Result</th><th scope="col">Evidence</th><th scope="col" class="number">Time</th></tr></thead>
<tbody>${checks.map((check) => {
    const { name, subject, status, seconds, evidence } = check;
    const { mark } = statusWords[status];
    return markup`<tr class="status-${status}"><th scope="row">${name}</th><td>${subject}</td><td><span class="mark" aria-hidden="true">${mark}</span> ${status}</td><td>${evidenceOf(check, evidence)}</td><td class="number">${formatSeconds(seconds)}</td></tr>`;
  })}</tbody>
</table>`;
}

function evidenceOf({ status }: CheckRecord, evidence: readonly string[]): Markup | string {
  if (evidence.length === 0) return '';
  const text = markup`<pre>${evidence.map(printable).join('\n')}</pre>`;
  if (status === 'failed') return text;
  const [only = ''] = evidence;
  if (evidence.length === 1) return markup`<code>${printable(only)}</code>`;
  return markup`<details><summary>${count(evidence.length, 'line')}</summary>${text}</details>`;
}

/** Where requests went, move by move, each with its moment in the stage. */
export function trafficList({ traffic = [], startedAt }: RunStage): Markup | undefined {
  if (traffic.length === 0) return undefined;
  return markup`<ol class="traffic">${traffic.map((move) => {
    const after = startedAt === undefined ? 0 : (Date.parse(move.at) - Date.parse(startedAt)) / 1000;
    return markup`<li><span class="time">after ${formatSeconds(Math.max(0, after))}</span> <code>${move.subject}</code> ${shares(
      move,
    ).map(
      ({ colour, percent, version }) =>
        markup`<span class="share ${kindOf(colour)}">${colour} ${Math.round(percent * 10) / 10} %${version !== undefined && markup` <small>${version}</small>`}</span> `,
    )}</li>`;
  })}</ol>`;
}

const kindOf = (colour: string) => (colour === 'blue' || colour === 'green' ? colour : 'other');
