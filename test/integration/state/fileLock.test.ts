import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { withFileLock } from '../../../runner/src/adapters/process/fileLock.js';
import { Workers } from '../../support/workers.js';

const RACERS = 8;

describe('the lock that is a file', function () {
  this.timeout(180_000);
  let workers: Workers;
  let directory: string;
  before(async () => (workers = await Workers.compile('stateWorker')));
  after(() => workers.remove());
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'automation-stack-file-lock-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is held by one of eight processes at a time, while they die with it in their hands', async () => {
    let deaths = 0;
    const race = async (): Promise<void> => {
      for (;;) {
        const worker = workers.start(['fileLock', directory, '20']);
        const ended = await worker.ended;
        expect(worker.lines).to.not.include('two are inside');
        if (ended !== 'SIGKILL') return;
        deaths += 1;
        if (deaths > 60) return;
      }
    };
    await Promise.all(Array.from({ length: RACERS }, race));
    expect(deaths, 'stale locks that were fought for').to.be.greaterThan(20);
    await withFileLock(join(directory, 'lock'), async () => undefined);
    expect(readdirSync(directory).filter((name) => name === 'lock')).to.deep.equal([]);
  });

  for (const [what, content] of Object.entries({
    'an empty file': '',
    'half a document': '{"token":"x","proc',
    'a number': '5',
    'nothing at all': 'null',
    'no owner': '{}',
    'what an older runner wrote': '12345 678',
    'wrong types': '{"token":5,"process":"me"}',
  })) {
    it(`is taken over by exactly one of eight at a time where ${what} was left`, async () => {
      const path = join(directory, 'lock');
      writeFileSync(path, content);
      const longAgo = new Date(Date.now() - 3_600_000);
      utimesSync(path, longAgo, longAgo);
      let inside = 0;
      await Promise.all(
        Array.from({ length: RACERS }, () =>
          withFileLock(path, async () => {
            inside += 1;
            expect(inside).to.equal(1);
            await new Promise((resolve) => setTimeout(resolve, 2));
            inside -= 1;
          }),
        ),
      );
    });
  }

  it('keeps every part of a run that eight processes write, beside what a dead one left', async () => {
    const runs = join(directory, '.automation-stack', 'runs');
    const racers = Array.from({ length: RACERS }, () => workers.start(['runParts', directory, '10']));
    await Promise.all(racers.map(({ ended }) => ended));
    const { parts } = JSON.parse(readFileSync(join(runs, 'run.json'), 'utf8')) as { parts: unknown[] };
    expect(parts).to.have.length(RACERS * 10);
  });
});
