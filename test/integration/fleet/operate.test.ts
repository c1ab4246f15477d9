import { expect } from 'chai';
import type { LogLine, Operations, RunningTask } from '../../../runner/src/context/operations.js';
import type { Target } from '../../../runner/src/context/target.js';
import { interruptedBy } from '../../../runner/src/base/interruption.js';
import type { Terminal } from '../../../runner/src/base/ports.js';
import type { Deployment } from '../../support/deployment.js';
import { fleet, HOSTS, rollout } from '../../support/fleetFixture.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

/** Serves, counts aloud, and obeys SIGTERM. */
const COUNTS = `mkdir -p /www; echo ok > /www/health; httpd -p 8000 -h /www; trap 'echo stopping; exit 0' TERM; n=0; while true; do n=$((n+1)); echo "line $n"; echo "error $n" >&2; sleep 0.2; done`;

/** A terminal of a test: what is typed, and what was shown. */
class TestTerminal implements Terminal {
  readonly type = 'xterm-256color';
  shown = '';
  /** Called with what is shown, to type an answer. */
  onShown: (type: (text: string) => void) => void = () => undefined;
  private type_: (text: string) => void = () => undefined;
  given = false;

  constructor(readonly isTTY: boolean) {}

  size = () => ({ columns: 132, rows: 43 });

  attach({ onInput, onEnd }: Parameters<Terminal['attach']>[0]) {
    this.type_ = (text) => onInput(Buffer.from(text));
    if (!this.isTTY) {
      this.type_('from a pipe\n');
      onEnd();
    }
    return () => {
      this.given = true;
    };
  }

  write(chunk: Buffer): void {
    this.shown += chunk.toString();
    this.onShown(this.type_);
  }

  handOver = () => Promise.reject(new Error('not used on hosts'));
}

describe('operating a real fleet', function () {
  this.timeout(300_000);
  let deployment: Deployment;
  let target: Target;
  let operations: Operations;
  const never = new AbortController().signal;
  const stage = () => stageOf('task:staging', deployment.context);
  /** What is left of one-off tasks; other tests have left containers of their own. */
  const tasksOn = (host: string) =>
    fleet.inside(host, 'docker', 'ps', '--all', '--filter', 'name=-task-', '--format', '{{.Names}}');

  before(async function () {
    // The engines of four hosts, on a machine that does something else meanwhile.
    this.timeout(600_000);
    await fleet.provisioned();
    const digest = await fleet.image(COUNTS);
    deployment = await fleet.deployment({}, { environment: { GREETING: 'it is "$1"' } });
    target = await fleet.target(deployment);
    await target.deploy(fleet.release('1.0.0', digest), rollout());
    operations = (await target.operations?.()) as Operations;
    current = fleet.release('1.0.0', digest);
  });
  let current: ReturnType<typeof fleet.release>;
  after(() => deployment.remove());

  it('lists the container of each host', async () => {
    const tasks = await operations.tasks(never);
    expect(tasks.map(({ id }) => id)).to.deep.equal([...HOSTS]);
    const { version, status, health, startedAt } = tasks[0] as RunningTask;
    expect({ version, status, health }).to.deep.equal({
      version: '1.0.0',
      status: 'running',
      health: 'healthy',
    });
    expect(Date.now() - Date.parse(startedAt ?? '')).to.be.within(0, 300_000);
  });

  it('shows the last lines of all hosts in the order of time, both streams', async () => {
    const lines: LogLine[] = [];
    await operations.logs({
      lines: 40,
      follow: false,
      signal: never,
      tell: (line) => void lines.push(line),
      note: (message) => expect.fail(message),
    });
    expect(lines).to.have.lengthOf(40);
    expect([...new Set(lines.map(({ task }) => task))].sort()).to.deep.equal([...HOSTS]);
    expect(lines.map(({ at }) => at)).to.deep.equal(
      lines.map(({ at }) => at).sort((one, other) => one - other),
    );
    expect(lines.some(({ line }) => line.startsWith('error'))).to.equal(true);
  });

  it('is followed without a line lost or doubled, through a restart and a broken connection', async () => {
    const host = HOSTS[1];
    const lines: string[] = [];
    const notes: string[] = [];
    const stop = new AbortController();
    const until = async (done: () => boolean) => {
      for (let tries = 0; !done(); tries += 1) {
        if (tries > 600) throw new Error(`only: ${lines.slice(-5).join(', ')}; ${notes.join(', ')}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const following = operations.logs({
      task: host,
      lines: 0,
      follow: true,
      signal: stop.signal,
      tell: ({ line }) => void lines.push(line),
      note: (message) => void notes.push(message),
    });
    await until(() => lines.length > 10);
    // The connection breaks, as where a router forgets it.
    await fleet.inside(host, 'sh', '-c', 'pkill -f "[s]shd: deploy" || true');
    await until(() => notes.some((note) => note.includes('lost the connection')));
    const lost = lines.length;
    await until(() => lines.length > lost + 10);
    await fleet.inside(host, 'docker', 'restart', 'shop-web');
    await until(() => lines.includes('stopping'));
    await until(() => lines.slice(lines.indexOf('stopping')).includes('line 5'));
    stop.abort();
    await following;
    const end = lines.indexOf('stopping');
    for (const part of [lines.slice(0, end), lines.slice(end + 1)]) {
      const numbers = part
        .filter((line) => line.startsWith('line'))
        .map((line) => Number(line.split(' ')[1]));
      const [first = 0] = numbers;
      expect(numbers).to.deep.equal(numbers.map((_, at) => first + at));
    }
    // Nothing follows on at the other end.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await fleet.inside(host, 'sh', '-c', 'pgrep -fc "[d]ocker logs" || true')).to.equal('0');
  });

  it('says which hosts cannot be read and shows the others', async () => {
    const back = await fleet.freeze(HOSTS[3]);
    try {
      const lines: LogLine[] = [];
      const notes: string[] = [];
      await operations.logs({
        lines: 20,
        follow: false,
        signal: never,
        tell: (line) => void lines.push(line),
        note: (message) => void notes.push(message),
      });
      expect(new Set(lines.map(({ task }) => task)).size).to.equal(3);
      expect(notes.join()).to.contain(HOSTS[3]);
      const tasks = await operations.tasks(never);
      expect(tasks[3]).to.include({ id: HOSTS[3], status: 'unreachable' });
    } finally {
      await back();
    }
  });

  it('opens a session with a terminal of our size, and ends with the command’s exit code', async () => {
    const terminal = new TestTerminal(true);
    let step = 0;
    terminal.onShown = (type) => {
      if (step === 0) type('stty size; echo "term $TERM"; exit 5\n');
      step += 1;
    };
    const exitCode = await operations.exec?.({
      task: HOSTS[0],
      command: ['/bin/sh'],
      terminal,
      signal: never,
      note: () => undefined,
    });
    expect(exitCode).to.equal(5);
    expect(terminal.shown).to.contain('43 132').and.to.contain('term xterm-256color');
    expect(terminal.given).to.equal(true);
  });

  it('takes its input from a pipe where nobody types', async () => {
    const terminal = new TestTerminal(false);
    const exec = { command: ['cat'], terminal, signal: never, note: () => undefined };
    expect(await operations.exec?.(exec)).to.equal(0);
    expect(terminal.shown).to.equal('from a pipe\n');
  });

  it('runs a command in a container of its own, with the release’s environment, and leaves nothing behind', async () => {
    const lines: string[] = [];
    const end = await operations.task?.({
      current,
      command: ['sh', '-c', 'echo "$GREETING"; echo wrong >&2; exit 4'],
      stage: stage(),
      signal: never,
      tell: (line, stream) => void lines.push(`${stream} ${line}`),
      note: () => undefined,
    });
    expect(end?.exitCode).to.equal(4);
    expect(lines.sort()).to.deep.equal(['stderr wrong', 'stdout it is "$1"']);
    expect(await tasksOn(HOSTS[0])).to.equal('');
  });

  it('stops that container where it is interrupted', async () => {
    const stop = new AbortController();
    const lines: string[] = [];
    const running = operations.task?.({
      current,
      host: HOSTS[2],
      command: ['sh', '-c', COUNTS],
      stage: stage(),
      signal: stop.signal,
      tell: (line) => {
        lines.push(line);
        if (line === 'line 3') stop.abort(interruptedBy('SIGINT'));
      },
      note: () => undefined,
    }) as Promise<unknown>;
    await rejection(running, 'INTERRUPTED');
    expect(await tasksOn(HOSTS[2])).to.equal('');
  });

  it('restarts its containers batch by batch, each healthy before the next', async () => {
    const before = await operations.tasks(never);
    const record = await operations.restart?.({ stage: stage(), signal: never });
    expect(record).to.include({ kind: 'fleet', status: 'healthy' });
    const after = await operations.tasks(never);
    for (const [at, task] of after.entries()) {
      expect(task).to.include({ health: 'healthy', revision: before[at]?.revision });
      expect(Date.parse(task.startedAt ?? '')).to.be.greaterThan(Date.parse(before[at]?.startedAt ?? ''));
    }
  });

  it('leaves the other batches alone where a restart does not become healthy', async () => {
    const before = await operations.tasks(never);
    // The application finds its place taken when it starts again.
    for (const host of HOSTS.slice(0, 2))
      await fleet.inside(host, 'docker', 'exec', 'shop-web', 'sh', '-c', 'rm -r /www; echo > /www');
    const error = await rejection(
      operations.restart?.({ stage: stage(), signal: never }) as Promise<unknown>,
      'DEPLOY_FAILED',
    );
    expect(error.message).to.contain(HOSTS[0]);
    const after = await operations.tasks(never);
    expect(after.slice(2).map(({ startedAt }) => startedAt)).to.deep.equal(
      before.slice(2).map(({ startedAt }) => startedAt),
    );
  });

  it('cannot be scaled, and says what to do instead', () => {
    expect(operations.scale).to.equal(undefined);
    expect(operations.cannot?.scale?.next).to.contain('--catch-up');
  });
});
