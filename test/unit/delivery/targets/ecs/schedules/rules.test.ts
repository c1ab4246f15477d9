import { expect } from 'chai';
import {
  roleFinding,
  ruleFinding,
} from '../../../../../../runner/src/delivery/targets/ecs/schedules/rules/scheduleFindings.js';
import {
  arnLike,
  familyOf,
  isPinned,
  readScheduled,
  revisionsOf,
  ruleNamed,
  servingOf,
} from '../../../../../../runner/src/delivery/targets/ecs/schedules/rules/scheduleTargets.js';
import { ecsServiceSchema } from '../../../../../../runner/src/delivery/targets/ecs/schema.js';

const ARN = 'arn:aws:ecs:eu-west-1:111111111111:task-definition/';
const task = (revision: string, more: object = {}) => ({
  Id: 'task',
  Arn: 'arn:aws:ecs:eu-west-1:111111111111:cluster/main',
  RoleArn: 'arn:aws:iam::111111111111:role/jobs/shop-schedule',
  EcsParameters: { TaskDefinitionArn: `${ARN}${revision}` },
  ...more,
});

describe('the rule of a schedule', () => {
  it('is named as people name it, with its event bus, or by its ARN', () => {
    const arn = 'arn:aws:events:eu-west-1:111111111111:rule/';
    for (const [written, rule] of [
      ['nightly', { name: 'nightly' }],
      ['orders/paid', { name: 'paid', bus: 'orders' }],
      ['default/nightly', { name: 'nightly' }],
      [`${arn}nightly`, { name: 'nightly' }],
      [`${arn}orders/paid`, { name: 'paid', bus: 'orders' }],
      [`${arn}aws.partner/shop.example/1/paid`, { name: 'paid', bus: 'aws.partner/shop.example/1' }],
    ] as const)
      expect(ruleNamed(written), written).to.deep.equal(rule);
  });

  it('may be written alone, or with what is said of it', () => {
    const parsed = ecsServiceSchema.parse({
      ...{ kind: 'ecs-service', cluster: 'main', service: 'web', image: 'web' },
      schedules: ['nightly', { rule: 'report', family: 'batch' }],
    });
    expect(parsed.schedules).to.deep.equal([{ rule: 'nightly' }, { rule: 'report', family: 'batch' }]);
  });
});

describe('what a schedule runs', () => {
  it('is a revision of a family, or whichever is the newest', () => {
    expect([`${ARN}web:3`, 'web:3', `${ARN}web`, 'web'].map(familyOf)).to.deep.equal(Array(4).fill('web'));
    expect([`${ARN}web:3`, 'web:3', `${ARN}web`, ''].map(isPinned)).to.deep.equal([true, true, false, false]);
    expect(arnLike('web:4', `${ARN}web`)).to.equal(`${ARN}web:4`);
  });

  it('is held against what the service runs: of two colours, the live one', () => {
    const one = { taskDefinition: `${ARN}web:3` };
    expect(revisionsOf(one)).to.deep.equal([`${ARN}web:3`]);
    expect(servingOf(one)).to.equal(`${ARN}web:3`);
    const colours = {
      blue: { taskDefinition: `${ARN}blue:1` },
      green: { taskDefinition: `${ARN}green:2` },
    };
    expect(revisionsOf({ live: 'green', colours })).to.deep.equal([`${ARN}blue:1`, `${ARN}green:2`]);
    expect(servingOf({ live: 'green', colours })).to.equal(`${ARN}green:2`);
    expect(revisionsOf({ running: '1.0.0' })).to.deep.equal([]);
    expect(servingOf({ running: '1.0.0' })).to.equal(undefined);
  });

  it('is read from a snapshot, where that has it', () => {
    const whole = { rule: 'nightly', id: 'task', taskDefinition: `${ARN}web:1` };
    expect(readScheduled([whole, { rule: 'nightly' }, null])).to.deep.equal([whole]);
    expect(readScheduled(undefined)).to.deep.equal([]);
  });
});

describe('a verified schedule', () => {
  const known = { expression: 'rate(1 day)', isEnabled: true };

  it('is there, enabled, and starts a task of the family by its revision', () => {
    const rule = 'nightly';
    for (const [looked, status, words] of [
      [{ rule, known: undefined, tasks: undefined }, 'failed', 'there is no rule nightly in EventBridge'],
      [{ rule, known, tasks: [] }, 'failed', 'it starts no task of the family web'],
      [{ rule, known, tasks: [task('web')] }, 'warning', 'without a revision'],
      [
        { rule, known: { ...known, isEnabled: false }, tasks: [task('web:3')] },
        'warning',
        'it is disabled (rate(1 day), web:3)',
      ],
      [{ rule, known, tasks: [task('web:3')] }, 'ok', 'rate(1 day), web:3'],
      [{ rule, known: { isEnabled: true }, tasks: [task('web:3')] }, 'ok', 'started by events, web:3'],
    ] as const) {
      const finding = ruleFinding(looked, 'web');
      expect(finding.status, words).to.equal(status);
      expect(finding.found).to.contain(words);
    }
  });

  it('has the role that the configuration names; whether that may start the next revision, IAM is asked', () => {
    expect(roleFinding(task('web:3', { RoleArn: undefined })).status).to.equal('failed');
    expect(roleFinding(task('web:3'), 'other')).to.deep.include({
      status: 'failed',
      found: 'it is shop-schedule, not other: a deploy may not be allowed to pass it on',
    });
    const finding = roleFinding(task('web:9'), 'arn:aws:iam::111111111111:role/jobs/shop-schedule');
    expect(finding.status).to.equal('unverified');
    expect(finding.next).to.contain(`--resource-arns ${ARN}web:10 `);
  });
});
