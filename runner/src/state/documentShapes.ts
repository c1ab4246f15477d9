import {
  anything,
  either,
  isBoolean,
  isNumber,
  list,
  object,
  oneOf,
  record,
  text,
  time,
  whole,
} from '../base/recordShape.js';

/** What the documents of the state must hold. */
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
  'facts?': texts,
});

const migration = object({
  target: text,
  'task?': text,
  'snapshot?': text,
  'engine?': text,
  at: time,
});

export const deploymentShape = object({
  sequence: number,
  environment: text,
  kind: oneOf('deploy', 'promote', 'rollback', 'catch-up'),
  version: text,
  'previous?': text,
  status: oneOf(
    'running',
    'paused',
    'healthy',
    'partial',
    'unproven',
    'failed',
    'rolled-back',
    'interrupted',
    'cut-off',
  ),
  startedAt: time,
  'endedAt?': time,
  who: text,
  'runUrl?': text,
  commit: text,
  'needs?': texts,
  'reason?': text,
  'forcedReason?': text,
  'url?': text,
  'run?': text,
  'checkedOut?': text,
  'continuedBy?': text,
  'targets?': record(target),
  'contracts?': record(object({ 'id?': text })),
  'migrations?': list(migration),
  'moved?': list(text),
});

export const entryShape = object({
  number,
  time,
  'target?': text,
  action: text,
  'data?': record(anything),
});

export const journalHeaderShape = either(
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

const scan = object({
  by: text,
  digest: text,
  at: time,
  status: oneOf('complete', 'unsupported'),
  counts: record(whole(0)),
  from: text,
  findings: list(object({ id: text, severity: text })),
});
const image = object({
  repository: text,
  digest: text,
  tags: list(text),
  inputs: text,
  'scan?': scan,
  'signedBy?': text,
});
const artifact = object({
  bucket: text,
  key: text,
  digest: text,
  sizeBytes: isNumber,
  'objectVersion?': text,
  'etag?': text,
  inputs: text,
  'metadata?': record(text),
});

export const releaseShape = object({
  version: text,
  application: text,
  commit: text,
  branch: text,
  dirty: isBoolean,
  images: record(image),
  'artifacts?': record(artifact),
  inputs: text,
  createdAt: text,
  createdBy: text,
  'builtAs?': text,
});

export const retiredShape = object({ release: releaseShape, at: time, who: text, 'done?': isBoolean });
export const pointerShape = object({ version: text, createdAt: text, dirty: isBoolean });
export const releaseNumberShape = object({ version: text });
export const firstShape = object({ first: number });
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

export const provisionedShape = object({
  salt: text,
  hosts: record(
    object({
      state: text,
      paths: list(text),
      layers: record(object({ digest: text, at: time })),
    }),
  ),
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

const run = { 'run?': text, 'runUrl?': text } as const;

export const changeShape = object({
  number,
  kind: oneOf(
    'apply',
    'destroy',
    'provision',
    'exec',
    'task',
    'scale',
    'restart',
    'drain',
    'instances',
    'keys',
    'alarms',
    'power',
    'prune',
  ),
  status: oneOf('running', 'ok', 'failed'),
  startedAt: time,
  'endedAt?': time,
  'commit?': text,
  'inputs?': text,
  'plan?': text,
  'targets?': list(text),
  'summary?': text,
  who: text,
  ...run,
  'process?': processIdentity,
});

export const approvalShape = object({
  number,
  'commit?': text,
  authors: list(text),
  startedBy: text,
  approvedBy: list(text),
  'plan?': text,
  'of?': oneOf('contract'),
  at: time,
  ...run,
});

export const contractShape = object({
  number,
  target: text,
  version: text,
  madeAt: time,
  'id?': text,
  ranIn: text,
  status: oneOf('running', 'ok', 'failed'),
  'startedBy?': text,
  'host?': text,
  'snapshot?': text,
  'task?': text,
  'reason?': text,
  who: text,
  'approvedBy?': text,
  startedAt: time,
  'endedAt?': time,
  ...run,
});

export const testShape = object({ commit: text, at: time, who: text, ...run });

export const endedShape = object({ sequence: number });

const size = whole(0);

export const powerShape = object({
  status: oneOf('on', 'turning-off', 'off', 'turning-on'),
  since: time,
  who: text,
  'runUrl?': text,
  'until?': time,
  services: list(object({ target: text, count: size, 'bounds?': object({ min: size, max: size }) })),
  instances: list(object({ id: text, name: text })),
  databases: list(object({ kind: oneOf('db-instance', 'db-cluster'), id: text })),
});
