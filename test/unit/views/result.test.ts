import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StackEvent } from '../../../runner/src/events/events.js';
import { JsonView } from '../../../runner/src/views/json.js';
import type { Outcome } from '../../../runner/src/views/outcome.js';
import { ResultView, type ResultRecord } from '../../../runner/src/views/result.js';
import { samplePlan, rolledBackError, rolledBackRun, successfulRun } from '../../support/sampleRuns.js';

const startedAt = new Date('2026-11-08T12:00:00Z');
const ok: Outcome = { command: 'run', exitCode: 0, startedAt, result: { data: { a: 1 } }, error: undefined };

describe('the result file', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'result-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const viewOf = (events: readonly StackEvent[], file = join(folder, 'result.json')) => {
    const view = new ResultView(file, () => startedAt.getTime() + 97_600);
    for (const event of events) view.handle(event);
    return view;
  };
  const read = async (file = join(folder, 'result.json')) =>
    JSON.parse(await readFile(file, 'utf8')) as ResultRecord;

  it('has the outcome, every stage with its facts, the release and the command’s data', async () => {
    await viewOf(successfulRun).write(ok, undefined);
    const result = await read();
    expect(result).to.include({
      command: 'run',
      status: 'ok',
      exitCode: 0,
      environment: 'staging',
      seconds: 97.6,
    });
    expect(result.stages.map(({ id, status }) => `${id} ${status}`)).to.include('deploy:staging ok');
    const { headline, losses } = samplePlan;
    expect(result.stages.find(({ id }) => id === 'plan:staging')?.plan).to.deep.equal({ headline, losses });
    expect(result.release?.version).to.equal('1.4.0');
    expect(result.data).to.deep.equal({ a: 1 });
  });

  it('has the pause at which a stage ended, with how its checks went: what Jenkins asks with', () => {
    const time = '2026-11-08T12:00:00.000Z';
    const stage = 'deploy:production';
    const paused = { name: '12:hook-1', version: '1.4.0', lines: ['web: paused'], minutesLeft: 60 };
    const view = viewOf([
      { time, type: 'stage.start', stage, title: 'Deploy' },
      {
        ...{ time, type: 'stage.check', stage, subject: 'web', name: 'smoke', status: 'ok', seconds: 3.2 },
        evidence: ['GET /', '12 passed'],
      },
      { time, type: 'stage.end', stage, status: 'ok', seconds: 60, paused },
    ]);
    const [told] = view.record(ok, undefined).stages;
    expect(told?.paused).to.deep.equal(paused);
    expect(told?.checks).to.deep.equal(['web: check smoke ok in 3.2s (12 passed)']);
  });

  it('has the hosts that the stages worked on, each once', () => {
    const fact = (name: string, hosts?: readonly string[]): StackEvent => ({
      time: '2026-11-08T12:00:00.000Z',
      type: 'stage.fact',
      stage: 'deploy:staging',
      name,
      value: 'a, b',
      ...(hosts === undefined ? {} : { hosts }),
    });
    const view = viewOf([
      fact('hosts of web', ['a', 'b']),
      fact('hosts of api', ['b', 'c']),
      fact('hosts of'),
    ]);
    expect(view.record(ok, undefined).hosts).to.deep.equal(['a', 'b', 'c']);
    expect(viewOf(successfulRun).record(ok, undefined)).to.not.have.property('hosts');
  });

  it('tells by the exit code what became of it, with the failure', async () => {
    const view = viewOf(rolledBackRun);
    await view.write({ ...ok, exitCode: 3, error: rolledBackError }, undefined);
    expect(await read()).to.deep.include({ status: 'rolled-back', exitCode: 3, error: rolledBackError });
    const statuses = [1, 2, 4, 130].map((exitCode) => view.record({ ...ok, exitCode }, undefined).status);
    expect(statuses).to.deep.equal(['failed', 'failed', 'failed', 'interrupted']);
  });

  it('names a stage that never ended as running', () => {
    const { stages } = viewOf(successfulRun.slice(0, 3)).record(ok, undefined);
    expect(stages.map(({ status }) => status)).to.include('running');
  });

  it('is made with its directory, replaced whole, and leaves nothing beside it', async () => {
    const file = join(folder, 'deep', 'er', 'result.json');
    await mkdir(join(folder, 'deep', 'er'), { recursive: true });
    await writeFile(file, 'x'.repeat(100_000));
    await viewOf(successfulRun, file).write(ok, undefined);
    expect((await read(file)).exitCode).to.equal(0);
    expect(await readdir(join(folder, 'deep', 'er'))).to.deep.equal(['result.json']);
  });

  it('leaves what was there where it cannot be written', async () => {
    const file = join(folder, 'taken');
    await mkdir(file);
    let failed = false;
    await viewOf([], file)
      .write(ok, undefined)
      .catch(() => (failed = true));
    expect(failed).to.equal(true);
    expect(await readdir(folder)).to.deep.equal(['taken']);
  });
});

describe('JSON lines', () => {
  it('are the events as they were, one a line', () => {
    const lines: string[] = [];
    const view = new JsonView((line) => lines.push(line));
    for (const event of rolledBackRun) view.handle(event);
    expect(lines.map((line) => JSON.parse(line) as StackEvent)).to.deep.equal(rolledBackRun);
    expect(lines.some((line) => line.includes('\n'))).to.equal(false);
  });
});
