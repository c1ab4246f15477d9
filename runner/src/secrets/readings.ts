import { CONTROL_SEQUENCE } from '../base/ansi.js';

/**
 * A text as a reader may come to see it: escape sequences taken away, an encoding undone, lines joined. Characters are
 * bytes of UTF-8, so that `ü`, `%C3%BC` and `\u00fc` are the same; each knows where in the original it comes from.
 */
export interface Decoding {
  readonly text: string;
  /** Where each character's source begins and ends in the original. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Decoding is repeated, since an encoding may stand inside another: JSON in JSON in a URL. */
const MOST_PASSES = 6;

/** A text without any of these is read as it stands. */
const WORTH_A_LOOK =
  /[\\\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]|%(?:[0-9A-Fa-f]{2}|%)|&[#A-Za-z][0-9A-Za-z]{1,9};|''|""|'"'|\$\$/;
const HAS_NOISE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/;

const SEQUENCE = new RegExp(CONTROL_SEQUENCE.source, 'y');
const NOISE = new RegExp(
  `${SEQUENCE.source}|[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2064\\ufeff]`,
  'g',
);

/** What a terminal is left with: no escape sequences, no control characters but newlines and tabs, nothing of no width. */
export function withoutEscapes(text: string): string {
  NOISE.lastIndex = 0;
  return NOISE.test(text) ? text.replace(NOISE, '') : text;
}

/**
 * Every reading of a text beside the text itself, told one by one.
 * @param visit gets a reading with its lines joined, since a value may be wrapped; and with its lines apart, where it has
 *   several. Both are valid until it returns.
 */
export function eachDecoding(text: string, visit: (joined: Decoding, apart: Decoding) => void): void {
  if (!WORTH_A_LOOK.test(text)) return;
  taken = 0;
  const given = asBytes(text);
  if (!HAS_NOISE.test(text)) readThrough(given, visit, given.length === text.length && !text.includes('\n'));
  else {
    readThrough(withoutNoise(given, true), visit);
    // Some know less of these sequences than others, and take away their first character alone.
    if (text.includes('\x1b')) readThrough(withoutNoise(given, false), visit);
    if (text.includes('\b')) readThrough(withoutNoise(withoutOverstruck(given), true), visit);
  }
  // An escape itself may be wrapped.
  if (text.includes('\n')) readThrough(joinLines(withoutNoise(given, true)), visit);
}

/** @param isSame true where the text as it stands was read already */
function readThrough(plain: Bytes, visit: (joined: Decoding, apart: Decoding) => void, isSame = false): void {
  let bytes = plain;
  for (let pass = 0; pass <= MOST_PASSES; pass += 1) {
    if (pass > 0) {
      const decoded = decode(bytes);
      if (decoded === bytes) return;
      bytes = decoded.hasNoise ? withoutNoise(decoded, true) : decoded;
    }
    if (pass === 0 && isSame) continue;
    const apart = bytes.reading();
    visit(apart.text.includes('\n') ? joinLines(bytes).reading() : apart, apart);
  }
}

/** Buffers of lines that came before: making new ones for each line is what would take the time. */
const kept: Bytes[] = [];
/** Bytes of the longest escape, which may be looked for at the end of a text. */
const LONGEST_ESCAPE = 16;
let taken = 0;
const LONGEST_KEPT = 64 * 1024;

/** Valid until the next text is read. */
function emptyBytes(capacity: number): Bytes {
  if (capacity > LONGEST_KEPT) return new Bytes(capacity);
  let bytes = kept[taken];
  if (bytes === undefined || bytes.codes.length < capacity + LONGEST_ESCAPE) {
    bytes = kept[taken] = new Bytes(Math.max(1024, 2 ** Math.ceil(Math.log2(capacity))));
  }
  taken += 1;
  bytes.length = 0;
  bytes.hasNoise = false;
  return bytes;
}

/** Characters with their sources, filled one after the other. */
class Bytes {
  readonly codes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  length = 0;
  hasNoise = false;

  private readonly buffer: Buffer;

  constructor(room: number) {
    const capacity = room + LONGEST_ESCAPE;
    this.codes = this.buffer = Buffer.alloc(capacity);
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
  }

  push(code: number, start: number, end: number): void {
    this.codes[this.length] = code;
    this.starts[this.length] = start;
    this.ends[this.length] = end;
    this.length += 1;
  }

  /** A character beyond ASCII becomes several. */
  pushCharacter(code: number, start: number, end: number): void {
    if (code < 0x80) return this.push(code, start, end);
    if (code < 0x800) this.push(0xc0 | (code >> 6), start, end);
    else {
      if (code < 0x10000) this.push(0xe0 | (code >> 12), start, end);
      else {
        this.push(0xf0 | ((code >> 18) & 7), start, end);
        this.push(0x80 | ((code >> 12) & 0x3f), start, end);
      }
      this.push(0x80 | ((code >> 6) & 0x3f), start, end);
    }
    this.push(0x80 | (code & 0x3f), start, end);
  }

  copy(from: Bytes, index: number): void {
    this.push(from.codes[index] as number, from.starts[index] as number, from.ends[index] as number);
  }

  reading(): Decoding {
    const { length, starts, ends } = this;
    const text = this.buffer.toString('latin1', 0, length);
    return { text, starts, ends };
  }
}

function asBytes(text: string): Bytes {
  const bytes = emptyBytes(text.length * 3);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x80) bytes.push(code, index, index + 1);
    else {
      const whole = text.codePointAt(index) as number;
      const end = index + (whole > 0xffff ? 2 : 1);
      bytes.pushCharacter(whole, index, end);
      index = end - 1;
    }
  }
  return bytes;
}

/** @param isTerminal knows short sequences such as `ESC c` too */
function withoutNoise(bytes: Bytes, isTerminal: boolean): Bytes {
  const { codes, length } = bytes;
  codes.fill(0, length, length + LONGEST_ESCAPE);
  const result = emptyBytes(length);
  let text: string | undefined;
  for (let index = 0; index < length; index += 1) {
    const code = codes[index] as number;
    if (code === 0x1b) {
      text ??= bytes.reading().text;
      SEQUENCE.lastIndex = index;
      const match = SEQUENCE.exec(text);
      const isShort = match?.[1] !== undefined;
      if (match !== null && (isTerminal || !isShort)) index += match[0].length - 1;
      continue;
    }
    if ((code < 0x20 && code !== 0x0a && code !== 0x09) || code === 0x7f) continue;
    const width = code < 0xc2 ? 0 : widthlessAt(codes, index, code);
    if (width > 0) index += width - 1;
    else result.copy(bytes, index);
  }
  return result;
}

/** Bytes of a character of no width that begins here; 0 where it is another. */
function widthlessAt(codes: Uint8Array, index: number, code: number): number {
  const [second = 0, third = 0] = [codes[index + 1], codes[index + 2]];
  if (code === 0xc2) return (second >= 0x80 && second <= 0x9f) || second === 0xad ? 2 : 0;
  if (code === 0xef) return second === 0xbb && third === 0xbf ? 3 : 0;
  if (code !== 0xe2) return 0;
  if (second === 0x80) return (third >= 0x8b && third <= 0x8f) || (third >= 0xa8 && third <= 0xae) ? 3 : 0;
  return second === 0x81 && third >= 0xa0 && third <= 0xa4 ? 3 : 0;
}

/** A character and a backspace: what was written over belongs to what stands there now. */
function withoutOverstruck(bytes: Bytes): Bytes {
  const result = emptyBytes(bytes.length);
  let from: number | undefined;
  for (let index = 0; index < bytes.length; index += 1) {
    if (bytes.codes[index] !== 8) {
      result.copy(bytes, index);
      if (from !== undefined) result.starts[result.length - 1] = from;
      from = undefined;
    } else if (result.length > 0) {
      result.length -= 1;
      from = result.starts[result.length];
    }
  }
  return result;
}

/** Takes away the end of each line with what frames the next one: indentation, a quote's mark, Terraform's box. */
function joinLines(bytes: Bytes): Bytes {
  const { codes, length } = bytes;
  const result = emptyBytes(length);
  codes.fill(0, length, length + LONGEST_ESCAPE);
  for (let index = 0; index < length; index += 1) {
    if (codes[index] !== 0x0a) {
      result.copy(bytes, index);
      continue;
    }
    while (result.length > 0 && isSpace(result.codes[result.length - 1] as number)) result.length -= 1;
    for (let width = 1; width > 0; index += width) width = frameAt(codes, index + 1);
  }
  return result;
}

const isSpace = (code: number) => code === 0x20 || code === 0x09 || code === 0x0a;

function frameAt(codes: Uint8Array, index: number): number {
  const code = codes[index];
  if (code === undefined) return 0;
  if (isSpace(code) || code === 0x7c || code === 0x3e) return 1;
  return code === 0xe2 && (codes[index + 1] === 0x94 || codes[index + 1] === 0x95) ? 3 : 0;
}

const [PERCENT, AMPERSAND, BACKSLASH, QUOTE, DOUBLE, DOLLAR] = [0x25, 0x26, 0x5c, 0x27, 0x22, 0x24];

/** Undoes one layer of escapes, of whatever kind; the same bytes where there are none. */
function decode(bytes: Bytes): Bytes {
  const { codes, length } = bytes;
  // What a longer text has left behind it is no part of this one.
  codes.fill(0, length, length + LONGEST_ESCAPE);
  let result: Bytes | undefined;
  for (let index = 0; index < length; index += 1) {
    const code = codes[index] as number;
    const isEscape =
      code === PERCENT ||
      code === AMPERSAND ||
      code === BACKSLASH ||
      code === QUOTE ||
      code === DOUBLE ||
      code === DOLLAR;
    const found = isEscape ? escapeAt(codes, index, code) : undefined;
    if (found === undefined) {
      result?.copy(bytes, index);
      continue;
    }
    if (result === undefined) {
      result = emptyBytes(length);
      for (let before = 0; before < index; before += 1) result.copy(bytes, before);
    }
    const [start, end] = [bytes.starts[index] as number, bytes.ends[index + found.width - 1] as number];
    if (found.byte !== undefined) result.push(found.byte, start, end);
    else if (found.character !== undefined) result.pushCharacter(found.character, start, end);
    const value = found.byte ?? found.character ?? 0x20;
    if (value < 0x20 || value === 0x7f || value === 0xad || value >= 0x2000) result.hasNoise = true;
    index += found.width - 1;
  }
  return result ?? bytes;
}

interface Escape {
  /** Bytes that it takes. */
  readonly width: number;
  readonly byte?: number | undefined;
  readonly character?: number;
}

function escapeAt(codes: Uint8Array, index: number, code: number): Escape | undefined {
  const next = codes[index + 1];
  switch (code) {
    case PERCENT: {
      if (next === PERCENT) return { width: 2, byte: PERCENT };
      const byte = hex(codes, index + 1, 2);
      return byte === undefined ? undefined : { width: 3, byte };
    }
    case AMPERSAND:
      return entityAt(codes, index);
    case BACKSLASH:
      return backslashAt(codes, index);
    case QUOTE:
      // In the shell a quote between quotes is '\'' or '"'"'; in YAML and SQL it is doubled.
      if (next === BACKSLASH && codes[index + 2] === QUOTE && codes[index + 3] === QUOTE)
        return { width: 4, byte: QUOTE };
      if (next === DOUBLE && codes[index + 2] === QUOTE && codes[index + 3] === DOUBLE)
        return { width: codes[index + 4] === QUOTE ? 5 : 4, byte: QUOTE };
      return next === QUOTE ? { width: 2, byte: QUOTE } : undefined;
    default:
      return next === code ? { width: 2, byte: code } : undefined;
  }
}

/** Letters after a backslash that stand for another character. */
const LETTERS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, a: 7, b: 8, e: 27, f: 12, v: 11 };

function backslashAt(codes: Uint8Array, index: number): Escape | undefined {
  const next = codes[index + 1];
  if (next === undefined || next === 0) return undefined;
  const letter = String.fromCharCode(next);
  if (letter === 'u') {
    if (codes[index + 2] === 0x7b) return bracedAt(codes, index);
    const high = hex(codes, index + 2, 4);
    if (high === undefined) return { width: 2, byte: next };
    const isPair =
      high >= 0xd800 && high < 0xdc00 && codes[index + 6] === BACKSLASH && codes[index + 7] === next;
    const low = isPair ? hex(codes, index + 8, 4) : undefined;
    if (low === undefined) return { width: 6, character: high };
    return { width: 12, character: 0x10000 + ((high - 0xd800) << 10) + ((low - 0xdc00) & 0x3ff) };
  }
  if (letter === 'U') {
    const character = hex(codes, index + 2, 8);
    return character === undefined
      ? { width: 2, byte: next }
      : { width: 10, character: character & 0x1fffff };
  }
  if (letter === 'x') {
    const byte = hex(codes, index + 2, 2);
    return byte === undefined ? { width: 2, byte: next } : { width: 4, byte };
  }
  if (next >= 0x30 && next <= 0x37) {
    let [width, byte] = [1, 0];
    for (let digit = next; width < 4 && digit >= 0x30 && digit <= 0x37; digit = codes[index + width] ?? 0) {
      if (byte * 8 + digit - 0x30 > 0xff) break;
      byte = byte * 8 + digit - 0x30;
      width += 1;
    }
    return { width, byte };
  }
  // A line that goes on.
  if (next === 0x0a) return { width: 2 };
  return { width: 2, byte: LETTERS[letter] ?? next };
}

function bracedAt(codes: Uint8Array, index: number): Escape {
  for (let digits = 1; digits <= 6; digits += 1) {
    if (codes[index + 3 + digits] !== 0x7d) continue;
    const character = hex(codes, index + 3, digits);
    if (character !== undefined) return { width: digits + 4, character };
  }
  return { width: 2, byte: codes[index + 1] };
}

/** Names of HTML for ASCII and Latin-1, which is what encoders write by name. */
const ENTITIES = new Map<string, number>([
  ...Object.entries({ quot: 34, amp: 38, apos: 39, lt: 60, gt: 62, Tab: 9, NewLine: 10, excl: 33, num: 35 }),
  ...Object.entries({ dollar: 36, percnt: 37, lpar: 40, rpar: 41, ast: 42, plus: 43, comma: 44, period: 46 }),
  ...Object.entries({
    sol: 47,
    colon: 58,
    semi: 59,
    equals: 61,
    quest: 63,
    commat: 64,
    lsqb: 91,
    lbrack: 91,
  }),
  ...Object.entries({
    bsol: 92,
    rsqb: 93,
    rbrack: 93,
    Hat: 94,
    lowbar: 95,
    grave: 96,
    lcub: 123,
    lbrace: 123,
  }),
  ...Object.entries({ verbar: 124, vert: 124, rcub: 125, rbrace: 125, QUOT: 34, AMP: 38, LT: 60, GT: 62 }),
  ...Object.entries({ euro: 8364 }),
  ...'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'
    .split(' ')
    .map((name, index): [string, number] => [name, 160 + index]),
]);
const LONGEST_ENTITY = 10;

function entityAt(codes: Uint8Array, index: number): Escape | undefined {
  let end = index + 1;
  while (end < index + LONGEST_ENTITY && codes[end] !== 0x3b && codes[end] !== 0) end += 1;
  if (codes[end] !== 0x3b) return undefined;
  const name = String.fromCharCode(...codes.subarray(index + 1, end));
  const [, hexadecimal, decimal] = /^#(?:[xX]([0-9A-Fa-f]+)|([0-9]+))$/.exec(name) ?? [];
  const character =
    hexadecimal !== undefined
      ? parseInt(hexadecimal, 16)
      : decimal !== undefined
        ? Number(decimal)
        : ENTITIES.get(name);
  if (character === undefined || character > 0x10ffff) return undefined;
  return { width: end - index + 1, character };
}

/** A number of so many hexadecimal digits; undefined where there are fewer. */
function hex(codes: Uint8Array, index: number, digits: number): number | undefined {
  let value = 0;
  for (let at = index; at < index + digits; at += 1) {
    const code = codes[at] ?? 0;
    const digit =
      code >= 0x30 && code <= 0x39
        ? code - 0x30
        : (code | 0x20) >= 0x61 && (code | 0x20) <= 0x66
          ? (code | 0x20) - 0x57
          : -1;
    if (digit < 0) return undefined;
    value = value * 16 + digit;
  }
  return value;
}
