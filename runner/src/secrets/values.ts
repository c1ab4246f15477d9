import { SHORTEST } from './needles.js';
import { secretsIn } from './secretShapes.js';

/** Shorter numbers are ports, years and counts. */
const SHORTEST_NUMBER = 6;

/**
 * Words that stand everywhere: masked, they would make what is shown unreadable, and they protect nothing. In an address
 * (`user:password@`) they are masked all the same, by where they stand.
 */
const COMMON = new Set(
  'true false null none undefined yes no on off enabled disabled default auto basic bearer test tests root admin user users guest local localhost password passwd secret token changeme example postgres postgresql mysql mariadb redis docker terraform ansible jenkins staging production development prod main master http https string text info debug warn warning error'.split(
    ' ',
  ),
);

/** Whether a value can be masked wherever it stands: not too short, no short number, no word that stands everywhere. */
export function isMaskable(value: string): boolean {
  const text = value.trim();
  if (text.length < SHORTEST || COMMON.has(text.toLowerCase())) return false;
  return text.length >= SHORTEST_NUMBER || !/^[\d.,:-]+$/.test(text);
}

/** How often, at least, neighbours of a random word are of different kinds: names and versions change kind seldom. */
const CHANGES = 0.4;

/**
 * Whether a value looks as if it was drawn at random: one long word of capitals, small letters and digits that take turns.
 * Names, versions, regions, images, paths and digests do not.
 */
export function looksRandom(value: string): boolean {
  if (!/^(?!\/)[A-Za-z\d+/=]{12,}$/.test(value)) return false;
  const kinds = [...value].map((one) =>
    ['A-Z', 'a-z', '0-9'].findIndex((kind) => new RegExp(`[${kind}]`).test(one)),
  );
  const changes = kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length;
  return [0, 1, 2].every((kind) => kinds.includes(kind)) && changes >= CHANGES * (kinds.length - 1);
}

/** Fields of a secret that are none themselves: who, where and what kind, as databases and cloud accounts name them. */
const SECRET_WORDS =
  /^(?:user(?:name)?|login|engine|host(?:name)?|server|endpoint|port|db(?:name|instanceidentifier|clusteridentifier)?|database|schema|region|type|kind|name|id|client_(?:id|email|x509_cert_url)|project(?:_id)?|account(?:_?id)?|email|role|scope|auth_uri|token_uri|auth_provider_x509_cert_url|universe_domain|masterarn|arn|version|ssl(?:mode)?|url|uri)$/i;

/** The parts of a secret value that are secrets by themselves: fields of JSON, the password in an address. */
export function partsOf(value: string): readonly string[] {
  const parts = [...secretsIn(value)];
  const text = value.trim();
  if (/^[[{]/.test(text)) {
    try {
      collect(JSON.parse(text), '', parts);
    } catch {
      // Not JSON after all.
    }
  }
  return parts;
}

function collect(value: unknown, name: string, parts: string[]): void {
  if (typeof value === 'string') {
    parts.push(...(SECRET_WORDS.test(name) ? secretsIn(value) : [value, ...secretsIn(value)]));
  } else if (typeof value === 'number' && !SECRET_WORDS.test(name)) parts.push(String(value));
  else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) collect(item, Array.isArray(value) ? name : key, parts);
  }
}
