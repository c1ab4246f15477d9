import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StackEvent } from '../../../runner/src/events/events.js';
import { Recorder } from '../../../runner/src/views/recorder.js';
import { joinRun } from '../../../runner/src/views/runModel.js';
import { readableRun } from '../../../runner/src/views/runShape.js';
import { mayBeAlive, requireRun, RunFiles, runId } from '../../../runner/src/views/runFiles.js';
import { partOf, runOf } from '../../support/recordedRun.js';
import { rejection } from '../../support/rejection.js';
import {
  atTimes,
  checkFailedRun,
  rolledBackError,
  rolledBackRun,
  sampleStages,
  successfulRun,
  switchedRun,
} from '../../support/sampleRuns.js';

const later = new Date('2026-11-08T13:00:00Z');
const planned = sampleStages.map(({ id }) => id);

describe('the record of a run', () => {
  let folder: string;
  let files: RunFiles;
  let warnings: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runs-'));
    files = new RunFiles(folder);
    warnings = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const record = async (process: string, events: readonly StackEvent[], id = 'run-1') => {
    const recorder = new Recorder({ files, id, process, warn: (message) => warnings.push(message) });
    for (const event of events) recorder.handle(event);
    await recorder.close();
    return recorder;
  };

  it('is read back as the run that the events told', async () => {
    await record('build-1:100:0', rolledBackRun);
    const run = joinRun((await files.read('run-1'))!, () => false, later);
    expect(run).to.deep.equal({ ...runOf(rolledBackRun), id: 'run-1' });
    expect(run).to.include({ status: 'rolled-back', application: 'shop', branch: 'develop', seconds: 141.4 });
    expect(run.failures.map(({ stage, error }) => [stage, error])).to.deep.equal([
      ['deploy:staging', rolledBackError],
    ]);
    expect(run.failures[0]?.lastLines).to.deep.equal(['relation "carts_v2" does not exist']);
    expect(run.stages.map(({ id }) => id)).to.deep.equal(planned);
  });

  it('keeps checks and traffic, each move as a phase, through the parts of a run', async () => {
    await record('build-1:100:0', checkFailedRun);
    const [read] = joinRun((await files.read('run-1'))!, () => false, later).stages;
    const [made] = runOf(checkFailedRun).stages;
    expect(read).to.deep.equal(made);
    expect(read?.checks?.map(({ name, status }) => `${name} ${status}`)).to.deep.equal([
      'smoke ok',
      'cart ok',
      'errors failed',
    ]);
    expect(read?.traffic?.map(({ weights }) => weights['green'])).to.deep.equal([0, 10, 50, 0]);
    const phases = read?.subjects.map((subject) => subject.phases.map(({ name }) => name).join(' '));
    expect(phases).to.deep.equal([
      'update register tasks health check smoke check cart traffic checks traffic rollback',
    ]);
  });

  it('lasts until the last that is known of it, where its process was killed', () => {
    const cut = switchedRun.filter(({ time }) => time < '2026-11-08T12:03:12.050Z');
    expect(cut.at(-1)?.type).to.equal('stage.traffic');
    expect(runOf(cut).endedAt).to.equal('2026-11-08T12:03:12.000Z');
  });

  it('is not believed where its checks or its traffic are broken', () => {
    for (const broken of [{ checks: [{ name: 'smoke' }] }, { traffic: [{ weights: { blue: 'x' } }] }]) {
      const part = partOf(switchedRun);
      const stages = part.stages.map((stage) => ({ ...stage, ...broken }));
      expect(readableRun({ id: 'r', parts: [{ ...part, stages }] }), JSON.stringify(broken)).to.equal(
        undefined,
      );
      expect(readableRun({ id: 'r', parts: [part] })).not.to.equal(undefined);
    }
  });

  it('is not begun by a command without stages', async () => {
    const recorder = await record(
      'a:1:0',
      atTimes([[0, { type: 'notice', level: 'info', message: 'hello' }]]),
    );
    expect(recorder.part).to.equal(undefined);
    expect(await files.list()).to.deep.equal([]);
  });

  it('keeps the last lines of a flood, and no layers', () => {
    const flood = atTimes([
      [0, { type: 'stage.start', stage: 's', title: 'S' }],
      ...[...Array(5000).keys()].map(
        (line) =>
          [
            1,
            {
              type: 'stage.output' as const,
              stage: 's',
              source: 'x',
              stream: 'stdout' as const,
              line: `${line}`,
            },
          ] as const,
      ),
      [2, { type: 'stage.progress', stage: 's', subject: 'layer', message: 'm', done: 1, unit: 'bytes' }],
    ]);
    const [stage] = partOf(flood).stages;
    expect(stage?.lastLines.at(-1)).to.equal('4999');
    expect(stage?.lastLines).to.have.length(15);
    expect(stage?.subjects).to.deep.equal([]);
  });

  it('joins what several processes of one run write at the same time', async () => {
    const half = (first: number, last: number) =>
      atTimes(
        sampleStages
          .slice(first, last)
          .flatMap(({ id, title }, index) => [
            [first * 10 + index, { type: 'stage.start' as const, stage: id, title }] as const,
            [
              first * 10 + index + 0.5,
              { type: 'stage.end' as const, stage: id, status: 'ok' as const, seconds: 0.5 },
            ] as const,
          ]),
      );
    const bounds = [0, 1, 2, 3, 4, 5, 6];
    await Promise.all(bounds.map((index) => record(`host:${index}:0`, half(index, index + 1))));
    const parts = (await files.read('run-1'))!.parts;
    expect(parts.map(({ process }) => process).sort()).to.deep.equal(
      bounds.map((index) => `host:${index}:0`),
    );
    const run = joinRun({ id: 'run-1', parts }, () => false, later);
    expect(run.stages.map(({ id }) => id)).to.deep.equal(planned);
    expect(warnings).to.deep.equal([]);
    expect((await readdir(files.directory)).sort()).to.deep.equal(['run-1.json']);
  });

  it('takes a later process’s word on a stage: a retry that goes well forgives the failure', () => {
    const failed = partOf(rolledBackRun, 'one:1:0');
    const retry = partOf(
      successfulRun.map((event) => ({
        ...event,
        time: new Date(Date.parse(event.time) + 600_000).toISOString(),
      })),
      'two:2:0',
    );
    const run = joinRun({ id: 'r', parts: [retry, failed] }, () => false, later);
    expect(run.status).to.equal('ok');
    expect(run.seconds).to.equal(697.6);
  });

  it('shows a process that was killed as cut off, its stage too, and one that lives as running', () => {
    const dead = successfulRun.slice(0, -3);
    expect(runOf(dead).status).to.equal('cut-off');
    expect(runOf(dead).stages.at(-1)?.status).to.equal('cut-off');
    expect(runOf(dead).endedAt).to.equal(dead.at(-1)?.time);
    expect(runOf(dead, true).status).to.equal('running');
    expect(runOf(dead, true).stages.at(-1)?.status).to.equal('running');
  });

  it('knows of this machine’s processes alone that they are gone', () => {
    const part = partOf(successfulRun);
    expect(mayBeAlive({ ...part, process: `${hostname()}:${process.pid}:0` })).to.equal(true);
    expect(mayBeAlive({ ...part, process: `${hostname()}:4194999:0` })).to.equal(false);
    expect(mayBeAlive({ ...part, process: 'elsewhere:4194999:0' })).to.equal(true);
  });

  it('warns once where it cannot be written, and goes on', async () => {
    await writeFile(join(folder, '.automation-stack'), 'a file where the directory should be');
    await record('a:1:0', successfulRun);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.include('not recorded');
  });

  it('survives a file that is no JSON and a lock that a killed process left', async () => {
    await record('a:1:0', successfulRun);
    await writeFile(join(files.directory, 'run-1.json'), '{"id":');
    const lock = join(files.directory, '.run-1.lock');
    await writeFile(lock, '');
    await utimes(lock, 0, 0);
    await record('b:2:0', successfulRun);
    expect((await files.read('run-1'))?.parts.map(({ process }) => process)).to.deep.equal(['b:2:0']);
  });

  it('is kept for fifty runs, with what each channel remembers of them', async () => {
    for (let index = 0; index < 53; index += 1) {
      await record('a:1:0', successfulRun.slice(-1).concat(successfulRun), `run-${index}`);
      await files.remember(`run-${index}`, 'github', { statuses: {} });
    }
    await files.prune();
    expect(await files.list()).to.have.length(50);
    const remembered = (await readdir(files.directory)).filter((name) => name.endsWith('.github.json'));
    expect(remembered).to.have.length(50);
  });

  it('is found by its name or as the last one, and an unknown name lists those there are', async () => {
    expect((await rejection(requireRun(files, undefined), 'USAGE')).message).to.include(
      'no run has been recorded',
    );
    await record('a:1:0', successfulRun, 'first');
    await record('a:1:0', successfulRun, 'second');
    expect((await requireRun(files, 'first')).id).to.equal('first');
    const error = await rejection(requireRun(files, '../../etc/passwd'), 'USAGE');
    expect(error.message).to.include('no run');
    expect(error).to.have.property('next').that.includes('first');
  });
});

describe('the name of a run', () => {
  const at = new Date('2026-11-08T12:00:03Z');
  it('is the one that its processes share, as a harmless file name', () => {
    expect(runId({ AUTOMATION_STACK_RUN: 'shop/develop #128' }, at, 'abcd')).to.equal('shop-develop-128');
    expect(runId({ AUTOMATION_STACK_RUN: '../../x' }, at, 'abcd')).to.equal('x');
    expect(runId({ AUTOMATION_STACK_RUN: 'x'.repeat(500) }, at, 'abcd')).to.have.length(120);
  });

  it('is the time and something random otherwise', () => {
    for (const given of [undefined, '', '///', '..'])
      expect(runId({ AUTOMATION_STACK_RUN: given }, at, 'abcd')).to.equal('20261108T120003-abcd');
  });
});
