import { refusal, type AwsAnswer, type AwsRequest, formOf, listIn } from '../aws/exchange.js';
import { element, elements, xmlAnswer } from './xml.js';

/** An instance as EC2 keeps it. A change goes through the states in `ahead`, one a look. */
export interface HeldInstance {
  readonly id: string;
  state: string;
  ahead: string[];
  reason: string;
  readonly type: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly image: string;
  publicAddress: string;
  isGuarded: boolean;
  isStopGuarded: boolean;
  /** What the two checks say, one a look; the last stays. */
  checks: string[];
  console: string;
}

export interface HeldKey {
  readonly name: string;
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly material: string;
}

/** What EC2 has of an account, by the reference of its API; answers the requests of the SDK. */
export class Ec2OfAccount {
  readonly instances: HeldInstance[] = [];
  readonly keys: HeldKey[] = [];
  readonly securityGroups: { id: string; name: string; tags: Record<string, string>; open: string }[] = [];
  readonly images: { id: string; name: string; tags: Record<string, string> }[] = [];
  /** Reasons for which a change fails, by action: `InsufficientInstanceCapacity`. */
  readonly refused = new Map<string, string>();
  /** States that a start leads to; a boot that fails falls back. */
  startsAs: readonly string[] = ['pending', 'running'];
  private made = 0;

  add(over: Partial<HeldInstance> & { readonly name?: string } = {}): HeldInstance {
    this.made += 1;
    const { name, tags = { application: 'shop', environment: 'staging' }, ...more } = over;
    const id = `i-${String(this.made).padStart(17, '0')}`;
    const one: HeldInstance = {
      ...{ id, state: 'running', ahead: [], reason: '', type: 't3.small', image: 'ami-1', console: '' },
      ...{ publicAddress: '203.0.113.1', isGuarded: false, isStopGuarded: false, checks: ['ok'] },
      ...more,
      tags: name === undefined ? tags : { Name: name, ...tags },
    };
    this.instances.push(one);
    return one;
  }

  answer(request: AwsRequest): AwsAnswer {
    const form = formOf(request);
    const action = form.get('Action') ?? '';
    const code = this.refused.get(action);
    if (code !== undefined) return refusal(request, 400, code, `${code} was thrown`);
    const ids = listIn(form, 'InstanceId');
    switch (action) {
      case 'DescribeInstances':
        return this.describe(request, ids);
      case 'StartInstances':
        return this.change(request, ids, ['stopped'], this.startsAs);
      case 'StopInstances':
        return this.change(request, ids, ['running'], ['stopping', 'stopping', 'stopped'], 'isStopGuarded');
      case 'TerminateInstances':
        return this.change(request, ids, [], ['shutting-down', 'terminated'], 'isGuarded');
      case 'RebootInstances':
        return xmlAnswer(action, '<return>true</return>');
      case 'DescribeInstanceAttribute':
        return this.attribute(form);
      case 'DescribeInstanceStatus':
        return xmlAnswer(
          action,
          elements(
            'instanceStatusSet',
            ids.map((id) => this.statusXml(id)),
          ),
        );
      case 'GetConsoleOutput': {
        const text = this.instances.find(({ id }) => id === form.get('InstanceId'))?.console ?? '';
        return xmlAnswer(action, element('output', Buffer.from(text).toString('base64')));
      }
      case 'RunInstances':
        return this.run(form);
      case 'DescribeKeyPairs':
        return this.describeKeys(form);
      case 'ImportKeyPair':
      case 'CreateKeyPair':
        return this.makeKey(request, form, action);
      case 'DeleteKeyPair': {
        const at = this.keys.findIndex(({ name }) => name === form.get('KeyName'));
        if (at >= 0) this.keys.splice(at, 1);
        return xmlAnswer(action, '<return>true</return>');
      }
      case 'DescribeSecurityGroups':
        return xmlAnswer(action, elements('securityGroupInfo', this.securityGroups.map(groupXml)));
      case 'DescribeImages':
        return xmlAnswer(action, elements('imagesSet', this.images.map(imageXml)));
    }
    return refusal(request, 400, 'InvalidAction', `the test knows no ${action}`);
  }

  private describe(request: AwsRequest, ids: readonly string[]): AwsAnswer {
    const missing = ids.find((id) => !this.instances.some((one) => one.id === id));
    if (missing !== undefined)
      return refusal(
        request,
        400,
        'InvalidInstanceID.NotFound',
        `The instance ID '${missing}' does not exist`,
      );
    const keys = listIn(formOf(request), String.raw`Filter\.\d+\.Value`);
    const found = this.instances.filter(({ id, tags }) =>
      ids.length > 0 ? ids.includes(id) : keys.some((key) => Object.hasOwn(tags, key)),
    );
    for (const one of found) one.state = one.ahead.shift() ?? one.state;
    return xmlAnswer(
      'DescribeInstances',
      elements(
        'reservationSet',
        found.map((one) => elements('instancesSet', [instanceXml(one)])),
      ),
    );
  }

  /** All or none of them, as EC2 has it. */
  private change(
    request: AwsRequest,
    ids: readonly string[],
    from: readonly string[],
    to: readonly string[],
    guard?: 'isGuarded' | 'isStopGuarded',
  ): AwsAnswer {
    const all = this.instances.filter(({ id }) => ids.includes(id));
    const guarded = all.find((one) => guard !== undefined && one[guard]);
    if (guarded !== undefined)
      return refusal(
        request,
        400,
        'OperationNotPermitted',
        `The instance '${guarded.id}' may not be changed`,
      );
    const unfit = all.find(({ state }) => from.length > 0 && !from.includes(state));
    if (unfit !== undefined)
      return refusal(request, 400, 'IncorrectInstanceState', `The instance '${unfit.id}' is not in a state`);
    for (const one of all) {
      // The old state is shown once more.
      one.ahead = [one.state, ...to];
      one.reason = to.at(-1) === 'stopped' && to[0] === 'pending' ? 'Server.InternalError: boot failed' : '';
    }
    return xmlAnswer(request.action.split('.')[1] as string, '<instancesSet/>');
  }

  private attribute(form: URLSearchParams): AwsAnswer {
    const one = this.instances.find(({ id }) => id === form.get('InstanceId'));
    const name = form.get('Attribute') ?? '';
    const value = name === 'disableApiTermination' ? one?.isGuarded : one?.isStopGuarded;
    return xmlAnswer('DescribeInstanceAttribute', element(name, element('value', String(value === true))));
  }

  private statusXml(id: string): string {
    const one = this.instances.find((instance) => instance.id === id) as HeldInstance;
    const check = one.checks.length > 1 ? one.checks.shift() : one.checks[0];
    const status = element('status', check ?? 'ok');
    return `${element('instanceId', id)}${element('instanceStatus', status)}${element('systemStatus', element('status', 'ok'))}`;
  }

  /** The same launch asked twice is one. */
  private readonly launched = new Map<string, readonly HeldInstance[]>();

  private run(form: URLSearchParams): AwsAnswer {
    const token = form.get('ClientToken') ?? '';
    const known = this.launched.get(token);
    if (known !== undefined)
      return xmlAnswer('RunInstances', elements('instancesSet', known.map(instanceXml)));
    const tags = tagsIn(form, 'TagSpecification.1.Tag');
    const made = Array.from({ length: Number(form.get('MinCount')) }, () =>
      this.add({
        tags,
        state: 'pending',
        ahead: this.startsAs.slice(1),
        type: form.get('InstanceType') ?? 't3.micro',
      }),
    );
    this.launched.set(token, made);
    return xmlAnswer('RunInstances', elements('instancesSet', made.map(instanceXml)));
  }

  private describeKeys(form: URLSearchParams): AwsAnswer {
    const values = listIn(form, String.raw`Filter\.\d+\.Value`);
    const byName = form.get('Filter.1.Name') === 'key-name';
    const found = this.keys.filter(({ name, tags }) =>
      byName ? values.includes(name) : values.some((key) => Object.hasOwn(tags, key)),
    );
    return xmlAnswer('DescribeKeyPairs', elements('keySet', found.map(keyXml)));
  }

  private makeKey(request: AwsRequest, form: URLSearchParams, action: string): AwsAnswer {
    const name = form.get('KeyName') ?? '';
    if (this.keys.some((key) => key.name === name))
      return refusal(request, 400, 'InvalidKeyPair.Duplicate', `The keypair '${name}' already exists.`);
    const tags = tagsIn(form, 'TagSpecification.1.Tag');
    const material = Buffer.from(form.get('PublicKeyMaterial') ?? '', 'base64').toString();
    const key = { name, tags, id: `key-${this.keys.length + 1}`, material };
    this.keys.push(key);
    const secret = action === 'CreateKeyPair' ? element('keyMaterial', '-----BEGIN KEY-----abc') : '';
    return xmlAnswer(action, `${keyFields(key)}${secret}`);
  }
}

function tagsIn(form: URLSearchParams, prefix: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (let at = 1; form.has(`${prefix}.${at}.Key`); at += 1)
    found[form.get(`${prefix}.${at}.Key`) as string] = form.get(`${prefix}.${at}.Value`) ?? '';
  return found;
}

const tagXml = (tags: Readonly<Record<string, string>>) =>
  elements(
    'tagSet',
    Object.entries(tags).map(([key, value]) => `${element('key', key)}${element('value', value)}`),
  );

const instanceXml = (one: HeldInstance): string =>
  [
    element('instanceId', one.id),
    element('instanceState', `${element('code', '0')}${element('name', one.state)}`),
    element('stateReason', `${element('code', 'x')}${element('message', one.reason)}`),
    element('instanceType', one.type),
    element('imageId', one.image),
    element('ipAddress', one.publicAddress),
    element('privateIpAddress', '10.0.0.5'),
    element('placement', element('availabilityZone', 'eu-west-1a')),
    element('launchTime', '2026-11-01T10:00:00.000Z'),
    tagXml(one.tags),
  ].join('');

const keyFields = ({ name, id }: HeldKey): string =>
  `${element('keyName', name)}${element('keyPairId', id)}${element('keyFingerprint', 'aa:bb')}`;
const keyXml = (key: HeldKey): string =>
  `${keyFields(key)}${element('keyType', 'ed25519')}${tagXml(key.tags)}`;

const groupXml = (group: { id: string; name: string; tags: Record<string, string>; open: string }): string =>
  [
    element('groupId', group.id),
    element('groupName', group.name),
    element('vpcId', 'vpc-1'),
    elements('ipPermissions', [
      [
        element('ipProtocol', 'tcp'),
        element('fromPort', '22'),
        element('toPort', '22'),
        elements('ipRanges', [element('cidrIp', group.open)]),
      ].join(''),
    ]),
    tagXml(group.tags),
  ].join('');

const imageXml = (image: { id: string; name: string; tags: Record<string, string> }): string =>
  [
    element('imageId', image.id),
    element('name', image.name),
    element('imageState', 'available'),
    element('creationDate', '2026-10-01T00:00:00.000Z'),
    tagXml(image.tags),
  ].join('');
