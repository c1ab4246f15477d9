import { expect } from 'chai';
import type { EventBody } from '../../../../runner/src/events/events.js';
import { reportPage } from '../../../../runner/src/views/html/page.js';
import { junitOf } from '../../../../runner/src/views/junit.js';
import { ResultView } from '../../../../runner/src/views/result.js';
import { runMessage, stageMessage } from '../../../../runner/src/views/slack/slackBlocks.js';
import { runOf } from '../../../support/recordedRun.js';
import { atTimes, type Timed } from '../../../support/sampleRuns.js';

const stage = 'deploy:staging';
const reason = 'staging runs 1.1.0 on 2 of 3 hosts after 32s, web-1 behind on 1.0.0';
const end: EventBody = {
  type: 'stage.end',
  stage,
  status: 'partial',
  seconds: 32,
  reason,
  behind: [{ host: 'web-1', version: '1.0.0', cause: 'unreachable', reason: 'web-1 <does> not answer' }],
};
const timed: Timed[] = [
  [
    0,
    {
      type: 'run.start',
      command: 'deploy',
      environment: 'staging',
      stages: [{ id: stage, title: 'Deploy', needs: [] }],
    },
  ],
  [1, { type: 'stage.start', stage, title: 'Deploy' }],
  [33, end],
  [34, { type: 'run.end', status: 'partial', seconds: 34, exitCode: 0, summary: reason }],
];
const events = atTimes(timed);
const run = runOf(events);

describe('a run that left a host behind', () => {
  it('is partial as a whole, and its stage keeps the host as a field', () => {
    expect(run.status).to.equal('partial');
    expect(run.stages[0]?.behind?.[0]).to.include({ host: 'web-1', version: '1.0.0', cause: 'unreachable' });
  });

  it('is not called a success in Slack, which names the host and why', () => {
    const message = JSON.stringify(runMessage(run));
    expect(message).to.include(':large_yellow_circle:').and.to.include('Partial');
    expect(message).not.to.include(':white_check_mark:');
    const told = JSON.stringify(run.stages[0] && stageMessage(run.stages[0], new Set()));
    expect(told).to.include('*web-1* is behind on 1.0.0: web-1 &lt;does&gt; not answer');
  });

  it('passes in JUnit, with a property for each host', () => {
    const xml = junitOf(run);
    expect(xml).to.include('failures="0"');
    expect(xml).to.include('<property name="behind.web-1" value="1.0.0, unreachable"/>');
  });

  it('says so in the report', () => {
    const page = reportPage(run, { at: new Date(0), by: '0' });
    expect(page).to.include('class="status-partial"').and.to.include('behind on 1.0.0');
    expect(page).to.include('web-1 &lt;does&gt; not answer');
  });

  it('is told to the program that called, with exit code 0', () => {
    const view = new ResultView('unused.json', () => 0);
    for (const event of events) view.handle(event);
    const outcome = { command: 'deploy', exitCode: 0, startedAt: new Date(0), result: {}, error: undefined };
    const record = view.record(outcome, undefined);
    expect(record.status).to.equal('partial');
    expect(record.stages[0]).to.deep.include({ status: 'partial', behind: end.behind });
  });
});
