/**
 * What documents of the state must hold to be believed. A runner writes them whole, but disks lose power, people edit
 * files and newer runners add keys: what is not listed here is let through, what is listed is relied upon.
 */

/** Says where a value is not what it must be, as a path (`deployment.status`, '' for all of it); undefined where it is. */
export type Shape = (value: unknown) => string | undefined;

const holds =
  (test: (value: unknown) => boolean): Shape =>
  (value) =>
    test(value) ? undefined : '';

/** Of documents that say what they say by being there. */
export const anything: Shape = () => undefined;
const text = holds((value) => typeof value === 'string');
const time = holds((value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)));
const isNumber = holds((value) => typeof value === 'number');
const isBoolean = holds((value) => typeof value === 'boolean');
const whole = (least: number) => holds((value) => Number.isSafeInteger(value) && (value as number) >= least);
const oneOf = (...words: readonly string[]) => holds((value) => words.includes(value as string));

/** The path of the first member that is not what it must be. */
function first(members: Iterable<readonly [name: string | number, found: string | undefined]>) {
  for (const [name, found] of members)
    if (found !== undefined) return found === '' ? String(name) : `${name}.${found}`;
  return undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param members by name; `name?` may be left out */
const object =
  (members: Readonly<Record<string, Shape>>): Shape =>
  (value) => {
    if (!isObject(value)) return '';
    return first(
      Object.entries(members).map(([name, shape]) => {
        const key = name.replace(/\?$/, '');
        return [key, key !== name && value[key] === undefined ? undefined : shape(value[key])];
      }),
    );
  };
const record =
  (shape: Shape): Shape =>
  (value) =>
    isObject(value) ? first(Object.entries(value).map(([name, one]) => [name, shape(one)])) : '';
const list =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) ? first(value.map((one, index) => [index, shape(one)])) : '';
/** What is wrong is told of the last one. */
const either =
  (...shapes: readonly Shape[]): Shape =>
  (value) => {
    const found = shapes.map((shape) => shape(value));
    return found.includes(undefined) ? undefined : found.at(-1);
  };

const number = whole(1);
const texts = record(text);
const processIdentity = object({ hostname: text, pid: whole(0) });

export const lockShape = either(
  object({ state: oneOf('released') }),
  object({
    state: oneOf('held'),
    token: text,
    who: text,
    command: text,
    'runUrl?': text,
    'reason?': text,
    since: time,
    expiresAt: time,
    'process?': processIdentity,
  }),
);

const target = object({
  kind: text,
  status: text,
  'digest?': text,
  'stableMs?': isNumber,
  'facts?': texts,
});

export const deploymentShape = object({
  sequence: number,
  environment: text,
  kind: oneOf('deploy', 'promote', 'rollback', 'catch-up'),
  version: text,
  'previous?': text,
  status: oneOf('running', 'healthy', 'partial', 'failed', 'rolled-back', 'interrupted', 'cut-off'),
  startedAt: time,
  'endedAt?': time,
  who: text,
  'runUrl?': text,
  commit: text,
  'needs?': texts,
  'reason?': text,
  'forcedReason?': text,
  'url?': text,
  'targets?': record(target),
});

export const entryShape = object({
  number,
  time,
  action: text,
  'data?': record(anything),
});

export const coverShape = either(
  object({ state: oneOf('closed') }),
  object({
    state: oneOf('open'),
    token: text,
    deployment: deploymentShape,
    snapshots: record(record(anything)),
    startedAt: time,
    owner: object({ who: text, process: processIdentity }),
    'earlier?': list(entryShape),
  }),
);

const image = object({ repository: text, digest: text, tags: list(text), inputs: text });

export const releaseShape = object({
  version: text,
  application: text,
  commit: text,
  branch: text,
  dirty: isBoolean,
  images: record(image),
  inputs: text,
  createdAt: time,
  createdBy: text,
});

export const pointerShape = object({ version: text, createdAt: time, dirty: isBoolean });
export const releaseNumberShape = object({ version: text });
export const headShape = object({
  latest: whole(0),
  'marks?': record(whole(0)),
});

export const buildShape = object({
  repository: text,
  digest: text,
  tags: list(text),
  'sizeBytes?': isNumber,
  builtAt: text,
});

export const driftShape = object({
  checkedAt: time,
  who: text,
  drifted: whole(0),
  headline: text,
  'outdated?': object({ by: text, at: time, who: text }),
});

export const applicationShape = object({
  application: text,
  environments: list(text),
  needs: texts,
});

export const ownershipShape = object({
  application: text,
  environment: text,
  owns: list(object({ address: text, type: text, ids: list(text) })),
  reuses: list(object({ id: text, from: text, since: text })),
  recordedAt: text,
  who: text,
});

export const endedShape = object({ sequence: number });
