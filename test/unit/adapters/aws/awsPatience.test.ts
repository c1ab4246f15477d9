import { expect } from 'chai';
import { awsError } from '../../../../runner/src/adapters/aws/awsErrors.js';
import { withPatience } from '../../../../runner/src/adapters/aws/awsPatience.js';
import type { AwsCall } from '../../../../runner/src/adapters/aws/call.js';
import { Patience } from '../../../../runner/src/base/patience.js';
import { sdkError } from '../../../support/fakeAws.js';
import { rejection } from '../../../support/rejection.js';
import { VirtualClock } from '../../../support/virtualClock.js';

/** How often a call is made that always fails so, and what is told. */
async function asked(name: string) {
  const told: string[] = [];
  let made = 0;
  const failing: AwsCall = async (_client, _command, what) => {
    made += 1;
    throw awsError(sdkError(name, 'not now', 500), what);
  };
  const patience = new Patience({ clock: new VirtualClock(), tell: (message) => void told.push(message) });
  const call = withPatience(failing, patience.partner('AWS'));
  await rejection(call({} as never, {}, { action: 'ec2:RunInstances' }), 'AWS_REFUSED');
  return { made, told };
}

describe('patience with AWS', () => {
  it('waits where AWS fails by itself, and not where it says that it has no room', async () => {
    expect((await asked('InternalError')).made).to.be.above(5);
    expect(await asked('InsufficientInstanceCapacity')).to.deep.equal({ made: 1, told: [] });
  });
});
