import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { withFileLock } from '../../../../runner/src/adapters/process/fileLock.js';
import { createKeyFile } from '../../../../runner/src/adapters/ssh/keyFile.js';
import { withStateLock } from '../../../../runner/src/local/localLock.js';
import { LocalStore } from '../../../../runner/src/state/stores/localStore.js';
import { digest } from '../../../../runner/src/state/keys.js';
import type { LocalContext } from '../../../../runner/src/local/localContext.js';
import { RunFiles } from '../../../../runner/src/views/runFiles.js';
import { rejection } from '../../../support/rejection.js';

describe('a lock that is a file, held by another process for too long', () => {
  const now = Date.now;
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'file-lock-'))));
  afterEach(() => {
    Date.now = now;
    rmSync(directory, { recursive: true, force: true });
  });

  /** What meets the lock while it is held; each look at the clock is an hour after the last. */
  async function meets(path: string, work: () => Promise<unknown>) {
    return withFileLock(path, async () => {
      let looks = 0;
      Date.now = () => now() + 3_600_000 * looks++;
      const error = await rejection(work(), 'LOCKED');
      expect(error.exitCode).to.equal(4);
      expect(error.where).to.equal(path);
      expect(error.evidence).to.deep.equal([`process ${process.pid} on ${hostname()}`]);
      expect(error.next).to.contain(`ps -fp ${process.pid}`);
      return error.message;
    });
  }

  it('is named as such where a document of the state is written or deleted', async () => {
    const store = new LocalStore(directory);
    const etag = await store.put('a/b.json', '1');
    const path = join(directory, '.work', 'locks', digest('a/b.json').slice(0, 32));
    const busy = 'another process has locked a file of the state for a minute';
    expect(await meets(path, () => store.put('a/b.json', '2', { ifMatch: etag ?? '' }))).to.equal(busy);
    Date.now = now;
    expect(await meets(path, () => store.delete('a/b.json'))).to.equal(busy);
  });

  it('is named as such where hosts of the local environment change', async () => {
    const local = { settings: { state: directory }, report: () => undefined } as unknown as LocalContext;
    const change = () => withStateLock(local, 'hosts', async () => undefined);
    expect(await meets(join(directory, 'hosts.lock'), change)).to.contain('changing the local environment');
  });

  it('is named as such where a host key is learned', async () => {
    const path = join(directory, 'known_hosts');
    const learn = () => createKeyFile(path).change(() => 'host ssh-ed25519 AAAA\n');
    expect(await meets(`${path}.lock`, learn)).to.contain('learned host keys');
  });

  it('is named as such where the parts of a run are joined', async () => {
    const runs = join(directory, '.automation-stack', 'runs');
    mkdirSync(runs, { recursive: true });
    const files = new RunFiles(directory);
    const tell = () => files.alone('run', async () => undefined);
    expect(await meets(join(runs, '.run.lock'), tell)).to.contain('locked its record');
  });
});
