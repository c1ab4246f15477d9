import { expect } from 'chai';
import { DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { createAwsClients } from '../../../runner/src/adapters/aws/clients.js';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import { createProcesses } from '../../../runner/src/adapters/process/processes.js';
import type { ChecksConfig } from '../../../runner/src/config/checksSchema.js';
import type { Begun, Rollout } from '../../../runner/src/context/target.js';
import { EcsTarget } from '../../../runner/src/delivery/targets/ecs/ecsTarget.js';
import type { EventBody } from '../../../runner/src/events/events.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { apps, EcsFixture } from '../../support/ecsFixture.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

describe('an ECS service with checks, on the emulator', function () {
  this.timeout(60_000);
  let fixture: EcsFixture;
  let events: EventBody[];
  let entries: Begun[];

  before(async () => {
    fixture = await EcsFixture.create();
  });
  after(() => fixture.remove());

  function deploying(checks: ChecksConfig, more: Partial<Rollout> = {}) {
    const { env } = fixture;
    events = [];
    entries = [];
    const secrets = new SecretRegistry();
    const aws = createAwsClients({ env, secrets });
    const target = new EcsTarget({
      name: 'web',
      aws,
      clock: systemClock,
      environmentName: 'staging',
      registry: () => fixture.registry,
      balancersAt: env['AUTOMATION_STACK_LOAD_BALANCERS'],
      checkTools: {
        clock: systemClock,
        processes: createProcesses({
          cwd: process.cwd(),
          env: { PATH: process.env['PATH'] },
          redactor: () => ({ push: (line) => [line], flush: () => [], isHolding: false }),
        }),
        directory: process.cwd(),
        variables: async () => ({}),
        aws: async () => aws,
        container: async () => ({ tail: [] }),
      },
      config: {
        kind: 'ecs-service',
        cluster: fixture.cluster,
        service: fixture.service,
        image: 'web',
        strategy: { kind: 'rolling' },
        environment: {},
        checks,
        health: { path: '/health', for: 0, interval: 300, timeout: 4000 },
        timeout: 60_000,
      },
    });
    const rollout: Rollout = {
      stage: stageOf('deploy:staging', { events: { emit: (event) => void events.push(event) } }),
      signal: new AbortController().signal,
      journal: async (action, data) => void entries.push({ action, ...(data === undefined ? {} : { data }) }),
      ...more,
    };
    return { target, rollout };
  }
  const told = () => events.filter((event) => event.type === 'stage.check');
  const checking = async () => {
    const { cluster } = fixture;
    const { taskArns = [] } = await fixture.ecs.send(
      new ListTasksCommand({ cluster, family: fixture.service, desiredStatus: 'RUNNING' }),
    );
    if (taskArns.length === 0) return [];
    const { tasks = [] } = await fixture.ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
    return tasks.filter(({ startedBy }) => startedBy?.startsWith('check/'));
  };
  const release = async () => fixture.release(await fixture.image(apps.good));
  const sh = (script: string, on: 'task' | 'agent') => ({ command: ['sh', '-c', script], on });

  it('is checked by a task of the new revision and a command of this machine, which know what they check', async () => {
    const script =
      'echo "$AUTOMATION_STACK_TARGET $AUTOMATION_STACK_VERSION in $AUTOMATION_STACK_ENVIRONMENT"';
    const { target, rollout } = deploying({ task: sh(script, 'task'), agent: sh(script, 'agent') });
    const record = await target.deploy(await release(), rollout);
    expect(record.status).to.equal('healthy');
    expect(told().map(({ name, status, evidence }) => ({ name, status, evidence }))).to.have.deep.members([
      { name: 'task', status: 'ok', evidence: ['web 1.0.0 in staging'] },
      { name: 'agent', status: 'ok', evidence: ['web 1.0.0 in staging'] },
    ]);
    expect(entries.map(({ action }) => action)).to.deep.equal(['register', 'update', 'check']);
    expect(await checking()).to.deep.equal([]);
  });

  it('fails with a task that ends with another code than 0, by its last lines, and goes back', async () => {
    const { target, rollout } = deploying({ schema: sh('echo "column colour is missing"; exit 4', 'task') });
    const before = await target.snapshot();
    const failure = await rejection(target.deploy(await release(), rollout), 'DEPLOY_FAILED');
    expect(failure.message).to.contain('check schema failed: container web exited with code 4');
    expect(failure.evidence).to.deep.include('column colour is missing');
    expect(told()[0]).to.deep.include({ status: 'failed' });
    expect(await target.restore(before, rollout)).to.include({ status: 'rolled-back' });
  });

  it('is checked by the run that goes on after one that was killed, which leaves no task behind', async () => {
    const waits = sh('trap "exit 0" TERM; while true; do sleep 0.1; done', 'task');
    const killed = new AbortController();
    const first = deploying({ schema: waits }, { signal: killed.signal });
    const wanted = await release();
    const gone = first.target.deploy(wanted, first.rollout).catch(() => undefined);
    while ((await checking()).length === 0) await systemClock.sleep(50);
    // What a kill leaves behind: the task runs, and only the journal names it.
    const begun = [...entries];
    const second = deploying({ schema: sh('echo fine', 'task') }, { begun });
    expect((await second.target.deploy(wanted, second.rollout)).status).to.equal('healthy');
    expect(told().map(({ evidence }) => evidence)).to.deep.equal([['fine']]);
    expect(await checking()).to.deep.equal([]);
    killed.abort();
    await gone;
  });
});
