import type { ReadLog, StampedLine } from '../../fleet/rules/dockerLog.js';

/** `1793966400.123456 ip-10-0-0-1 app[412]: what it said`. */
const ENTRY = /^(\d+\.\d{6}) \S+ (.*)$/;
/** `-- Boot 1f… --`, `-- No entries --`: words of the reader. */
const WORDS = /^-- .* --$/;

/**
 * The argv that reads the journal of an instance. Stamps are seconds since the epoch with six digits of a second: as long as
 * they have ten digits, two compare as text.
 * @param unit of systemd; the whole journal where left out
 */
export const journalArguments = (
  unit: string | undefined,
  { since, tail, follow = false }: ReadLog,
): readonly string[] => [
  ...['journalctl', '--no-pager', '--quiet', '--output=short-unix'],
  ...(unit === undefined ? [] : [`--unit=${unit}`]),
  ...(since === undefined ? [] : [`--since=@${secondsOf(since)}`]),
  // What is followed begins with its last ten lines unless it is told otherwise.
  ...(tail === undefined ? (follow ? ['--lines=all'] : []) : [`--lines=${tail}`]),
  ...(follow ? ['--follow'] : []),
];

/** An ISO time as the journal writes it. */
const secondsOf = (since: string): string =>
  /^\d+\.\d+$/.test(since) ? since : (Date.parse(since) / 1000).toFixed(6);

/** Reads the lines of one answer, in their order: one that goes on over several has the stamp of its first. */
export function journalReader(): (text: string) => StampedLine | undefined {
  let stamp: string | undefined;
  return (text) => {
    const [, own, line = ''] = ENTRY.exec(text) ?? [];
    stamp = own ?? stamp;
    if (stamp === undefined || text === '' || WORDS.test(text)) return undefined;
    return { stamp, at: Math.round(Number(stamp) * 1000), line: own === undefined ? text : line };
  };
}
