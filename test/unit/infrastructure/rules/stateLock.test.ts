import { expect } from 'chai';
import {
  judgeStateLock,
  type LockFacts,
  type RecordedChange,
} from '../../../../runner/src/infrastructure/rules/lockHolder.js';
import { recordedChange as change } from '../../../support/recordedChange.js';
import {
  parseLockHolder,
  type LockHolder,
} from '../../../../runner/src/infrastructure/rules/terraformMessages.js';
import { lockedState } from '../../../../runner/src/infrastructure/stateLock.js';

/** What Terraform 1.11 prints, by backend: the error above the block is the backend's own. */
const block = (error: string, path: string, operation = 'OperationTypeApply') => `
Error: Error acquiring the state lock

Error message: ${error}
Lock Info:
  ID:        6b2a1c1e-5f0e-4b2f-8d9a-0c1d2e3f4a5b
  Path:      ${path}
  Operation: ${operation}
  Who:       jenkins@agent-7
  Version:   1.11.4
  Created:   2026-01-02 03:04:05.678901234 +0000 UTC
  Info:      

Terraform acquires a state lock to protect the state from being written
by multiple users at the same time.`;

const S3 = block(
  'operation error S3: PutObject, https response error StatusCode: 412, RequestID: 1, HostID: 2, api error PreconditionFailed: At least one of the pre-conditions you specified did not hold',
  'example-delivery/shop/staging/shop/terraform.tfstate',
);
const DYNAMODB = block(
  'operation error DynamoDB: PutItem, https response error StatusCode: 400, RequestID: 1, ConditionalCheckFailedException: The conditional request failed',
  'example-delivery/shop/terraform.tfstate',
);
const LOCAL = block('resource temporarily unavailable', 'terraform.tfstate.d/staging/terraform.tfstate');
const WINDOWS = block(
  'The process cannot access the file because another process has locked a portion of the file.',
  'terraform.tfstate',
);
const HTTP = block('HTTP remote state already locked: ID=6b2a1c1e-5f0e-4b2f-8d9a-0c1d2e3f4a5b', '');
/** The lock itself could not be asked for: nobody is said to hold it. */
const DENIED = `
Error: Error acquiring the state lock

Error message: operation error S3: PutObject, https response error StatusCode: 403, RequestID: 1, HostID: 2, api error AccessDenied: User is not authorized to perform: s3:PutObject

Terraform acquires a state lock to protect the state from being written`;

function holder(text: string): LockHolder {
  const lock = parseLockHolder(text);
  if (lock === undefined) throw new Error('no lock is told of');
  return lock;
}

const root = {
  directory: '/work/shop/terraform',
  workspace: 'staging',
  varFiles: [],
  backendConfig: [],
  env: {},
};
const facts = (more: Partial<LockFacts> = {}): LockFacts => ({
  lock: holder(S3),
  changes: [change()],
  processState: () => 'unknown',
  hostname: 'laptop',
  terraforms: [],
  ...more,
});
const told = (more: Partial<LockFacts> = {}) => {
  const all = facts(more);
  return lockedState(root, all.lock, judgeStateLock(all));
};
const FREES =
  'TF_WORKSPACE=staging terraform -chdir=/work/shop/terraform force-unlock 6b2a1c1e-5f0e-4b2f-8d9a-0c1d2e3f4a5b';

describe('a state lock that is met', () => {
  for (const [backend, text] of Object.entries({ S3, DYNAMODB, LOCAL, WINDOWS, HTTP }))
    it(`is read from the words of the backend ${backend}`, () => {
      const lock = parseLockHolder(text);
      expect(lock).to.include({
        id: '6b2a1c1e-5f0e-4b2f-8d9a-0c1d2e3f4a5b',
        who: 'jenkins@agent-7',
        operation: 'OperationTypeApply',
      });
      expect(lock?.isHeldBySystem).to.equal(backend === 'LOCAL' || backend === 'WINDOWS' ? true : undefined);
    });

  it('is known by its id alone over HTTP, where Terraform tells the lock that it asked for', () => {
    const text = block('HTTP remote state already locked: ID=another', '');
    expect(parseLockHolder(text)).to.deep.equal({ id: 'another' });
  });

  it('is none where nobody holds it and AWS refuses to ask', () => {
    expect(parseLockHolder(DENIED)).to.equal(undefined);
  });

  const lives: readonly (readonly [string, Partial<LockFacts>])[] = [
    ['its runner lives', { processState: () => 'alive' }],
    ['terraform works here', { hostname: 'agent-7', terraforms: [99] }],
    [
      'terraform works here though its runner is dead',
      { hostname: 'agent-7', terraforms: [99], processState: () => 'dead' },
    ],
    [
      'the system holds it, whatever the ledger says',
      {
        lock: holder(LOCAL),
        changes: [change({ endedAt: '2026-01-02T03:05:00Z' })],
      },
    ],
  ];
  for (const [when, more] of lives)
    it(`is not freed where ${when}`, () => {
      const { message, next } = told(more);
      expect(message).to.equal('jenkins@agent-7 holds the Terraform state lock');
      expect(next).to.equal('Wait for it, or wait longer with --lock-timeout SECONDS.');
    });

  const gone: readonly (readonly [string, Partial<LockFacts>])[] = [
    ['its run has ended', { changes: [change({ endedAt: '2026-01-02T03:09:00Z' })] }],
    ['its runner is dead and nothing works here', { hostname: 'agent-7', processState: () => 'dead' }],
  ];
  for (const [when, more] of gone)
    it(`was left behind where ${when}`, () => {
      const { message, evidence, next } = told(more);
      expect(message).to.equal('jenkins@agent-7 left the Terraform state locked');
      expect(evidence[0]).to.equal('run: apply 12 by jane, begun 2026-01-02T03:04:00.000Z');
      expect(next).to.equal(`Free it: ${FREES}`);
    });

  const unknown: readonly (readonly [string, Partial<LockFacts>, string])[] = [
    ['its runner is on another machine', {}, 'check: on agent-7'],
    [
      'the run has an address',
      { changes: [change({ runUrl: 'https://jenkins/job/shop/12/' })] },
      'check: https://jenkins/job/shop/12/',
    ],
    ['its runner is dead, but not here', { processState: () => 'dead' }, 'check: on agent-7'],
    ['the ledger cannot be read', { changes: undefined }, 'check: on agent-7'],
    ['no run of the ledger took it', { changes: [] }, 'check: on agent-7'],
    ['it was taken to plan', { lock: holder(block('x', 'y', 'OperationTypePlan')) }, 'check: on agent-7'],
  ];
  for (const [when, more, look] of unknown)
    it(`is freed only by who has looked, where ${when}`, () => {
      const { message, next } = told(more);
      expect(message).to.equal('jenkins@agent-7 holds the Terraform state lock');
      expect(next).to.match(/^Wait for it/);
      expect(next).to.contain(`Only if it is certainly gone (${look}): ${FREES}`);
    });

  const others: readonly (readonly [string, readonly RecordedChange[]])[] = [
    ['began later', [change({ startedAt: '2026-01-02T03:10:00Z' })]],
    ['had ended before', [change({ startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T00:01:00Z' })]],
    ['was on another machine', [change({ process: { hostname: 'agent-8', pid: 1 } })]],
    ['was a provision', [change({ kind: 'provision' })]],
    [
      'was cut off before one that ended',
      [
        change({ number: 13, startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T00:01:00Z' }),
        change({ number: 12, startedAt: '2025-12-01T00:00:00Z' }),
      ],
    ],
  ];
  for (const [which, changes] of others)
    it(`is not that of a run that ${which}`, () => {
      expect(judgeStateLock(facts({ changes })).run).to.equal(undefined);
    });

  it('is that of the run that began before it, and not of one that waits for it', () => {
    const waits = change({ number: 13, who: 'joe', startedAt: '2026-01-02T03:05:00Z' });
    expect(judgeStateLock(facts({ changes: [waits, change()] })).run?.number).to.equal(12);
  });

  it('is freed in the data directory that the environment has', () => {
    const own = { ...root, backendConfig: ['key=shop'] };
    const all = facts({ changes: [change({ endedAt: '2026-01-02T03:09:00Z' })] });
    expect(lockedState(own, all.lock, judgeStateLock(all)).next).to.match(
      /^Free it: TF_WORKSPACE=staging TF_DATA_DIR=\/work\/shop\/terraform\/\.terraform\/backend-[0-9a-f]{12} terraform /,
    );
  });
});
