import * as z from 'zod';

/**
 * What documents of the state must hold to be believed. A runner writes them whole, but disks lose power, people edit
 * files and newer runners add keys: what is not listed here is let through, what is listed is relied upon.
 */
const text = z.string();
const time = z.string().refine((value) => !Number.isNaN(Date.parse(value)), 'is no time');
const number = z.int().min(1);
const texts = z.record(z.string(), z.string());

const processIdentity = z.looseObject({ hostname: text, pid: z.int() });

export const lockShape = z.union([
  z.looseObject({ state: z.literal('released') }),
  z.looseObject({
    state: z.literal('held'),
    token: text,
    who: text,
    command: text,
    runUrl: text.optional(),
    reason: text.optional(),
    since: time,
    expiresAt: time,
    process: processIdentity.optional(),
  }),
]);

const target = z.looseObject({
  kind: text,
  status: text,
  digest: text.optional(),
  stableMs: z.number().optional(),
  facts: texts.optional(),
});

export const deploymentShape = z.looseObject({
  sequence: number,
  environment: text,
  kind: z.enum(['deploy', 'promote', 'rollback', 'catch-up']),
  version: text,
  previous: text.optional(),
  status: z.enum(['running', 'healthy', 'partial', 'failed', 'rolled-back', 'interrupted', 'cut-off']),
  startedAt: time,
  endedAt: time.optional(),
  who: text,
  runUrl: text.optional(),
  commit: text,
  needs: texts.optional(),
  reason: text.optional(),
  forcedReason: text.optional(),
  url: text.optional(),
  targets: z.record(z.string(), target).optional(),
});

export const entryShape = z.looseObject({
  number,
  time,
  action: text,
  data: z.record(z.string(), z.unknown()).optional(),
});

export const coverShape = z.union([
  z.looseObject({ state: z.literal('closed') }),
  z.looseObject({
    state: z.literal('open'),
    token: text,
    deployment: deploymentShape,
    snapshots: z.record(z.string(), z.record(z.string(), z.unknown())),
    startedAt: time,
    owner: z.looseObject({ who: text, process: processIdentity }),
    earlier: z.array(entryShape).optional(),
  }),
]);

const image = z.looseObject({ repository: text, digest: text, tags: z.array(text), inputs: text });

export const releaseShape = z.looseObject({
  version: text,
  application: text,
  commit: text,
  branch: text,
  dirty: z.boolean(),
  images: z.record(z.string(), image),
  inputs: text,
  createdAt: time,
  createdBy: text,
});

export const pointerShape = z.looseObject({ version: text, createdAt: time, dirty: z.boolean() });
export const releaseNumberShape = z.looseObject({ version: text });
export const headShape = z.looseObject({
  latest: z.int().min(0),
  marks: z.record(z.string(), z.int().min(0)).optional(),
});

export const buildShape = z.looseObject({
  repository: text,
  digest: text,
  tags: z.array(text),
  sizeBytes: z.number().optional(),
  builtAt: text,
});

export const driftShape = z.looseObject({
  checkedAt: time,
  who: text,
  drifted: z.int().min(0),
  headline: text,
  outdated: z.looseObject({ by: text, at: time, who: text }).optional(),
});

export const applicationShape = z.looseObject({
  application: text,
  environments: z.array(text),
  needs: texts,
});

export const ownershipShape = z.looseObject({
  application: text,
  environment: text,
  owns: z.array(z.looseObject({ address: text, type: text, ids: z.array(text) })),
  reuses: z.array(z.looseObject({ id: text, from: text, since: text })),
  recordedAt: text,
  who: text,
});

export const endedShape = z.looseObject({ sequence: number });
