import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import { Journal, type Unfinished } from '../../../runner/src/state/journal.js';
import { openAt } from '../../support/stateStores.js';
import { Workers } from '../../support/workers.js';

describe('the journal of a process that is killed', function () {
  this.timeout(60_000);
  let workers: Workers;
  let directory: string;
  before(async () => (workers = await Workers.compile('stateWorker')));
  after(() => workers.remove());
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'automation-stack-journal-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('tells all that was begun, at whatever moment the kill came', async () => {
    for (let round = 0; round < 24; round += 1) {
      const child = workers.start(['journal', directory]);
      await child.printed(1 + round);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
      child.child.kill('SIGKILL');
      await child.ended;
      const journal = new Journal(await openAt(directory), systemClock);
      compare(await journal.unfinished('staging'), child.lines);
      rmSync(join(directory, 'shop'), { recursive: true, force: true });
    }
  });

  /** Holds what is read against what the process was sure of when it died. */
  function compare(left: Unfinished | undefined, lines: readonly string[]): void {
    const [state, number, entry] = (lines.at(-1) as string).split(' ');
    const sequence = Number(number);
    const context = lines.slice(-2).join(', ');
    if (state === 'closed')
      expect(left === undefined || left.deployment.sequence === sequence + 1, context).to.equal(true);
    // While it was opening or closing, before and after are both right: nothing in between is.
    if (left === undefined) {
      expect(state, context).to.be.oneOf(['opening', 'closing', 'closed']);
      return;
    }
    expect(left.snapshots, context).to.deep.equal({ web: { before: left.deployment.sequence } });
    const actions = left.entries.map((item) => item.action);
    expect(actions, context).to.deep.equal(
      ['action 1', 'action 2', 'action 3', 'action 4', 'action 5'].slice(0, actions.length),
    );
    if (state === 'entry') expect(actions.length, context).to.be.at.least(Number(entry));
    if (state === 'closing' && left.deployment.sequence === sequence)
      expect(actions, context).to.have.length(5);
  }
});
