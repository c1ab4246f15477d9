import type { ColourPair, PairView } from './colourPair.js';
import { isColour, liveColour, type Colour } from './rules/colours.js';
import { unknownLiveColour } from './switchFailures.js';

/**
 * Which colour is live.
 * @param recorded what the ledger says, where it has to agree with the rule
 * @param begun the colour that was live when a deploy began that goes on now
 * @throws StackError STATE_CONFLICT
 */
export function requireLive(
  { scope, strategy }: ColourPair,
  { split }: PairView,
  recorded?: string,
  begun?: Colour,
): Colour {
  const finding = liveColour({ split, begun, recorded: isColour(recorded) ? recorded : undefined });
  if (finding.state === 'known') return finding.live;
  throw unknownLiveColour(scope, strategy.rule, finding.why);
}
