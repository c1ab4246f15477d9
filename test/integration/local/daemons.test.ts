import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { lastLines, runningDaemon, startDaemon, stopDaemon } from '../../../runner/src/local/daemons.js';
import { withStateLock } from '../../../runner/src/local/localLock.js';
import { testLocalContext } from '../../support/localContext.js';
import { ownIdentity } from '../../../runner/src/adapters/process/processIdentity.js';

describe('processes that outlive the command that started them', () => {
  let folder: string;
  const record = () => join(folder, 'daemon.json');
  const start = (script: string) =>
    startDaemon({
      file: '/bin/sh',
      args: ['-c', script],
      env: { PATH: '/bin:/usr/bin' },
      log: join(folder, 'daemon.log'),
      record: record(),
    });
  /** It has come so far that it wrote something. */
  const written = async () => {
    while ((await lastLines(join(folder, 'daemon.log'))).join('') === '') await pause(20);
  };
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'daemons-'))));
  afterEach(async () => {
    await stopDaemon(testLocalContext(), record());
    await rm(folder, { recursive: true, force: true });
  });

  it('are found again by their record, write to their log, and stop when told to', async () => {
    const { pid } = await start('echo started; exec sleep 60');
    await written();
    expect((await runningDaemon(record()))?.pid).to.equal(pid);
    expect(await stopDaemon(testLocalContext(), record())).to.equal(true);
    expect(await runningDaemon(record())).to.equal(undefined);
    expect(await stopDaemon(testLocalContext(), record())).to.equal(false);
    expect(await lastLines(join(folder, 'daemon.log'))).to.deep.equal(['started']);
  });

  it('are killed where they ignore the request to stop', async () => {
    await start(`trap '' TERM; echo deaf; while :; do sleep 0.1; done`);
    await written();
    expect(await stopDaemon(testLocalContext(), record(), 300)).to.equal(true);
    expect(await runningDaemon(record())).to.equal(undefined);
  });

  it('are never mistaken for a stranger who was given the same pid', async () => {
    const { pid } = await start('exec sleep 60');
    const right = await readFile(record(), 'utf8');
    await writeFile(record(), right.replace(/"startTicks": "\d+"/, '"startTicks": "1"'));
    expect(await stopDaemon(testLocalContext(), record())).to.equal(false);
    expect(() => process.kill(pid, 0)).not.to.throw();
    await writeFile(record(), right);
  });

  it('share locks that one holds at a time, and that a killed holder loses', async () => {
    const localContext = testLocalContext({ AUTOMATION_STACK_HOME: folder });
    let inside = 0;
    let most = 0;
    const work = () =>
      withStateLock(localContext, 'up', async () => {
        most = Math.max(most, ++inside);
        // The first one holds the lock until both others have said that they wait for it.
        while (localContext.news.length < 2 && inside === 1)
          await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
      });
    await Promise.all([work(), work(), work()]);
    expect(most).to.equal(1);
    const killed = { token: 'killed', process: { ...ownIdentity(), pid: 999_999_999, startTime: '1' } };
    await writeFile(join(localContext.settings.state, 'up.lock'), JSON.stringify(killed));
    await work();
  });
});
