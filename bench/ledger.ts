import { existsSync, statfsSync } from 'node:fs';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../runner/src/adapters/process/clock.js';
import type { ObjectStore, StoredObject } from '../runner/src/base/ports.js';
import type { DeploymentRecord } from '../runner/src/domain/records.js';
import { serialise } from '../runner/src/state/documents.js';
import { Ledger } from '../runner/src/state/ledger.js';
import { LocalStore } from '../runner/src/state/stores/localStore.js';
import { NumberedLog } from '../runner/src/state/numberedLog.js';
import type { Bench } from './bench.js';
import { inTurn, median, ratio } from './measure.js';

const RECORDS = 100_000;
/** 200 ms on a machine where an empty Node takes 50: ratios hold on a busy one too. */
const LIMIT = 4;
const runner = fileURLToPath(new URL('../runner', import.meta.url));
const CONFIG = 'application: shop\nenvironments:\n  staging: {}\n';

/** `history` and what `status` asks of the ledger, with one record and with a hundred thousand. */
const bench: Bench = async () => {
  const directory = await mkdtemp(join(roomyDirectory(), 'automation-stack-bench-'));
  try {
    const few = await project(join(directory, 'few'), 1);
    const many = await project(join(directory, 'many'), RECORDS);
    const node = process.execPath;
    const history = (where: string) => ({
      file: node,
      args: [runner, 'history', '--env', 'staging', '-C', where],
    });
    const [empty, one, all, page, status] = (await inTurn(
      [
        { file: node, args: ['-e', '0'] },
        history(few),
        history(many),
        { ...history(many), args: [...history(many).args, '--before', '50000', '--limit', '100', '--json'] },
        { file: process.execPath, args: [runner, 'status', '-C', many] },
      ],
      15,
      2,
    )) as [number[], number[], number[], number[], number[]];
    const whole = (label: string, times: number[]) => {
      const value = ratio(times, empty);
      const ratioTo = `node -e 0; ${median(times).toFixed(0)} ms here, of ${median(empty).toFixed(0)} for Node itself`;
      return { label, value, unit: '×', ratioTo, limit: LIMIT, ok: value <= LIMIT };
    };
    const growth = ratio(all, one);
    return {
      name: `ledger of ${RECORDS.toLocaleString('en')} deployments, whole processes`,
      rows: [
        whole('history, 1 record', one),
        whole('history, 100,000 records', all),
        whole('history --before 50000 --limit 100 --json', page),
        whole('status, 100,000 records', status),
        { label: 'history, 100,000 beside 1', value: growth, unit: '×', limit: 1.5, ok: growth <= 1.5 },
        await reads(many),
      ],
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** Making the files is no part of the measurement, and takes a minute on a disk. Few are read, so nothing is gained. */
function roomyDirectory(): string {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > 2 ** 30 ? memory : tmpdir();
}

/** How many documents `status` needs to know what runs: on S3 each is a round trip. */
async function reads(where: string) {
  const store = new LocalStore(join(where, '.automation-stack/shop'));
  let count = 0;
  const counting = {
    get: (key: string): Promise<StoredObject | undefined> => {
      count += 1;
      return store.get(key);
    },
  } as ObjectStore;
  const { healthy } = await new Ledger(counting, systemClock).current('staging');
  if (healthy?.sequence !== RECORDS) throw new Error(`current found ${healthy?.sequence}`);
  return { label: 'documents read to know what runs', value: count, unit: 'reads', limit: 8, ok: count <= 8 };
}

/** A project whose ledger holds so many deployments, written directly: a hundred thousand flushes take minutes. */
async function project(directory: string, count: number): Promise<string> {
  const state = join(directory, '.automation-stack/shop');
  const log = new NumberedLog<DeploymentRecord>({} as ObjectStore, 'deployments/staging');
  const made = new Set<string>();
  const write = async (key: string, value: unknown) => {
    const path = join(state, key);
    if (!made.has(dirname(path))) await mkdir(dirname(path), { recursive: true });
    made.add(dirname(path));
    await writeFile(path, serialise(value));
  };
  for (let first = 1; first <= count; first += 64) {
    const numbers = Array.from({ length: Math.min(64, count - first + 1) }, (_, index) => first + index);
    await Promise.all(numbers.map((number) => write(log.key(number), record(number))));
  }
  await write('deployments/staging/head.json', { latest: count, marks: { healthy: count } });
  await writeFile(join(directory, 'automation-stack.yml'), CONFIG);
  return directory;
}

function record(sequence: number): DeploymentRecord {
  const started = Date.parse('2026-01-01T00:00:00Z') + sequence * 60_000;
  return {
    sequence,
    environment: 'staging',
    kind: 'deploy',
    version: `1.0.${sequence}`,
    previous: `1.0.${sequence - 1}`,
    status: 'healthy',
    startedAt: new Date(started).toISOString(),
    endedAt: new Date(started + 42_000).toISOString(),
    who: 'jenkins',
    runUrl: `https://ci.example/job/shop/${sequence}/`,
    commit: sequence.toString(16).padStart(40, '0'),
    targets: {
      web: { kind: 'ecs-service', status: 'healthy', digest: `sha256:${'0'.repeat(64)}` },
    },
  };
}

export default bench;
