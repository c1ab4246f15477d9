import { failureBlock } from './failureBlock.js';
import { count, formatBytes, formatSeconds, shortCommit, shortDigest, utcTime } from '../format.js';
import type { PlanRecord, Run, RunStage } from '../../events/run.js';
import { statusWords } from '../statusWords.js';
import { phasedSubjects, phaseTimes, plainSubjects, subjectSpan, subjectStatus } from '../subjects.js';
import { printable } from '../text.js';
import { checksTable, trafficList } from './checksTable.js';
import { markup, type Markup } from './markup.js';
import { lossesBlock, planSection } from './planSection.js';
import { describe } from './timeline.js';

/** Resources listed in a stage before the rest is counted. */
const RESOURCES_SHOWN = 40;

/**
 * The report of a run as a page: no script and no inline style, so that Jenkins' strict content security policy shows
 * it as it is; the style sheet and the drawings are files beside it.
 * @param made when the report was made, and by which version of the runner
 */
export function reportPage(run: Run, made: { readonly at: Date; readonly by: string }): string {
  const name = run.application ?? 'Run';
  const where = run.environments.join(', ');
  const { word } = statusWords[run.status];
  return `<!doctype html>\n${
    markup`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${[name, run.release?.version, where, word.toLowerCase()].filter(Boolean).join(' · ')}</title>
<link rel="stylesheet" href="report.css">
</head>
<body>
<main>
${header(run, name, where)}
${run.failures.map((failure) => failureBlock(failure, run))}
${plansOf(run).map(({ title, plan }) => lossesBlock(plan.summary, title))}
${timeline(run)}
${stages(run)}
${plansOf(run).map(({ title, plan }) => planSection(plan, title))}
${hosts(run)}
${release(run)}
${notices(run)}
</main>
<footer><p>Run <code>${run.id}</code> · report of ${utcTime(made.at.toISOString())} by automation-stack ${made.by}</p></footer>
</body>
</html>`.text
  }\n`;
}

function header(run: Run, name: string, where: string): Markup {
  const { word, mark } = statusWords[run.status];
  const facts: readonly (readonly [string, Markup | string | undefined])[] = [
    [
      'Version',
      run.release === undefined
        ? undefined
        : markup`<strong>${run.release.version}</strong>${run.release.dirty && ' (uncommitted changes)'}`,
    ],
    ['Branch', run.branch],
    [
      'Commit',
      run.commit === undefined
        ? undefined
        : markup`<code title="${run.commit}">${shortCommit(run.commit)}</code>`,
    ],
    ['By', run.who],
    ['Started', markup`<time datetime="${run.startedAt}">${utcTime(run.startedAt)}</time>`],
    ['Took', formatSeconds(run.seconds)],
    ['Environment', run.url === undefined ? undefined : link(run.url)],
    ['Run', run.runUrl === undefined ? undefined : link(run.runUrl)],
  ];
  return markup`<header class="status-${run.status}">
<p class="command">${run.commands.join(', ')}</p>
<h1>${name}${where !== '' && markup` <span class="to">to</span> ${where}`}</h1>
<p class="badge"><span aria-hidden="true">${mark}</span> ${word}</p>
${run.summary !== undefined && markup`<p class="summary">${run.summary}</p>`}
<dl class="about">${facts.map(([term, value]) => value !== undefined && markup`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
</header>`;
}

function timeline(run: Run): Markup {
  return markup`<section>
<h2>Timeline</h2>
<figure><picture><source media="(prefers-color-scheme: dark) and (not print)" srcset="timeline-dark.svg"><img src="timeline.svg" alt="${describe(run)}"></picture></figure>
</section>`;
}

function stages(run: Run): Markup {
  return markup`<section>
<h2>Stages</h2>
<ol class="stages">${run.stages.map(stageItem)}</ol>
</section>`;
}

function stageItem(stage: RunStage): Markup {
  const { word, mark } = statusWords[stage.status];
  const others = plainSubjects(stage);
  const hidden = others.length - RESOURCES_SHOWN;
  // What was printed is evidence; where all went well it is noise.
  const lines =
    stage.status === 'ok' || stage.status === 'partial' || stage.error !== undefined ? [] : stage.lastLines;
  return markup`<li class="status-${stage.status}">
<h3><span class="mark" aria-hidden="true">${mark}</span> ${stage.title} <span class="word">${word.toLowerCase()}</span> ${stage.seconds !== undefined && markup`<span class="time">${formatSeconds(stage.seconds)}</span>`}</h3>
${stage.reason !== undefined && markup`<p>${shortDigest(stage.reason)}</p>`}
${stage.behind !== undefined && markup`<ul class="subjects">${stage.behind.map(({ host, version, cause, reason }) => markup`<li class="status-partial"><code>${host}</code> behind${version !== null && markup` on ${version}`} (${cause}): ${reason}</li>`)}</ul>`}
${stage.facts.length > 0 && markup`<dl class="facts">${stage.facts.map(({ name, value }) => markup`<div><dt>${name}</dt><dd>${factValue(value)}</dd></div>`)}</dl>`}
${others.length > 0 && markup`<ul class="subjects">${others.slice(0, RESOURCES_SHOWN).map((subject) => markup`<li class="status-${subjectStatus(subject, stage)}"><code>${subject.name}</code> ${subject.phases.at(-1)?.message}</li>`)}${hidden > 0 && markup`<li>and ${hidden} more</li>`}</ul>`}
${trafficList(stage)}
${checksTable(stage.checks)}
${lines.length > 0 && markup`<pre>${lines.map(printable).join('\n')}</pre>`}
</li>`;
}

/** Each plan once: the stage that carries it out tells it again. */
function plansOf(run: Run): readonly { readonly title: string; readonly plan: PlanRecord }[] {
  const seen = new Set<string>();
  return run.stages.flatMap(({ title, plan }) => {
    if (plan === undefined || !plan.summary.hasChanges) return [];
    const text = JSON.stringify(plan);
    return seen.has(text) ? [] : [{ title: (seen.add(text), title), plan }];
  });
}

function hosts(run: Run): Markup | undefined {
  const end = Date.parse(run.startedAt) + run.seconds * 1000;
  const rows = run.stages.flatMap((stage) => phasedSubjects(stage).map((subject) => ({ stage, subject })));
  if (rows.length === 0) return undefined;
  return markup`<section>
<h2>Hosts and targets</h2>
<table>
<thead><tr><th scope="col">Name</th><th scope="col">Stage</th><th scope="col">Result</th><th scope="col">Phases</th><th scope="col" class="number">Time</th></tr></thead>
<tbody>${rows.map(({ stage, subject }) => {
    const status = subjectStatus(subject, stage);
    const { word, mark } = statusWords[status];
    const [from, to] = subjectSpan(subject, stage, end);
    const phases = phaseTimes(subject, stage, end).filter(
      ({ seconds }, index, all) => seconds > 0 || index < all.length - 1,
    );
    return markup`<tr class="status-${status}"><th scope="row">${subject.name}</th><td>${stage.title}</td><td><span class="mark" aria-hidden="true">${mark}</span> ${word.toLowerCase()}<br><small>${subject.phases.at(-1)?.message}</small></td><td><ol class="phases">${phases.map(({ name, seconds }) => markup`<li>${name} <span class="time">${formatSeconds(seconds)}</span></li>`)}</ol></td><td class="number">${formatSeconds((to - from) / 1000)}</td></tr>`;
  })}</tbody>
</table>
</section>`;
}

function release(run: Run): Markup | undefined {
  if (run.release === undefined) return undefined;
  const images = Object.entries(run.release.images);
  const { version, commit, createdAt, createdBy } = run.release;
  return markup`<section>
<h2>Release ${version}</h2>
<p>Made ${utcTime(createdAt)} by ${createdBy} from <code>${shortCommit(commit)}</code> on ${run.release.branch}: ${count(images.length, 'image')}. These images run wherever this release is deployed.</p>
<table>
<thead><tr><th scope="col">Image</th><th scope="col">Digest</th><th scope="col">Tags</th><th scope="col" class="number">Size</th></tr></thead>
<tbody>${images.map(([, image]) => markup`<tr><th scope="row">${image.repository}</th><td><code class="digest">${image.digest}</code></td><td>${image.tags.join(', ')}</td><td class="number">${image.sizeBytes === undefined ? '' : formatBytes(image.sizeBytes)}</td></tr>`)}</tbody>
</table>
</section>`;
}

function notices(run: Run): Markup | undefined {
  if (run.notices.length === 0) return undefined;
  return markup`<section>
<h2>Notices</h2>
<ul class="notices">${run.notices.map(({ level, message, next }) => markup`<li class="${level}">${level === 'warning' && markup`<strong>Warning:</strong> `}${message}${next !== undefined && markup`<br><small>${next}</small>`}</li>`)}</ul>
</section>`;
}

function factValue(value: string): Markup | string {
  if (/^https?:\/\//.test(value)) return link(value);
  if (value.includes('\n')) return markup`<pre>${value}</pre>`;
  return /^sha256:/.test(value) ? markup`<code class="digest">${value}</code>` : value;
}

/** Only what a browser opens; anything else stays text. */
function link(url: string): Markup {
  return /^https?:\/\//.test(url) ? markup`<a href="${url}">${url}</a>` : markup`${url}`;
}
