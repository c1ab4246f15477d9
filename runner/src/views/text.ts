import { eastAsianWidth } from 'get-east-asian-width';
import { stripAnsi } from '../base/ansi.js';

/** Text on a terminal: how wide it is, and how to make it fit. */

/** Control characters, and those that change the direction of text: a name could read as another one. */
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** Makes text of child processes harmless to a terminal: no escape sequences, no control characters, tabs as spaces. */
export function printable(text: string): string {
  return stripAnsi(text).replaceAll('\t', '    ').replace(CONTROL, '');
}

const ASCII = /^[\x20-\x7e]*$/;

/** Marks, format and control characters, the second half of decomposed Hangul and skin tones take no column of their own. */
const NO_WIDTH =
  /^[\p{Mark}\p{Control}\p{Format}\p{Default_Ignorable_Code_Point}\p{Emoji_Modifier}\u1160-\u11ff]$/u;
/** Shows the character before it as an emoji, which takes two columns. */
const AS_EMOJI = 0xfe0f;
/** Joins what follows to the character before it. */
const JOINER = 0x200d;

/**
 * Columns that a text takes on a terminal: East Asian wide characters and emoji take two, marks none. The table is the one in
 * `string-width`, which itself would slow each command down: it takes 21 ms to load and 19 ms for its first text.
 */
export function displayWidth(text: string): number {
  const plain = stripAnsi(text);
  if (ASCII.test(plain)) return plain.length;
  let width = 0;
  for (const { columns } of charactersOf(plain)) width += columns;
  return width;
}

/** Characters, each with the columns that it adds to those before it. */
function* charactersOf(text: string): Generator<{ readonly character: string; readonly columns: number }> {
  let [before, taken] = [0, 0];
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code === AS_EMOJI && taken === 1) taken = 1;
    else if (before === JOINER || NO_WIDTH.test(character)) taken = 0;
    else taken = eastAsianWidth(code);
    yield { character, columns: taken };
    before = code;
  }
}

/**
 * Cuts a line to a width without cutting colours apart; a cut line ends in `ellipsis` and resets its colours.
 * @param width columns that may be used
 */
export function truncate(text: string, width: number, ellipsis = '…'): string {
  if (displayWidth(text) <= width) return text;
  const room = width - displayWidth(ellipsis);
  if (room <= 0) return [...ellipsis].slice(0, Math.max(0, width)).join('');
  let used = 0;
  let result = '';
  let coloured = false;
  for (const part of text.split(/(\x1b\[[0-9;]*m)/)) {
    if (part.startsWith('\x1b[')) {
      coloured = true;
      result += part;
      continue;
    }
    for (const { character, columns } of charactersOf(part)) {
      if (used + columns > room) return `${result}${ellipsis}${coloured ? '\x1b[0m' : ''}`;
      used += columns;
      result += character;
    }
  }
  return result;
}

/** Pads to a width on the right. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** Breaks prose at spaces so that no line is wider than `width`; words longer than a line (paths, URLs) stay whole. */
export function wrap(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > width) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    return [...lines, line];
  });
}
