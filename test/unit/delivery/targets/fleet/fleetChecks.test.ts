import { expect } from 'chai';
import { FakeFleet } from '../../../../support/fakeFleet.js';
import { fakeAws } from '../../../../support/fakeAws.js';
import { rejection } from '../../../../support/rejection.js';

const SEEN = { seen: { command: ['./look'], on: 'host', timeout: '30s' } };

describe('a fleet with checks', () => {
  let fleet: FakeFleet;
  let alarm: string;
  const deploy = (version: string, settings: object) =>
    fleet.target({ ...settings }).deploy(fleet.release(version), fleet.rollout());
  const told = () => fleet.events.filter((event) => event.type === 'stage.check');

  beforeEach(async () => {
    fleet = new FakeFleet();
    alarm = 'OK';
    const aws = fakeAws({
      'cloudwatch:DescribeAlarms': () => {
        fleet.log.push('look at alarms');
        return {
          MetricAlarms: [
            { AlarmName: 'shop-5xx', StateValue: alarm, StateTransitionedTimestamp: fleet.clock.now() },
          ],
        };
      },
    });
    fleet.checkTools = {
      clock: fleet.clock,
      processes: {
        run: async ({ file, env }) => {
          fleet.log.push(`run ${file} ${env?.['AUTOMATION_STACK_HOST']} ${env?.['AUTOMATION_STACK_URL']}`);
          return { exitCode: 0, stdout: '', tail: [] };
        },
      },
      directory: '/work',
      variables: async () => ({}),
      aws: async () => aws,
      container: async () => ({ tail: [] }),
    };
    await deploy('1.0.0', {});
    fleet.log.length = 0;
    fleet.events.length = 0;
  });

  it('runs them on each host, healthy and drained, before it joins the target group again', async () => {
    await deploy('1.1.0', { checks: SEEN, batch: 1 });
    const first = fleet.log.slice(fleet.log.indexOf('drain web-1'), fleet.log.indexOf('register web-1') + 1);
    const env = [
      'AUTOMATION_STACK_ENVIRONMENT=staging AUTOMATION_STACK_TARGET=web AUTOMATION_STACK_VERSION=1.1.0',
      'AUTOMATION_STACK_COMMIT=c0ffee AUTOMATION_STACK_URL=http://web-1:80 AUTOMATION_STACK_HOST=web-1',
      'AUTOMATION_STACK_ADDRESS=web-1',
    ].join(' ');
    expect(first).to.deep.equal([
      'drain web-1',
      'journal replace web-1',
      'play present 1.1.0 on web-1',
      `exec web-1 timeout --kill-after=5 30 env ${env} ./look`,
      'journal register web-1',
      'register web-1',
    ]);
    expect(told().map(({ subject, name, status }) => `${subject} ${name} ${status}`)).to.deep.equal([
      'web seen on web-1 ok',
      'web seen on web-2 ok',
      'web seen on web-3 ok',
      'web seen on web-4 ok',
    ]);
  });

  it('runs those of the agent for each host too', async () => {
    await deploy('1.1.0', { checks: { smoke: { command: ['./smoke'] } }, batch: 1 });
    expect(fleet.log.filter((line) => line.startsWith('run '))).to.deep.equal(
      [1, 2, 3, 4].map((host) => `run ./smoke web-${host} http://web-${host}:80`),
    );
  });

  it('brings a host back that fails one, which serves what it ran before', async () => {
    fleet.behaviours.set('web-1 1.1.0', 'fails its check');
    const failure = await rejection(deploy('1.1.0', { checks: SEEN }), 'DEPLOY_FAILED');
    expect(failure.message).to.equal('web-1: check seen failed: it ended with exit code 3');
    expect(failure.evidence).to.include('web-1 | GET /cart 500');
    expect(fleet.log).to.include('play restored 1.0.0 on web-1');
    expect(fleet.log.indexOf('register web-1')).to.be.above(
      fleet.log.indexOf('play restored 1.0.0 on web-1'),
    );
  });

  it('leaves a host behind that fails one, where that may be', async () => {
    fleet.behaviours.set('web-1 1.1.0', 'fails its check');
    const record = await deploy('1.1.0', { checks: SEEN, 'max-failed': 1 });
    expect(record.status).to.equal('partial');
    expect(record.hosts?.behind.map(({ host, cause }) => [host, cause])).to.deep.equal([
      ['web-1', 'unhealthy'],
    ]);
  });

  it('watches alarms before anything is changed, and after each batch has joined', async () => {
    await deploy('1.1.0', { checks: { errors: { alarm: 'shop-5xx' } } });
    expect(fleet.log.filter((line) => /alarms|^play|^register/.test(line))).to.deep.equal([
      'look at alarms',
      'play fetched 1.1.0 on web-1,web-2,web-3,web-4',
      'play present 1.1.0 on web-1',
      'play present 1.1.0 on web-2',
      'register web-1',
      'register web-2',
      'look at alarms',
      'look at alarms',
      'play present 1.1.0 on web-3',
      'play present 1.1.0 on web-4',
      'register web-3',
      'register web-4',
      'look at alarms',
      'look at alarms',
    ]);
  });

  it('fails as a whole with an alarm that goes off, and begins no other batch', async () => {
    fleet.onPlay = () => void (alarm = 'ALARM');
    const failure = await rejection(
      deploy('1.1.0', { checks: { errors: { alarm: 'shop-5xx' } }, 'max-failed': 3 }),
      'DEPLOY_FAILED',
    );
    expect(failure.message).to.contain('shop-5xx is in ALARM');
    expect(fleet.log).not.to.include('play present 1.1.0 on web-3,web-4');
  });

  it('changes nothing where an alarm is off already', async () => {
    alarm = 'ALARM';
    await rejection(deploy('1.1.0', { checks: { errors: { alarm: 'shop-5xx' } } }), 'DEPLOY_FAILED');
    expect(fleet.log).to.deep.equal(['look at alarms']);
  });

  it('checks hosts again that a killed run had brought, before they join', async () => {
    const settings = { checks: SEEN };
    await deploy('1.1.0', settings);
    for (const host of fleet.hosts.values()) host.registered = false;
    fleet.log.length = 0;
    fleet.behaviours.set('web-2 1.1.0', 'fails its check');
    const rollout = {
      ...fleet.rollout(),
      begun: [{ action: 'replace', data: { hosts: ['web-1', 'web-2', 'web-3', 'web-4'] } }],
    };
    const failure = await rejection(
      fleet.target(settings).deploy(fleet.release('1.1.0'), rollout),
      'DEPLOY_FAILED',
    );
    expect(failure.message).to.contain('web-2: check seen failed');
    expect(fleet.serving()).to.equal('');
  });
});
