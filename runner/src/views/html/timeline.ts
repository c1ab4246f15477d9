import { count, formatSeconds } from '../format.js';
import type { Run, RunStage } from '../../events/run.js';
import { phasedSubjects, subjectSpan, subjectStatus } from '../subjects.js';
import { statusWords } from '../statusWords.js';
import { truncate } from '../text.js';
import { checkWords, finalTraffic, trafficWords } from '../traffic.js';
import { LABELS, MARGIN, WIDTH, round } from './canvas.js';
import { CHECK_LANE, checkLane } from './checkLane.js';
import { markup, type Markup } from './markup.js';
import { niceStep, timeTicks } from './scale.js';
import type { Theme } from './theme.js';
import { LANE, trafficLane, trafficLanes, trafficPatterns } from './trafficLane.js';

const AXIS = 30;
const ROW = 32;
const BAR = 16;
const SUB_ROW = 20;
const SUB_BAR = 8;
/** Hosts drawn under a stage; a large fleet is told by the table. */
const HOSTS_DRAWN = 12;

/**
 * Draws the stages of a run over time: one row a stage, under it where requests went, its checks, and hosts as thin rows. Statuses differ in colour,
 * in pattern and in the mark at the bar's end.
 * @returns an SVG document without styles or scripts
 */
export function drawTimeline(run: Run, theme: Theme): string {
  const start = Date.parse(run.startedAt);
  const total = Math.max(run.seconds, 1);
  const x = (time: number) => LABELS + (Math.max(0, time - start) / 1000 / total) * (WIDTH - LABELS - MARGIN);
  const end = start + total * 1000;
  const canvas = { theme, x, end };
  const rows: Markup[] = [];
  let y = AXIS;
  run.stages.forEach((stage, index) => {
    const hosts = phasedSubjects(stage).slice(0, HOSTS_DRAWN);
    const { checks = [] } = stage;
    const lanes = trafficLanes(stage);
    const checksAt = ROW + lanes.length * LANE;
    const hostsAt = checksAt + (checks.length > 0 ? CHECK_LANE : 0);
    const height = hostsAt + hosts.length * SUB_ROW + (hostsAt > ROW || hosts.length > 0 ? 6 : 0);
    if (index % 2 === 0)
      rows.push(markup`<rect x="0" y="${y}" width="${WIDTH}" height="${height}" fill="${theme.band}"/>`);
    rows.push(stageRow(stage, y, x, end, theme));
    lanes.forEach((moves, lane) => rows.push(trafficLane(moves, stage, y + ROW + lane * LANE, canvas)));
    if (checks.length > 0) rows.push(checkLane(checks, y + checksAt, canvas));
    hosts.forEach((host, row) => {
      const [from, to] = subjectSpan(host, stage, end);
      const status = subjectStatus(host, stage);
      const top = y + hostsAt + row * SUB_ROW;
      rows.push(markup`<g><title>${host.name}: ${host.phases.map((phase) => phase.name).join(' → ')}, ${formatSeconds((to - from) / 1000)}</title>
<text x="${LABELS - 16}" y="${top + 9}" font-size="11" text-anchor="end" fill="${theme.faint}">${truncate(host.name, 28)}</text>
${host.phases.map((phase, i) => {
  const next = Date.parse(host.phases[i + 1]?.at ?? new Date(to).toISOString());
  const at = Date.parse(phase.at);
  const width = Math.max(x(next) - x(at) - 1, 0.5);
  const color = theme.status[status];
  return markup`<rect x="${round(x(at))}" y="${top + 2}" width="${round(width)}" height="${SUB_BAR}" fill="${color}" fill-opacity="${i % 2 === 0 ? '0.75' : '0.4'}"/>`;
})}
<text x="${round(x(to) + 5)}" y="${top + 10}" font-size="10" fill="${theme.faint}">${status === 'running' ? '' : statusWords[status].mark} ${formatSeconds((to - from) / 1000)}</text></g>`);
    });
    y += height;
  });
  const height = y + 12;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${
    markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif">
<title id="title">Timeline of the stages</title>
<desc id="desc">${describe(run)}</desc>
${patterns(theme)}
${rows}
${axis(total, (seconds) => x(start + seconds * 1000), y, theme)}
</svg>`.text
  }\n`;
}

/** The timeline in words, for those who do not see it. */
export function describe(run: Run): string {
  const stages = run.stages.map((stage) => {
    const word = statusWords[stage.status].word.toLowerCase();
    const took = stage.seconds === undefined ? '' : ` in ${formatSeconds(stage.seconds)}`;
    const traffic = finalTraffic(stage.traffic).map(
      (last) => `, requests of ${last.subject} to ${trafficWords(last, ' and ')}`,
    );
    const failed = (stage.checks ?? []).filter((check) => check.status === 'failed');
    return `${stage.title} ${word}${took}${traffic.join('')}${failed.map((check) => `, ${checkWords(check)}`).join('')}`;
  });
  return `${count(run.stages.length, 'stage')} in ${formatSeconds(run.seconds)}: ${stages.join(', ')}.`;
}

function stageRow(
  stage: RunStage,
  y: number,
  x: (time: number) => number,
  end: number,
  theme: Theme,
): Markup {
  const { word, mark } = statusWords[stage.status];
  const color = theme.status[stage.status];
  const middle = y + ROW / 2;
  const label = markup`<text x="12" y="${middle + 4}" font-size="13" fill="${theme.ink}">${truncate(stage.title, 28)}</text>`;
  if (stage.startedAt === undefined || stage.status === 'skipped') {
    const at = stage.startedAt === undefined ? LABELS : x(Date.parse(stage.startedAt));
    // Beyond the middle there is no room for words on the right.
    const anchor = at > WIDTH / 2 + LABELS / 2 ? 'end' : 'start';
    const words = `${mark} ${word.toLowerCase()}`;
    return markup`<g>${label}<text x="${round(at + (anchor === 'end' ? 60 : 0))}" y="${middle + 4}" font-size="11" text-anchor="${anchor}" fill="${theme.faint}">${words}</text></g>`;
  }
  const from = x(Date.parse(stage.startedAt));
  const to = x(stage.endedAt === undefined ? end : Date.parse(stage.endedAt));
  const width = Math.max(to - from, 3);
  const fill = stage.status === 'ok' ? color : `url(#${stage.status})`;
  const seconds = stage.seconds === undefined ? '' : formatSeconds(stage.seconds);
  return markup`<g><title>${stage.title}: ${word.toLowerCase()}${seconds === '' ? '' : `, ${seconds}`}</title>${label}
<rect x="${round(from)}" y="${middle - BAR / 2}" width="${round(width)}" height="${BAR}" rx="3" fill="${fill}" stroke="${color}"/>
<text x="${round(from + width + 7)}" y="${middle + 4}" font-size="12" fill="${theme.ink}"><tspan fill="${color}" font-weight="700">${mark}</tspan> ${seconds}</text></g>`;
}

/** One pattern a status that is not plain success, so that print and colour-blind readers tell them apart. */
function patterns(theme: Theme): Markup {
  const hatch = (status: RunStage['status'], d: string, opacity: string) => markup`
<pattern id="${status}" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="${theme.paper}"/><rect width="8" height="8" fill="${theme.status[status]}" fill-opacity="${opacity}"/><path d="${d}" stroke="${theme.status[status]}" stroke-width="2.4" fill="none"/></pattern>`;
  return markup`<defs>${[
    hatch('failed', 'M0 0L8 8M8 0L0 8', '0.35'),
    hatch('rolled-back', 'M-2 2L2 -2M0 8L8 0M6 10L10 6', '0.25'),
    hatch('partial', 'M0 6H8', '0.3'),
    hatch('interrupted', 'M2 0V8M6 0V8', '0.2'),
    hatch('cut-off', 'M0 2H3M4 6H7', '0.15'),
    hatch('running', 'M0 4H4', '0.35'),
    ...trafficPatterns(theme),
  ]}</defs>`;
}

function axis(total: number, x: (seconds: number) => number, bottom: number, theme: Theme): Markup {
  const ticks = timeTicks(total, niceStep(total, 8));
  return markup`<g font-size="11" fill="${theme.faint}">${ticks.map(
    (tick) =>
      markup`<line x1="${round(x(tick))}" y1="${AXIS - 6}" x2="${round(x(tick))}" y2="${bottom}" stroke="${theme.line}" stroke-dasharray="2 3"/><text x="${round(x(tick))}" y="${AXIS - 12}" text-anchor="middle">${tick === 0 ? '0' : formatSeconds(tick).replace('.0s', 's')}</text>`,
  )}</g>`;
}
