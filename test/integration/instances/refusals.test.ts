import { expect } from 'chai';
import {
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { localUp } from '../../../runner/src/local/up.js';
import { Instances } from '../../support/instances.js';
import { testLocalContext } from '../../support/localContext.js';
import { emulator } from '../../support/stateStores.js';

const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing was refused',
    (error: Error) => error.name,
  );

describe('the local EC2 refuses what AWS refuses', function () {
  this.timeout(60_000);
  const instances = new Instances();
  const send = instances.client.send.bind(instances.client);
  const fault = (method: string, body?: Record<string, unknown>) =>
    fetch(`${emulator.AWS_ENDPOINT_URL}/_local/fault`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const named = async () => {
    const Filters = [{ Name: 'key-name', Values: [`key-${instances.id}`] }];
    const { Reservations = [] } = await send(new DescribeInstancesCommand({ Filters }));
    return Reservations.length;
  };

  before(async () => {
    await localUp(testLocalContext());
    await instances.begin();
  });
  afterEach(() => fault('DELETE'));
  after(() => instances.end());

  it('makes nothing in a dry run, but checks', async () => {
    expect(await refusal(instances.run({ DryRun: true }))).to.equal('DryRunOperation');
    expect(await refusal(instances.run({ DryRun: true, KeyName: 'nobody' }))).to.equal(
      'InvalidKeyPair.NotFound',
    );
    expect(await named()).to.equal(0);
  });

  it('knows no resource that is not there', async () => {
    const wrong: readonly [Partial<RunInstancesCommandInput>, string][] = [
      [{ ImageId: 'ami-12345678' }, 'InvalidAMIID.NotFound'],
      [{ ImageId: 'ubuntu' }, 'InvalidAMIID.Malformed'],
      [{ SubnetId: 'subnet-0123456789abcdef0' }, 'InvalidSubnetID.NotFound'],
      [{ SecurityGroupIds: ['sg-0123456789abcdef0'] }, 'InvalidGroup.NotFound'],
      [{ IamInstanceProfile: { Name: 'nobody' } }, 'InvalidParameterValue'],
      [{ LaunchTemplate: { LaunchTemplateName: 'nothing' } }, 'InvalidLaunchTemplateName.NotFoundException'],
      [{ UserData: 'no base64!' }, 'InvalidParameterValue'],
      [{ MinCount: 200, MaxCount: 200 }, 'InsufficientFreeAddressesInSubnet'],
    ];
    for (const [more, code] of wrong)
      expect(await refusal(instances.run(more)), JSON.stringify(more)).to.equal(code);
    for (const [InstanceIds, code] of [
      [['i-0123456789abcdef0'], 'InvalidInstanceID.NotFound'],
      [['web-1'], 'InvalidInstanceID.Malformed'],
    ] as const) {
      expect(await refusal(send(new StopInstancesCommand({ InstanceIds: [...InstanceIds] })))).to.equal(code);
      expect(
        await refusal(send(new DescribeInstanceStatusCommand({ InstanceIds: [...InstanceIds] }))),
      ).to.equal(code);
    }
    expect(await named()).to.equal(0);
  });

  it('gives a request that is repeated the same instances', async () => {
    const ClientToken = `token-${instances.id}`;
    const first = await instances.run({ ClientToken, MaxCount: 2 });
    expect(first).to.have.length(2);
    expect(await instances.run({ ClientToken, MaxCount: 2 })).to.deep.equal(first);
    for (const one of first) await instances.until(one, 'running');
    await instances.terminate(...first);
  });

  it('has no way from a state that has none', async () => {
    const [id = ''] = await instances.run();
    await instances.until(id, 'running');
    await send(new StopInstancesCommand({ InstanceIds: [id] }));
    const start = () => send(new StartInstancesCommand({ InstanceIds: [id] }));
    expect(await refusal(start())).to.equal('IncorrectInstanceState');
    await instances.until(id, 'stopped');
    expect(await refusal(send(new RebootInstancesCommand({ InstanceIds: [id] })))).to.equal(
      'IncorrectInstanceState',
    );
    await instances.terminate(id);
    await instances.until(id, 'terminated');
    expect(await refusal(start())).to.equal('IncorrectInstanceState');
  });

  it('has no capacity where a test says so: at once, in one zone, or after the answer', async () => {
    // The SDK repeats it, as it does on AWS.
    await fault('PUT', { action: 'RunInstances', code: 'InsufficientInstanceCapacity', times: 3 });
    expect(await refusal(instances.run())).to.equal('InsufficientInstanceCapacity');
    await fault('PUT', {
      action: 'RunInstances',
      code: 'InsufficientInstanceCapacity',
      zone: 'eu-west-1b',
      times: 3,
    });
    expect(await refusal(instances.run({ Placement: { AvailabilityZone: 'eu-west-1b' } }))).to.equal(
      'InsufficientInstanceCapacity',
    );
    await fault('PUT', { action: 'launch', code: 'InsufficientInstanceCapacity' });
    const [id = ''] = await instances.run();
    const { StateReason } = await instances.until(id, 'terminated');
    expect(StateReason?.Code).to.equal('Server.InsufficientInstanceCapacity');
    expect(await named()).to.be.greaterThan(0);
    expect((await fault('PUT', { code: 'x' })).status).to.equal(400);
  });
});
