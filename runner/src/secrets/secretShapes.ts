import type { Span } from './needles.js';

/**
 * What is a secret by its form, wherever it stands: tokens that their issuers gave a recognisable beginning, private
 * keys, passwords in addresses, credentials in headers. Digests, commits, account numbers and the like are none of these.
 */
const TOKENS = [
  'A(?:KIA|SIA)[A-Z0-9]{16}(?![A-Za-z0-9])',
  'gh[opsur]_[A-Za-z0-9]{20,}',
  'github_pat_[A-Za-z0-9_]{20,}',
  'gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt)-[A-Za-z0-9_.-]{16,}',
  'npm_[A-Za-z0-9]{30,}',
  'xox[a-z](?:\\.xox[a-z])?-[A-Za-z0-9-]{8,}',
  'xapp-[0-9]-[A-Za-z0-9-]{10,}',
  'sk-(?=[A-Za-z_-]*[0-9])(?:[A-Za-z0-9]+[_-]){0,4}[A-Za-z0-9_-]{20,}',
  '[rs]k_(?:live|test)_[A-Za-z0-9]{16,}',
  'whsec_[A-Za-z0-9+/=]{16,}',
  'AIza[A-Za-z0-9_-]{35}',
  'ya29\\.[A-Za-z0-9_-]{20,}',
  'SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}',
  'hv[sbr]\\.[A-Za-z0-9_-]{20,}',
  'do[opr]_v1_[a-f0-9]{40,}',
  'dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}',
  'pypi-AgE[A-Za-z0-9_-]{40,}',
  'ATATT3[A-Za-z0-9_=-]{40,}',
  'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{30,}',
  'AGE-SECRET-KEY-1[A-Z0-9]{40,}',
  'eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}',
].join('|');

const TOKEN = new RegExp(`(?<![A-Za-z0-9])(?:${TOKENS})`, 'g');

/** Characters of a line's end, also as JSON writes it. */
const NEWLINE = '(?:\\\\r)?(?:\\\\n|\\r?\\n)';
const KEY_BEGIN = '-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----';
const KEY_END = '-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----';
const PRIVATE_KEY = new RegExp(
  `(?<=${KEY_BEGIN})(?:[^-]{16,}?(?=${KEY_END})|(?:${NEWLINE}[ \\t]*[A-Za-z0-9+/=]{16,})+)`,
  'g',
);

/** `user:password@` after a scheme; the password may hold what it should not: `:` and `@`. */
const PASSWORD =
  /(?<=[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/[^\s/?#@:'"<>`]{0,100}:)[^\s/?#'"<>`]{1,500}(?=@[^\s/?#@'"<>`])/g;
/** A token in place of a user. */
const LONE_USER = /(?<=[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/)[A-Za-z0-9_-]{20,200}(?=@)/g;

const HEADER =
  /(?<=authorization["']?\s{0,3}[:=]\s{0,3}["']?(?:basic|bearer|token|digest)\s{1,3})[^\s"',;]{6,}|(?<=x-amz-(?:security-token|signature)["']?\s{0,3}[=:]\s{0,3}["']?)[^\s"'&,;]{6,}|(?<=x-(?:vault-token|api-key|auth-token|gitlab-token)["']?\s{0,3}[:=]\s{0,3}["']?)[^\s"',;]{6,}/gi;
const HEADERS = /authorization|x-amz-s|x-vault-t|x-api-k|x-auth-t|x-gitlab-t/i;

const WEBHOOK =
  /(?<=hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9/_-]{10,}|(?<=discord(?:app)?\.com\/api\/webhooks\/)[0-9]+\/[A-Za-z0-9_-]{20,}/g;

const ANY = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
const BEGINNINGS =
  'AKIA ASIA gho_ ghp_ ghs_ ghu_ ghr_ gith glpa gldt glrt glcb glpt glft glso glag glim npm_ xapp rk_l rk_t sk_l sk_t whse AIza ya29 hvs. hvb. hvr. dop_ doo_ dor_ dckr pypi ATAT shpa shpc shpp shps AGE- PRIV utho UTHO x-am X-Am X-AM x-va X-Va X-VA x-ap X-Ap X-API x-au X-Au X-AU x-gi X-Gi X-GI';

/** Of any text in which `findShapes` finds something, at least one of these is a part; four characters each. */
export const HINTS: readonly string[] = [
  ...BEGINNINGS.split(' ').map((hint) => hint.slice(0, 4)),
  ...['://', 'sk-', 'eyJ', 'SG.', 'xox'].flatMap((begin) => ANY.map((next) => begin + next)),
];

/** What refers to a secret is none: `${env:PASSWORD}`, `$PASSWORD`, `{{ password }}`, and what was masked before. */
const REFERS = /^(?:\$\{[^}]*\}|\$\w+|\{\{.*\}\}|\*{3,}|%[sdv])$/;

/** Tells every place in a text where something has the form of a secret. */
export function findShapes(text: string, found: (start: number, end: number) => void): void {
  each(text, TOKEN, found);
  if (text.includes('://')) {
    each(text, PASSWORD, found);
    each(text, LONE_USER, found);
    if (text.includes('hook')) each(text, WEBHOOK, found);
  }
  if (text.includes('PRIVATE KEY')) each(text, PRIVATE_KEY, found);
  if (HEADERS.test(text)) each(text, HEADER, found);
}

function each(text: string, pattern: RegExp, found: (start: number, end: number) => void): void {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (match[0] === '') pattern.lastIndex += 1;
    else if (!REFERS.test(match[0])) found(match.index, match.index + match[0].length);
  }
}

/** A line after which lines of a private key follow. */
export const beginsKey = (line: string): boolean =>
  line.includes('PRIVATE KEY') && new RegExp(`${KEY_BEGIN}\\W*$`).test(line);
/** A line inside of a private key: base64, a header, or nothing. */
export const isOfKey = (line: string): boolean =>
  /^[\s|>]*(?:[A-Za-z0-9+/=]*|(?:Proc-Type|DEK-Info|Comment|Version|Hash|MessageID|Charset): .*)\s*$/.test(
    line,
  );

/** What of a value is a secret by its form: all of it, or the password in it, and that as it is meant. */
export function secretsIn(value: string): readonly string[] {
  const spans: Span[] = [];
  findShapes(value, (start, end) => void spans.push({ start, end }));
  const found = spans.map(({ start, end }) => value.slice(start, end));
  // As a whole: passwords that should have been encoded, and were not.
  const address = /^[a-z][a-z0-9+.-]*:\/\/[^:@/\s]*:(.+)@[^@\s]*$/is.exec(value.trim())?.[1];
  if (address !== undefined && !/^[^@]*:\d+\//.test(`x:${address}`)) found.push(address);
  // `Server=db;Password=…;`, as databases and storage accounts write it.
  for (const [, word] of value.matchAll(
    /(?:^|[;\s])(?:password|pwd|accountkey|sharedaccesskey|sharedaccesssignature)\s*=\s*('[^']+'|"[^"]+"|[^;\s]+)/gi,
  ))
    found.push((word as string).replace(/^(['"])(.*)\1$/, '$2'));
  return [...new Set(found.flatMap((text) => [text, decoded(text)]))].filter((text) => !REFERS.test(text));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
