import { expect } from 'chai';
import { join } from 'node:path';
import { DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import type { TargetTask } from '../../../runner/src/delivery/operate/tasks.js';
import type { ScaleDone } from '../../../runner/src/delivery/operate/scale.js';
import type { AnyChange } from '../../../runner/src/state/changes.js';
import { Ledger } from '../../../runner/src/state/ledger.js';
import { LocalStore } from '../../../runner/src/state/stores/localStore.js';
import { apps, EcsFixture } from '../../support/ecsFixture.js';
import { Project } from '../../support/project.js';

/** Says a line a tenth of a second until it is ended. */
const TALKS = `trap 'echo stopping; exit 0' TERM; n=0; while true; do n=$((n+1)); echo "line $n"; sleep 0.1; done`;

describe('operating an ECS service, on the emulator', function () {
  this.timeout(120_000);
  let fixture: EcsFixture;
  let project: Project;
  const changes = async (): Promise<readonly AnyChange[]> => {
    const { changes: found } = await project.json<{ changes: AnyChange[] }>(
      'history',
      '--changes',
      '--env',
      'staging',
    );
    return found;
  };
  const tasks = () => project.json<TargetTask[]>('tasks', '--env', 'staging');
  /** One-off tasks, by how they stand. */
  const oneOff = async (desiredStatus: 'RUNNING' | 'STOPPED') => {
    const { cluster, service: family } = fixture;
    const { taskArns = [] } = await fixture.ecs.send(
      new ListTasksCommand({ cluster, family, desiredStatus }),
    );
    if (taskArns.length === 0) return [];
    const found = await fixture.ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
    return (found.tasks ?? []).filter((task) => task.startedBy?.startsWith('task/') === true);
  };

  before(async () => {
    fixture = await EcsFixture.create({ desired: 2 });
    project = Project.of({
      'automation-stack.yml': `application: test
images: { web: { repository: test/web } }
environments:
  staging:
    targets:
      web:
        kind: ecs-service
        cluster: ${fixture.cluster}
        service: ${fixture.service}
        image: web
        health: { path: /health, for: 0s, interval: 300ms, timeout: 4s }
`,
    });
    const store = new LocalStore(join(project.directory, '.automation-stack/test'));
    await new Ledger(store, systemClock).putRelease(fixture.release(await fixture.image(apps.good)));
    await project.expect(0, 'deploy', '--env', 'staging', '--release', '1.0.0');
  });
  after(async () => {
    project.remove();
    await fixture.remove();
  });

  it('lists its tasks with revision, release by digest, state and place', async () => {
    const found = await tasks();
    expect(found).to.have.lengthOf(2);
    const { revision, version, status, place } = found[0] as TargetTask;
    expect({ version, status, place }).to.deep.equal({
      version: '1.0.0',
      status: 'running',
      place: 'eu-west-1a',
    });
    expect(revision).to.match(new RegExp(`^${fixture.service}:\\d+$`));
    const { stdout } = await project.expect(0, 'tasks', '--env', 'staging');
    expect(stdout).to.match(/^TARGET +TASK +REVISION +RELEASE +STATUS/);
  });

  it('shows what its tasks wrote, of a release and of a task', async () => {
    const [one] = await tasks();
    const id = one?.id ?? '';
    const { stdout } = await project.expect(
      0,
      'logs',
      '--env',
      'staging',
      '--release',
      '1.0.0',
      '--since',
      '5m',
    );
    expect(stdout.match(/serving/g)).to.have.lengthOf(2);
    const own = await project.expect(0, 'logs', '--env', 'staging', '--task', id.slice(0, 8));
    expect(own.stdout.trim()).to.match(new RegExp(`^\\d\\d:\\d\\d:\\d\\d ${id.slice(0, 8)} +serving$`));
    const none = await project.expect(1, 'logs', '--env', 'staging', '--revision', '99');
    expect(none.stderr).to.contain('TASK_NONE');
  });

  it('runs a command as a task of its own, shows what it prints, and ends with its exit code', async () => {
    const { stdout, stderr } = await project.expect(
      7,
      ...['task', '--env', 'staging', '--', 'sh', '-c', 'echo "one  two"; echo $COLOR; exit 7'],
    );
    expect(stdout).to.equal('one  two\nblue\n');
    expect(stderr).to.contain('the command ended with exit code 7');
    const [change] = await changes();
    expect(change).to.include({ kind: 'task', status: 'failed', who: 'tester' });
    expect(change?.targets).to.deep.equal(['web']);
    expect(change?.summary).to.contain('exit code 7');
  });

  it('stops the task on Ctrl-C, shows its last words, and exits 130', async () => {
    const started = project.start(['task', '--env', 'staging', '--', 'sh', '-c', TALKS]);
    await started.until(/line 3/);
    started.child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await started.ended;
    expect(exitCode, stderr).to.equal(130);
    expect(stdout).to.match(/stopping\n$/);
    expect(await oneOff('RUNNING')).to.deep.equal([]);
    // The lock is free again.
    await project.expect(0, 'task', '--env', 'staging', '--', 'true');
  });

  it('keeps a deploy away while a task runs, unless that runs without the lock', async () => {
    const words = ['--env', 'staging', '--', 'sh', '-c', TALKS];
    const locked = project.start(['task', ...words]);
    await locked.until(/line 1/);
    await project.expect(4, 'restart', '--env', 'staging');
    locked.child.kill('SIGINT');
    await locked.ended;
    const beside = project.start(['task', '--unlocked', ...words]);
    await beside.until(/line 1/);
    await project.expect(0, 'scale', '2', '--env', 'staging');
    beside.child.kill('SIGINT');
    expect((await beside.ended).exitCode).to.equal(130);
  });

  it('is scaled, and says when so many run', async () => {
    const done = await project.json<ScaleDone>('scale', '3', '--env', 'staging');
    expect(done).to.include({ before: 2, after: 3, summary: '2 → 3 tasks' });
    expect((await fixture.describe()).runningCount).to.equal(3);
    expect(await tasks()).to.have.lengthOf(3);
    await project.expect(0, 'scale', '1', '--env', 'staging');
    expect(await tasks()).to.have.lengthOf(1);
    expect((await changes())[0]).to.include({ kind: 'scale', status: 'ok', summary: '3 → 1 task' });
    // What was set by hand is none of what Terraform or a playbook did.
    const { ledger } = {
      ledger: new Ledger(new LocalStore(join(project.directory, '.automation-stack/test')), systemClock),
    };
    for await (const change of ledger.changes.newest('staging'))
      expect.fail(`${change.kind} counts as foundation`);
  });

  it('is followed through a restart: each line of old and new tasks once, and Ctrl-C is no failure', async () => {
    const before = (await tasks()).map(({ id }) => id);
    const follow = project.start(['logs', '--env', 'staging', '--follow']);
    await follow.until(/serving/);
    await project.expect(0, 'restart', '--env', 'staging');
    const after = (await tasks()).map(({ id }) => id);
    expect(after.filter((id) => before.includes(id))).to.deep.equal([]);
    await follow.until(new RegExp(`${after[0]?.slice(0, 8)} +serving`));
    follow.child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await follow.ended;
    expect(exitCode, stderr).to.equal(0);
    const lines = stdout.trim().split('\n');
    expect(lines).to.have.lengthOf(new Set(lines).size);
    for (const id of [...before, ...after])
      expect(lines.filter((line) => line.includes(`${id.slice(0, 8)}  serving`))).to.have.lengthOf(1);
  });

  it('ends what follows its log where nobody reads any more', async () => {
    const follow = project.start(['logs', '--env', 'staging', '--follow']);
    await follow.until(/serving/);
    follow.child.stdout?.destroy();
    await project.expect(0, 'restart', '--env', 'staging');
    expect((await follow.ended).exitCode).to.equal(0);
  });

  it('refuses a session that has not what it needs, before anything is asked', async () => {
    const { stderr } = await project.expect(1, 'exec', '--env', 'staging');
    expect(stderr).to.contain('TOOL_MISSING').and.to.contain('session-manager-plugin is not installed');
  });

  it('has nothing to restart and no session where no task is wanted', async () => {
    await project.expect(0, 'scale', '0', '--env', 'staging');
    expect((await project.expect(1, 'restart', '--env', 'staging')).stderr).to.contain('wants 0 tasks');
    expect((await project.expect(0, 'tasks', '--env', 'staging')).stdout).to.contain(
      'Nothing runs in staging',
    );
    // What ended last still tells.
    expect((await project.expect(0, 'logs', '--env', 'staging')).stdout).to.contain('serving');
  });
});
