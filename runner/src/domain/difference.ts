/** One thing that is not as it was: what would change, or what somebody else has changed. */
export interface Difference {
  /** As the platform calls it: `image`, `cpu`, `environment`, `secret`, `version` … */
  readonly what: string;
  /** Which one, where there are several: the name of a variable, of a secret. */
  readonly name?: string;
  /** The container or host that has it; absent where the whole has it. */
  readonly of?: string;
  /** What it was; absent where it is new. */
  readonly from?: unknown;
  /** What it becomes; absent where it goes away. */
  readonly to?: unknown;
}

/** An image, by the version that it was built for where that is known. */
export interface ImageValue {
  readonly image: string;
  /** `sha256:…`; empty where it is yet to be built. */
  readonly digest: string;
  readonly version?: string;
}

/** What a deploy would change in one target. */
export interface TargetDiff {
  readonly differences: readonly Difference[];
  /** What Terraform changed in the task definition since, which the deploy takes along; it is among the differences. */
  readonly fromTerraform?: readonly Difference[];
  /** What Terraform changed and somebody else too: the deploy keeps what runs. */
  readonly kept?: readonly Difference[];
  /** What could not be compared, in words. */
  readonly unknown?: readonly string[];
}

/** Longer values are cut: a person compares beginnings. */
const LONGEST = 100;

/** A difference as a person reads it: `memory 512 → 1024`, `web: environment LEVEL added (debug)`. */
export function differenceWords({ what, name, of, from, to }: Difference): string {
  const subject = `${of === undefined ? '' : `${of}: `}${what}${name === undefined ? '' : ` ${name}`}`;
  if (from === undefined) return `${subject} added${inBrackets(to)}`;
  if (to === undefined) return `${subject} removed${inBrackets(from)}`;
  return `${subject} ${valueWords(from)} → ${valueWords(to)}`;
}

/** What is added or removed is told where it is a plain value; a whole container is told by its name. */
const inBrackets = (value: unknown): string =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !isImage(value)
    ? ''
    : ` (${valueWords(value)})`;

function valueWords(value: unknown): string {
  if (isImage(value)) return imageWords(value);
  const text =
    typeof value === 'string' ? value : Array.isArray(value) ? listWords(value) : JSON.stringify(value);
  if (text === '') return "''";
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

const isImage = (value: unknown): value is ImageValue =>
  value !== null && typeof value === 'object' && 'digest' in value && 'image' in value;

function imageWords({ image, digest, version }: ImageValue): string {
  if (digest === '') return `${version ?? image} (not built yet)`;
  return version === undefined ? `${image}@${digest}` : `${version} (${digest.slice(0, 19)})`;
}

const listWords = (values: readonly unknown[]): string =>
  values.every((one) => typeof one === 'string') ? values.join(' ') : JSON.stringify(values);
