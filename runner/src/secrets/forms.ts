import { SHORTEST } from './needles.js';
import { eachDecoding } from './readings.js';

/** A line of a secret that is shorter tells nothing, and would mask ordinary words. */
const SHORTEST_LINE = 8;
/** A form that is not the secret as it was given, likewise. */
const SHORTEST_READING = 6;
const SHORTEST_BASE64 = 8;
const SHORTEST_WITHOUT_ENDS = 10;
/** Of longer values only the lines are looked for in base64 of base64. */
const LONG = 4096;
const MANY_LINES = 400;

/**
 * Every form in which a secret may stand in a text, beside those that decoding the text brings back: as it is, each line
 * of it, as JSON, in a URL, in hex, in base64 (all three alignments, both alphabets), and in base64 of base64.
 */
export function formsOf(secret: string): readonly string[] {
  const forms = new Set<string>();
  const add = (form: string, shortest = SHORTEST) => void (form.length >= shortest && forms.add(form));
  const trimmed = secret.trim();
  addAll(add, secret);
  if (trimmed !== secret) addAll(add, trimmed);
  const lines = trimmed.split(/\r\n|\r|\n/).map((line) => line.trim());
  if (lines.length > 1 && lines.length <= MANY_LINES) {
    for (const line of lines) if (line.length >= SHORTEST_LINE && !isFrame(line)) addAll(add, line);
  }
  return [...forms];
}

/** `-----BEGIN PRIVATE KEY-----` is no secret. */
const isFrame = (line: string) => /^-{2,}[ A-Z0-9]+-{2,}$/.test(line);

function addAll(add: (form: string, shortest?: number) => void, value: string): void {
  const bytes = Buffer.from(value, 'utf8');
  add(value);
  const addReading = (text: string) => {
    add(text, SHORTEST_READING);
    if (text.includes(' ')) add(text.replaceAll(' ', '+'), SHORTEST_READING);
    if (text.length < SHORTEST_WITHOUT_ENDS) return;
    // Its first character may have become part of an escape before it, its last of one behind it.
    add(text.slice(1));
    if (/[\\%&$'"]$/.test(text)) add(text.slice(0, -1));
  };
  addReading(bytes.toString('latin1'));
  eachDecoding(value, ({ text }) => addReading(text));
  if (value.length > LONG) return;
  const json = JSON.stringify(value).slice(1, -1);
  add(json);
  add(JSON.stringify(json).slice(1, -1));
  const uri = encodeURIComponent(bytes.toString('utf8'));
  add(uri);
  add(uri.replaceAll('%20', '+'));
  add(bytes.toString('hex'));
  add(bytes.toString('hex').toUpperCase());
  for (const written of json === value ? [bytes] : [bytes, Buffer.from(json, 'utf8')]) {
    const whole = written.toString('base64');
    add(whole, SHORTEST_BASE64);
    for (const once of [...base64Cores(written), whole]) {
      add(once, SHORTEST_BASE64);
      for (const twice of base64Cores(Buffer.from(once, 'latin1'))) add(twice, SHORTEST_BASE64);
    }
  }
}

/**
 * Base64 as it looks where 0, 1 or 2 bytes stand before the value: only the characters that the value fully decides.
 * With the alphabet of URLs where that differs.
 */
function base64Cores(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const start = offset === 0 ? 0 : offset + 1;
    const core = encoded.slice(start, Math.floor(((bytes.length + offset) * 8) / 6));
    if (core.length < SHORTEST_BASE64) return [];
    const url = core.replaceAll('+', '-').replaceAll('/', '_');
    return url === core ? [core] : [core, url];
  });
}
