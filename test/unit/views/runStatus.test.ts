import { expect } from 'chai';
import type { EventBody, StageStatus } from '../../../runner/src/events/events.js';
import type { ErrorRecord } from '../../../runner/src/base/errors.js';
import { reportPage } from '../../../runner/src/views/html/page.js';
import { light } from '../../../runner/src/views/html/theme.js';
import { drawTimeline } from '../../../runner/src/views/html/timeline.js';
import { junitOf } from '../../../runner/src/views/junit.js';
import { joinRun } from '../../../runner/src/views/runModel.js';
import { runMessage, stageMessage } from '../../../runner/src/views/slack/slackBlocks.js';
import { statusWords } from '../../../runner/src/views/statusWords.js';
import { partOf, runOf } from '../../support/recordedRun.js';
import { atTimes } from '../../support/sampleRuns.js';
import type { Run } from '../../../runner/src/events/run.js';

const made = { at: new Date('2026-11-08T13:00:00Z'), by: '1.0.0' };
const stage = 'rollback:staging';

const error: ErrorRecord = {
  code: 'DEPLOY_ROLLED_BACK',
  category: 'service',
  message: 'web never became healthy',
  exitCode: 3,
};

/** A run of one stage with one target that tells two phases and no end of its own, as many do. */
const events = (status: StageStatus | undefined, more: readonly EventBody[] = []) =>
  atTimes(
    (
      [
        { type: 'run.start', command: 'rollback', stages: [{ id: stage, title: 'Roll back', needs: [] }] },
        { type: 'stage.start', stage, title: 'Roll back staging' },
        {
          type: 'stage.progress',
          stage,
          subject: 'web',
          phase: 'update',
          message: 'web:4',
          status: 'running',
        },
        { type: 'stage.progress', stage, subject: 'web', phase: 'tasks', message: '2/2', status: 'running' },
        ...more,
        ...(status === undefined
          ? []
          : ([
              { type: 'stage.end', stage, status, seconds: 5, ...(status === 'ok' ? {} : { error }) },
              { type: 'run.end', status, seconds: 5, exitCode: 0, ...(status === 'ok' ? {} : { error }) },
            ] as const)),
      ] as const
    ).map((body, index) => [index, body] as const),
  );

/** The target's row in the report. */
const row = (run: Run) => /<th scope="row">web<[\s\S]*?<\/tr>/.exec(reportPage(run, made))?.[0] ?? '';

describe('how a target ended', () => {
  const rows: readonly (readonly [string, Run, keyof typeof statusWords])[] = [
    ['a stage that went well', runOf(events('ok')), 'ok'],
    ['a stage that went back', runOf(events('rolled-back')), 'rolled-back'],
    ['a stage that was interrupted', runOf(events('interrupted')), 'interrupted'],
    ['a stage that failed', runOf(events('failed')), 'failed'],
    ['a stage whose process was killed', runOf(events(undefined)), 'cut-off'],
    ['a stage that goes on', runOf(events(undefined), true), 'running'],
    [
      'a failed stage that the target itself survived',
      runOf(
        events('failed', [
          {
            type: 'stage.progress',
            stage,
            subject: 'web',
            phase: 'update',
            message: 'x',
            status: 'rolled-back',
          },
        ]),
      ),
      'rolled-back',
    ],
  ];
  for (const [name, run, status] of rows) {
    const { word, emoji, mark } = statusWords[status];

    it(`is "${word}" in the report after ${name}`, () => {
      expect(row(run)).to.contain(word.toLowerCase());
      if (status !== 'cut-off') expect(reportPage(run, made).toLowerCase()).not.to.contain('cut off');
    });

    it(`is "${word}" in Slack and the timeline after ${name}`, () => {
      const told = stageMessage(run.stages[0] as Run['stages'][number], new Set());
      expect(JSON.stringify(told)).to.contain(`${emoji} web`);
      expect(drawTimeline(run, light)).to.contain(light.status[status]);
      if (status !== 'running') expect(drawTimeline(run, light)).to.contain(mark);
    });
  }
});

describe('a run that was tried again in a later process', () => {
  const first = partOf(events('rolled-back'), 'agent:1:0');
  const second = partOf(
    events('ok').map((event) => ({ ...event, time: event.time.replace('T12:', 'T13:') })),
    'agent:2:0',
  );
  const run = joinRun({ id: 'run-1', parts: [first, second] }, () => false, new Date());

  it('tells only how it ended, in every view', () => {
    expect(run.status).to.equal('ok');
    expect(run.failures).to.deep.equal([]);
    expect(runMessage(run).text).to.contain('succeeded').and.not.to.contain('never became healthy');
    expect(reportPage(run, made)).not.to.contain('never became healthy');
    expect(junitOf(run)).to.contain('failures="0"');
  });

  it('still tells a failure that no stage made good', () => {
    const outside = { ...second, error: { ...error, message: 'the disk is full' } };
    const failed = joinRun({ id: 'run-1', parts: [first, outside] }, () => false, new Date());
    expect(failed.failures.map((failure) => failure.error.message)).to.deep.equal(['the disk is full']);
  });

  it('tells the failure while the stage that failed is the last word', () => {
    const only = joinRun({ id: 'run-1', parts: [first] }, () => false, new Date());
    expect(only.failures.map((failure) => failure.error.message)).to.deep.equal([error.message]);
  });
});
