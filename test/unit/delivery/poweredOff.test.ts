import { expect } from 'chai';
import { statusOfEnvironments } from '../../../runner/src/delivery/status.js';
import { writePower } from '../../../runner/src/state/powerRecords.js';
import { Stand } from '../../support/stand.js';

const THINGS = { services: [{ target: 'web', count: 2 }], instances: [], databases: [] };

describe('the status of an environment that is powered off', () => {
  it('says so, and no longer once it is on again', async () => {
    const stand = await Stand.make();
    await stand.deploy('0.1.0');
    const since = stand.clock.now().toISOString();
    const write = (status: 'off' | 'on') =>
      writePower(stand.state.store, 'staging', { status, since, who: 'ada', ...THINGS });
    const staging = async () =>
      (await statusOfEnvironments(stand.context(), false)).find(
        ({ environment }) => environment === 'staging',
      );
    expect(await staging()).not.to.have.property('power');
    await write('off');
    expect((await staging())?.power).to.include({ status: 'off', who: 'ada', since });
    await write('on');
    expect(await staging()).not.to.have.property('power');
  });

  it('is shown also where nobody can read what the record says', async () => {
    const stand = await Stand.make();
    await stand.deploy('0.1.0');
    await stand.state.store.put('power/staging.json', 'no JSON');
    const [staging] = await statusOfEnvironments(stand.context(), false);
    expect(staging?.healthy?.version).to.equal('0.1.0');
    expect(staging?.unreadable?.map(({ code }) => code)).to.deep.equal(['STATE_UNREADABLE']);
  });
});
