import { expect } from 'chai';
import {
  hoursOnAWeek,
  isOnAt,
  isTimeZone,
  nextChange,
  parsePowerWindow,
  type PowerWindow,
} from '../../../runner/src/domain/powerHours.js';
import { mergedThings, NOTHING } from '../../../runner/src/domain/power.js';
import { ownerOf } from '../../../runner/src/domain/deploymentTags.js';
import type { NamedInstance } from '../../../runner/src/domain/instance.js';
import { alarmSettings, type AlarmAsked } from '../../../runner/src/resources/rules/alarmSettings.js';
import { dueOf } from '../../../runner/src/resources/rules/due.js';
import { progressOf, stepOf } from '../../../runner/src/resources/rules/instanceStates.js';
import { isPublicKey } from '../../../runner/src/resources/rules/publicKey.js';
import {
  databaseCost,
  instanceCost,
  savingsOf,
  serviceCost,
} from '../../../runner/src/resources/rules/savings.js';

const instance = (over: Partial<NamedInstance> = {}): NamedInstance => ({
  ...{ id: 'i-00000001', name: 'api-1', state: 'running', type: 't3.small', tags: {} },
  ...over,
});

describe('whose something is', () => {
  const self = { application: 'shop', environment: 'staging' };
  const rows: readonly (readonly [Record<string, string>, object])[] = [
    [self, { kind: 'own' }],
    [{ Application: 'shop', ENVIRONMENT: 'staging' }, { kind: 'own' }],
    [
      { ...self, environment: 'production' },
      { kind: 'other', name: 'shop/production' },
    ],
    [{ application: 'shop' }, { kind: 'other', name: 'shop/(no environment)' }],
    [{ environment: 'staging' }, { kind: 'other', name: '(no application)/staging' }],
    [{ 'automation-stack:application': 'shop', 'automation-stack:environment': 'staging' }, { kind: 'own' }],
    // A launch template of one deployment that another one uses.
    [
      { ...self, 'automation-stack:application': 'blog', 'automation-stack:environment': 'staging' },
      { kind: 'other', name: 'blog/staging' },
    ],
    [{ Name: 'shop' }, { kind: 'nobody' }],
  ];
  for (const [tags, owner] of rows)
    it(`is told by ${JSON.stringify(tags)}`, () => expect(ownerOf(tags, self)).to.deep.equal(owner));
});

describe('the hours of a schedule', () => {
  const windows = (...texts: string[]) => texts.map((text) => parsePowerWindow(text) as PowerWindow);
  const at = (text: string) => new Date(text);

  it('are read, or are none', () => {
    expect(parsePowerWindow('mon-fri 07:00-20:00')).to.deep.equal({
      days: [0, 1, 2, 3, 4],
      from: 420,
      to: 1200,
    });
    expect(parsePowerWindow('sat,sun 10:00-24:00')?.days).to.deep.equal([5, 6]);
    expect(parsePowerWindow('daily 00:00-24:00')?.days).to.have.length(7);
    for (const wrong of [
      '',
      'mon',
      'fri-mon 07:00-20:00',
      'mon 20:00-07:00',
      'mon 07:00-24:01',
      'xxx 07:00-08:00',
      'mon 7:00-8:00',
      'mon 07:60-08:00',
      'mon-tue-wed 07:00-08:00',
    ])
      expect(parsePowerWindow(wrong), wrong).to.equal(undefined);
  });

  it('are those of a time zone, in winter and in summer', () => {
    const some = windows('mon-fri 07:00-20:00');
    expect(isOnAt(some, 'Europe/Berlin', at('2026-11-03T06:00:00Z'))).to.equal(true);
    expect(isOnAt(some, 'Europe/Berlin', at('2026-11-03T05:59:00Z'))).to.equal(false);
    expect(isOnAt(some, 'Europe/Berlin', at('2026-07-07T05:00:00Z'))).to.equal(true);
    expect(isOnAt(some, 'Europe/Berlin', at('2026-11-03T19:00:00Z'))).to.equal(false);
    expect(isOnAt(some, 'Europe/Berlin', at('2026-11-07T12:00:00Z'))).to.equal(false);
    expect(isTimeZone('Europe/Berlin')).to.equal(true);
    expect(isTimeZone('Europe/Nowhere')).to.equal(false);
  });

  it('change at a moment that is known, or never', () => {
    const some = windows('mon-fri 07:00-20:00');
    expect(nextChange(some, 'UTC', at('2026-11-06T21:30:10Z'))?.toISOString()).to.equal(
      '2026-11-09T07:00:00.000Z',
    );
    expect(nextChange(windows('daily 00:00-24:00'), 'UTC', at('2026-11-06T21:30:00Z'))).to.equal(undefined);
  });

  it('count once where they overlap', () =>
    expect(hoursOnAWeek(windows('mon 07:00-20:00', 'mon-tue 12:00-21:00'))).to.equal(23));
});

describe('what a schedule has to do', () => {
  const record = (status: 'on' | 'off' | 'turning-off', until?: string) => ({
    ...{ ...NOTHING, status, who: 'jane', since: '2026-11-03T00:00:00.000Z' },
    ...(until === undefined ? {} : { until }),
  });
  const now = Date.parse('2026-11-03T12:00:00Z');

  it('is nothing where it is as it says', () => {
    expect(dueOf(undefined, 'on', now, false).to).to.equal('nothing');
    expect(dueOf(record('off'), 'off', now, false).to).to.equal('nothing');
  });
  it('is what it says otherwise, of what is half done too', () => {
    expect(dueOf(undefined, 'off', now, false).to).to.equal('off');
    expect(dueOf(record('turning-off'), 'off', now, false).to).to.equal('off');
    expect(dueOf(record('turning-off'), 'on', now, false).to).to.equal('on');
    expect(dueOf(record('off'), 'off', now, true).to).to.equal('off');
  });
  it('waits for what somebody said', () => {
    expect(dueOf(record('on', '2026-11-03T13:00:00Z'), 'off', now, false).to).to.equal('nothing');
    expect(dueOf(record('on', '2026-11-03T11:00:00Z'), 'off', now, false).to).to.equal('off');
  });
});

describe('what comes back', () => {
  it('is what was written down first, and what was found since', () => {
    const first = { ...NOTHING, services: [{ target: 'web', count: 2 }] };
    const found = {
      ...NOTHING,
      services: [
        { target: 'web', count: 0 },
        { target: 'api', count: 1 },
      ],
    };
    expect(mergedThings(first, found).services).to.deep.equal([
      { target: 'web', count: 2 },
      { target: 'api', count: 1 },
    ]);
  });
});

describe('what a schedule saves', () => {
  it('is the share of the hours that it is off', () => {
    const running = [
      instanceCost('api', 't3.medium'),
      databaseCost('orders', ['db.t3.medium'], true),
      serviceCost('web', 2, { vcpu: 0.5, memoryGib: 1, isArm: false }),
      serviceCost('on-hosts', 2, undefined),
      instanceCost('odd', 'x9.huge'),
    ];
    const { monthly, saved, hoursOff, unpriced } = savingsOf(running, 65);
    expect(monthly).to.be.closeTo(730 * (0.0416 + 2 * 0.068 + 2 * (0.5 * 0.04048 + 0.004445)), 0.001);
    expect(hoursOff).to.equal(103);
    expect(saved / monthly).to.be.closeTo(103 / 168, 1e-9);
    // Tasks on instances cost nothing by themselves.
    expect(unpriced).to.deep.equal(['odd (x9.huge)']);
  });
  it('has no price of a cluster of which one class is not known', () =>
    expect(databaseCost('ledger', ['db.t3.medium', 'db.x'], false).hourly).to.equal(undefined));
});

describe('the states of instances', () => {
  it('say what a change needs', () => {
    expect(stepOf('start', instance({ state: 'stopped' }))).to.equal('ask');
    expect(stepOf('start', instance({ state: 'pending' }))).to.equal('wait');
    expect(stepOf('start', instance())).to.equal('nothing');
    expect(stepOf('start', instance({ state: 'stopping' }))).to.have.property('why', 'is stopping');
    expect(stepOf('delete', instance({ state: 'stopping' }))).to.equal('ask');
    expect(stepOf('restart', instance({ state: 'terminated' }))).to.have.property('next');
    expect(stepOf('stop', instance({ autoscalingGroup: 'x' }))).to.have.property('why');
  });
  it('say how far it is', () => {
    expect(progressOf('start', 'stopped', false)).to.equal('going-on');
    expect(progressOf('start', 'stopped', true)).to.equal('failed');
    expect(progressOf('start', undefined, false)).to.equal('going-on');
    expect(progressOf('delete', undefined, true)).to.equal('done');
    expect(progressOf('stop', 'terminated', true)).to.equal('failed');
    expect(progressOf('stop', 'stopped', true)).to.equal('done');
  });
});

describe('a public key', () => {
  it('is one line of OpenSSH, and never a private key', () => {
    expect(isPublicKey('ssh-ed25519 AAAA me@host\n')).to.equal(true);
    expect(isPublicKey('ssh-rsa AAAA==')).to.equal(true);
    expect(isPublicKey('-----BEGIN OPENSSH PRIVATE KEY-----')).to.equal(false);
    expect(isPublicKey('ssh-ed25519 AAAA\nssh-rsa BBBB\n')).to.equal(false);
    expect(isPublicKey('ecdsa-sha2-nistp256 AAAA')).to.equal(false);
  });
});

describe('an alarm', () => {
  const asked: AlarmAsked = {
    ...{ name: 'busy', metric: 'AWS/EC2/CPUUtilization', dimensions: [], above: '80' },
    ...{ statistic: 'Average', periodMs: 300_000, forMs: 900_000, notifies: [] },
  };
  it('is made of what was typed', () =>
    expect(alarmSettings({ ...asked, instance: 'i-1', dimensions: ['A=b=c'] })).to.deep.include({
      ...{ namespace: 'AWS/EC2', metric: 'CPUUtilization', comparison: 'above', threshold: 80, periods: 3 },
      dimensions: { A: 'b=c', InstanceId: 'i-1' },
    }));
  const wrong: readonly Partial<AlarmAsked>[] = [
    { metric: 'CPUUtilization' },
    { metric: 'AWS/EC2/' },
    { above: undefined },
    { below: '1' },
    { above: 'much' },
    { periodMs: 30_000 },
    { forMs: 700_000 },
    { forMs: 60_000 },
    { notifies: ['alerts'] },
    { dimensions: ['A'] },
  ];
  for (const part of wrong)
    it(`is none with ${JSON.stringify(part)}`, () =>
      expect(() => alarmSettings({ ...asked, ...part }))
        .to.throw()
        .with.property('code', 'USAGE'));
});
