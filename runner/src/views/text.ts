/** Text on a terminal: how wide it is, and how to make it fit. */

const ANSI = /\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g;

/** Control characters, and those that change the direction of text: a name could read as another one. */
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** Removes colours and cursor movements. */
export function stripAnsi(text: string): string {
  return text.replace(ANSI, '');
}

/** Makes text of child processes harmless to a terminal: no escape sequences, no control characters, tabs as spaces. */
export function printable(text: string): string {
  return stripAnsi(text).replaceAll('\t', '    ').replace(CONTROL, '');
}

/** Columns that a text takes on a terminal (East Asian wide characters and emoji take two, marks none). */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of stripAnsi(text)) width += characterWidth(character.codePointAt(0) as number);
  return width;
}

function characterWidth(code: number): number {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
  const isMark =
    (code >= 0x300 && code <= 0x36f) ||
    (code >= 0x200b && code <= 0x200d) ||
    (code >= 0xfe00 && code <= 0xfe0f);
  if (isMark) return 0;
  const isWide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd);
  return isWide ? 2 : 1;
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
    for (const character of part) {
      const next = characterWidth(character.codePointAt(0) as number);
      if (used + next > room) return `${result}${ellipsis}${coloured ? '\x1b[0m' : ''}`;
      used += next;
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
