import type { RunStage, TrafficRecord } from '../../events/run.js';
import { truncate } from '../text.js';
import { finalTraffic, shares, trafficWords } from '../traffic.js';
import { LABELS, LETTER, round, type Canvas } from './canvas.js';
import { markup, type Markup } from './markup.js';
import type { Theme } from './theme.js';

/** A lane, and the bar in it: half of it still has room for a line of text. */
export const LANE = 36;
const BAR = 28;
/** Space that words need at both ends. */
const PADDING = 8;

/** Lanes of a stage, one for each target whose requests are shared between colours. */
export const trafficLanes = (stage: RunStage): readonly (readonly TrafficRecord[])[] =>
  finalTraffic(stage.traffic).map(({ subject }) =>
    (stage.traffic ?? []).filter((one) => one.subject === subject),
  );

/**
 * Draws where the requests of one target went: the colours as shares of the height, over time. Each stretch says its
 * shares in words where there is room, and always in its title.
 * @param moves of one target, in order
 */
export function trafficLane(
  moves: readonly TrafficRecord[],
  stage: RunStage,
  top: number,
  { theme, x, end }: Canvas,
): Markup {
  const last = moves.at(-1) as TrafficRecord;
  const until = stage.endedAt === undefined ? end : Date.parse(stage.endedAt);
  const stretches = moves.map((move, index) => {
    const from = x(Date.parse(move.at));
    const to = x(Date.parse(moves[index + 1]?.at ?? new Date(until).toISOString()));
    return stretch(move, { left: from, width: Math.max(to - from, 1), top: top + 3 }, theme);
  });
  const words = largest(last);
  return markup`<g><title>requests of ${last.subject}: ${trafficWords(last)}</title>
<text x="${LABELS - 16}" y="${top + LANE / 2 + 3}" font-size="11" text-anchor="end" fill="${theme.faint}">${truncate(`${last.subject} requests`, 28)}</text>
${stretches}
<text x="${round(x(until) + 5)}" y="${top + LANE / 2 + 3}" font-size="10" fill="${theme.ink}">${truncate(`${words.colour} ${percentOf(words)}`, 13)}</text></g>`;
}

/** Patterns that the colours are filled with: they differ without colour too. */
export function trafficPatterns({ traffic }: Theme): readonly Markup[] {
  const pattern = (name: keyof Theme['traffic'], inside: Markup) => markup`
<pattern id="traffic-${name}" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="${traffic[name].fill}"/>${inside}</pattern>`;
  return [
    pattern('blue', markup``),
    pattern(
      'green',
      markup`<path d="M0 6L6 0" stroke="${traffic.green.line}" stroke-width="0.8" stroke-opacity="0.55"/>`,
    ),
    pattern(
      'other',
      markup`<path d="M0 3H6" stroke="${traffic.other.line}" stroke-width="0.8" stroke-opacity="0.55"/>`,
    ),
  ];
}

interface Box {
  readonly left: number;
  readonly width: number;
  readonly top: number;
}

function stretch(move: TrafficRecord, { left, width, top }: Box, theme: Theme): Markup {
  const all = shares(move);
  const total = all.reduce((sum, { percent }) => sum + percent, 0);
  if (total === 0) return markup``;
  const main = largest(move);
  let y = top;
  const drawn = all.map((share) => {
    const { colour, percent } = share;
    const height = (percent / total) * BAR;
    const kind = kindOf(colour);
    const rect = markup`<rect x="${round(left)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="url(#traffic-${kind})" stroke="${theme.traffic[kind].line}" stroke-width="0.8"/>`;
    const middle = y + height / 2 + 3.5;
    y += height;
    // The largest share speaks for all; two halves have room for a line each.
    const isNamed = colour === main.colour || height >= BAR / 2;
    return {
      rect,
      words: isNamed
        ? firstThatFits(height > BAR / 2 ? [trafficWords(move), ...wordsOf(share)] : wordsOf(share), width)
        : '',
      middle,
      fill: theme.traffic[kind].fill,
    };
  });
  const labels = drawn.flatMap(({ words, middle, fill }) =>
    words === ''
      ? []
      : [
          markup`<text x="${round(left + width / 2)}" y="${round(middle)}" font-size="10.5" text-anchor="middle" fill="${theme.ink}" stroke="${fill}" stroke-width="3" paint-order="stroke">${words}</text>`,
        ],
  );
  return markup`<g><title>${trafficWords(move)}</title>${drawn.map(({ rect }) => rect)}${labels}</g>`;
}

type Share = ReturnType<typeof shares>[number];

const kindOf = (colour: string): keyof Theme['traffic'] =>
  colour === 'blue' || colour === 'green' ? colour : 'other';
const percentOf = ({ percent }: Share) => `${Math.round(percent * 10) / 10} %`;

const largest = (move: TrafficRecord): Share =>
  shares(move).reduce((most, one) => (one.percent > most.percent ? one : most));

/** What may be written into a share, the longest first. */
const wordsOf = (share: Share): readonly string[] => {
  const short = `${share.colour} ${percentOf(share)}`;
  return [...(share.version === undefined ? [] : [`${short} (${share.version})`]), short, percentOf(share)];
};

const firstThatFits = (all: readonly string[], width: number): string =>
  all.find((words) => words.length * LETTER + PADDING <= width) ?? '';
