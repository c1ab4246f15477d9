import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../runner/src/adapters/process/clock.js';
import { withFileLock } from '../../runner/src/adapters/process/fileLock.js';
import { toErrorRecord } from '../../runner/src/base/errors.js';
import type { ObjectStore } from '../../runner/src/base/ports.js';
import { updateDocument } from '../../runner/src/state/documents.js';
import { openState, type State } from '../../runner/src/state/state.js';
import { RunFiles } from '../../runner/src/views/runFiles.js';
import { emptyPart } from '../../runner/src/views/runRecord.js';
import { openAt } from './stateStores.js';
import { draft } from './stateRecords.js';

/**
 * One runner among several, as a process of its own: `stateWorker MODE LOCATION`. It prints a line for each thing it
 * has done, once it is sure of it, so that a test may kill it at any moment and know what must be there.
 */
const say = (line: string) => void process.stdout.write(`${line}\n`);
const [mode = '', location = '', amount = '0'] = process.argv.slice(2);

const modes: Readonly<Record<string, (store: ObjectStore, state: State) => Promise<void>>> = {
  /** Adds one to a shared number, many times. */
  async count(store) {
    for (let index = 0; index < Number(amount); index += 1) {
      await updateDocument<number>(store, 'counter.json', (value) => (value ?? 0) + 1);
    }
  },
  async number(_store, { ledger }) {
    for (let index = 0; index < Number(amount); index += 1) {
      say(String((await ledger.startDeployment(draft('1.0.0'))).sequence));
    }
  },
  /**
   * Takes a file lock again and again, and is alone each time or says so. Every so often it dies with the lock in its
   * hands, and whoever started it starts another.
   */
  async fileLock() {
    for (let turn = 0; turn < Number(amount); turn += 1) {
      await withFileLock(join(location, 'lock'), async () => {
        const mark = join(location, 'inside');
        try {
          mkdirSync(mark);
        } catch {
          say('two are inside');
        }
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
        // The mark goes first: what the killed one leaves is its lock alone.
        rmdirSync(mark);
        if (Math.random() < 0.2) process.kill(process.pid, 'SIGKILL');
      });
    }
    say('done');
  },
  /** Saves parts of one run. */
  async runParts() {
    const files = new RunFiles(location);
    for (let index = 0; index < Number(amount); index += 1) {
      await files.savePart('run', emptyPart(`${process.pid}:${index}`, '2026-01-01T00:00:00.000Z'));
      say(`${process.pid}:${index}`);
    }
  },
  /** Tries to take the lock once told to; holds it until standard input ends. */
  async lock(_store, { locks }) {
    say('ready');
    await new Promise((resolve) => process.stdin.once('data', resolve));
    try {
      const held = await locks.acquire('staging', { who: `runner ${process.pid}`, command: 'deploy' });
      say(held.tookOver === undefined ? 'won' : `took over from ${held.tookOver.who}`);
      await new Promise((resolve) => process.stdin.once('end', resolve));
      await held.release();
    } catch (error) {
      say(toErrorRecord(error).code);
    }
  },
  /** Opens journals, fills and closes them, for ever. */
  async journal(_store, { journal }) {
    for (let sequence = 1; ; sequence += 1) {
      const deployment = {
        ...draft('1.0.0'),
        sequence,
        status: 'running' as const,
        startedAt: systemClock.now().toISOString(),
      };
      say(`opening ${sequence}`);
      const writer = await journal.open(deployment, { web: { before: sequence } });
      say(`open ${sequence}`);
      for (let entry = 1; entry <= 5; entry += 1) {
        await writer.append({ action: `action ${entry}` });
        say(`entry ${sequence} ${entry}`);
      }
      say(`closing ${sequence}`);
      await writer.close('healthy');
      say(`closed ${sequence}`);
    }
  },
  /** Writes one document over and over, for ever. */
  async write(store) {
    for (let index = 1; ; index += 1) {
      await store.put('document.json', `${index}\n`.repeat(2000));
      say(String(index));
    }
  },
  /** Fills the disk, then tells what the refusal looked like and what became of the document it was to replace. */
  async fill(store) {
    let size = 1024;
    try {
      for (; ; size *= 2) await store.put('document.json', 'x'.repeat(size));
    } catch (error) {
      const kept = (await store.get('document.json'))?.body.length;
      await store.put('small.json', '{}', { ifAbsent: true });
      say(JSON.stringify({ ...toErrorRecord(error), kept, refused: size, files: await store.list('') }));
    }
  },
  async refuse(store) {
    await store
      .put('document.json', '{}')
      .catch((error: unknown) => say(JSON.stringify(toErrorRecord(error))));
  },
};

const store = await openAt(location, '/nonexistent', process.env);
await modes[mode]?.(store, openState(store, { state: { location, 'lock-expiry': 900_000 } }, systemClock));
process.exit(0);
