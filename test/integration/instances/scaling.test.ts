import { expect } from 'chai';
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
} from '@aws-sdk/client-ec2';
import { localUp } from '../../../runner/src/local/up.js';
import { DEBIAN_IMAGE, Instances } from '../../support/instances.js';
import { testLocalContext } from '../../support/localContext.js';
import { emulator } from '../../support/stateStores.js';

const SIGNED =
  'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/autoscaling/aws4_request, SignedHeaders=host, Signature=0';

/** Calls autoscaling by its query API. @returns the answer as it came, also of a refusal */
async function call(Action: string, parameters: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(emulator.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: { authorization: SIGNED, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ Action, Version: '2011-01-01', ...parameters }).toString(),
  });
  return answer.text();
}

describe('an autoscaling group of the local environment', function () {
  this.timeout(120_000);
  const instances = new Instances();
  const group = { AutoScalingGroupName: `group-${instances.id}` };
  const template = `template-${instances.id}`;

  /** Ids of the instances in service, and the version of the template that each was launched from. */
  const serving = async (): Promise<Record<string, string>> => {
    const answer = await call('DescribeAutoScalingGroups', {
      'AutoScalingGroupNames.member.1': group.AutoScalingGroupName,
    });
    const members = answer.match(/<member><InstanceId>.*?<\/member>/gs) ?? [];
    return Object.fromEntries(
      members
        .filter((one) => one.includes('InService'))
        .map((one) => [/i-\w+/.exec(one)?.[0] ?? '', /<Version>(.*?)</.exec(one)?.[1] ?? '']),
    );
  };
  const until = async (wanted: (now: Record<string, string>) => boolean) => {
    for (let tries = 0; tries < 300 && !wanted(await serving()); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    const now = await serving();
    expect(wanted(now), JSON.stringify(now)).to.equal(true);
    return now;
  };
  const count = (number: number) => (now: Record<string, string>) => Object.keys(now).length === number;

  before(async () => {
    await localUp(testLocalContext());
    await instances.begin();
    const data = { ImageId: DEBIAN_IMAGE, InstanceType: 't3.micro', KeyName: `key-${instances.id}` } as const;
    await instances.client.send(
      new CreateLaunchTemplateCommand({ LaunchTemplateName: template, LaunchTemplateData: data }),
    );
    await instances.client.send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateName: template,
        LaunchTemplateData: { ...data, InstanceType: 't3.small' },
      }),
    );
  });
  after(async () => {
    await call('DeleteAutoScalingGroup', { ...group, ForceDelete: 'true' });
    await instances.client.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName: template }));
    await instances.end();
  });

  it('launches hosts with its tags, and replaces one that is gone', async () => {
    await call('CreateAutoScalingGroup', {
      ...group,
      ...{ MinSize: '1', MaxSize: '3', DesiredCapacity: '2', VPCZoneIdentifier: 'subnet-00000001' },
      ...{ 'LaunchTemplate.LaunchTemplateName': template, 'LaunchTemplate.Version': '1' },
      ...{ 'Tags.member.1.Key': 'Application', 'Tags.member.1.Value': `shop-${instances.id}` },
      'Tags.member.1.PropagateAtLaunch': 'true',
    });
    const [first = '', second = ''] = Object.keys(await until(count(2)));
    expect(await instances.ssh(first, 'whoami')).to.equal('admin');
    const { Tags } = await instances.describe(first);
    expect(Object.fromEntries((Tags ?? []).map(({ Key = '', Value }) => [Key, Value]))).to.deep.equal({
      Application: `shop-${instances.id}`,
      'aws:autoscaling:groupName': group.AutoScalingGroupName,
    });
    await instances.terminate(first);
    const now = await until((one) => count(2)(one) && !(first in one));
    expect(now).to.have.property(second);
  });

  it('is refreshed one by one, and grows no further than its limit', async () => {
    const before = Object.keys(await serving());
    const version = { 'LaunchTemplate.LaunchTemplateName': template, 'LaunchTemplate.Version': '2' };
    await call('UpdateAutoScalingGroup', { ...group, ...version });
    expect(await call('StartInstanceRefresh', group)).to.contain('<InstanceRefreshId>');
    const now = await until((one) => count(2)(one) && Object.values(one).every((two) => two === '2'));
    expect(Object.keys(now)).not.to.include.members(before);
    let refreshes = '';
    for (let tries = 0; tries < 50 && !refreshes.includes('Successful'); tries += 1) {
      refreshes = await call('DescribeInstanceRefreshes', group);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(refreshes).to.contain('<Status>Successful</Status>');
    expect(await call('SetDesiredCapacity', { ...group, DesiredCapacity: '9' })).to.contain(
      'above max value 3',
    );
  });

  it('is deleted with its instances only by force', async () => {
    const [one = ''] = Object.keys(await serving());
    expect(await call('DeleteAutoScalingGroup', group)).to.contain('ResourceInUse');
    await call('DeleteAutoScalingGroup', { ...group, ForceDelete: 'true' });
    await instances.until(one, 'terminated');
  });
});
