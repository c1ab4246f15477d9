import { expect } from 'chai';
import { FileLocked } from '../../../runner/src/adapters/process/fileLock.js';
import { StackError } from '../../../runner/src/base/errors.js';
import { recordEnd } from '../../../runner/src/delivery/recordEnd.js';
import { stageOf } from '../../support/stage.js';
import { VirtualClock } from '../../support/virtualClock.js';

describe('the end of a deployment that cannot be recorded at once', () => {
  const clock = () => new VirtualClock();
  const told = { stage: stageOf('deploy:staging'), what: 'the end' };
  const record = async (failures: StackError[]) => {
    let asked = 0;
    const lost = await recordEnd({ clock: clock() }, told, async () => {
      asked += 1;
      const next = failures.shift();
      if (next !== undefined) throw next;
    });
    return { asked, lost };
  };
  const busy = () => new FileLocked('another process has locked a file', '/state/x', undefined);

  it('is tried again where another process has locked a file of the state', async () => {
    expect(await record([busy(), busy()])).to.deep.equal({ asked: 3, lost: undefined });
  });

  it('is given up at once where another run has taken the environment', async () => {
    const taken = new StackError('LOCKED', 'staging has been locked by ada');
    expect(await record([taken])).to.deep.equal({ asked: 1, lost: taken });
  });
});
