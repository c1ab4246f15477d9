import { expect } from 'chai';
import type { EventBody } from '../../../runner/src/events/events.js';
import { PlainView } from '../../../runner/src/views/plain.js';
import { createStyle } from '../../../runner/src/views/style.js';
import {
  atTimes,
  checkError,
  checkFailedRun,
  rolledBackError,
  rolledBackRun,
  successfulRun,
  switchedRun,
  type Timed,
} from '../../support/sampleRuns.js';

describe('plain lines', () => {
  let now: number;
  let lines: string[];
  let view: PlainView;
  const open = (verbose = false, color = false) => {
    lines = [];
    view = new PlainView({
      print: (line) => lines.push(line),
      style: createStyle(color, true),
      verbose,
      now: () => now,
    });
  };
  /** Tells the view what happened, with the clock at each event's time. */
  const tell = (events: typeof successfulRun) => {
    for (const event of events) {
      now = Date.parse(event.time);
      view.handle(event);
    }
  };
  const play = (...timed: Timed[]) => tell(atTimes(timed));
  const later = (seconds: number) => {
    now += seconds * 1000;
    view.heartbeat();
  };
  /** Lines without their time. */
  const words = () => lines.map((line) => line.replace(/^\[\d\d:\d\d:\d\d\] /, ''));
  const start: Timed = [0, { type: 'stage.start', stage: 'apply', title: 'Apply staging' }];

  beforeEach(() => open());
  afterEach(() => view.close());

  it('have a time, the stage and what happened, each on one line', () => {
    tell(successfulRun);
    expect(lines).to.satisfy((all: string[]) => all.every((line) => /^\[\d\d:\d\d:\d\d\] \S/.test(line)));
    expect(words()[0]).to.equal('shop to staging · develop at 8f3c2a91d04b · by Jane Doe');
    expect(words()).to.include('build:web          Build web started');
    expect(words()).to.include('deploy:staging     staging-1  healthy');
    expect(words().at(-1)).to.equal('✓ done in 1m38s: 1.4.0 is healthy in staging');
  });

  it('tell a failure once, with what, where, evidence and next', () => {
    tell(rolledBackRun);
    const text = words().join('\n');
    expect(text.split(rolledBackError.message)).to.have.length(2);
    for (const part of [rolledBackError.where, rolledBackError.next, ...(rolledBackError.evidence ?? [])])
      expect(text).to.include(part);
    expect(view.finish(outcomeOf(rolledBackError))).to.deep.equal([]);
  });

  it('tell each check and each move of the requests in one line, and no start of a check', () => {
    tell(switchedRun);
    const said = words().map((line) => line.replace('deploy:production  web  ', ''));
    expect(said.filter((line) => /check|%/.test(line))).to.deep.equal([
      'blue 100 % (1.3.2)',
      'check smoke ok in 18.2s',
      'check cart ok in 30.0s',
      'blue 90 % (1.3.2) · green 10 % (1.4.0)',
      'blue 50 % (1.3.2) · green 50 % (1.4.0)',
      'green 100 % (1.4.0)',
      'check errors ok in 1m',
    ]);
  });

  it('tell what a failed check printed, and say the same of the requests but once', () => {
    tell([...checkFailedRun.slice(0, 5), checkFailedRun[3]!, ...checkFailedRun.slice(5)]);
    const text = words().join('\n');
    expect(text).to.include(
      `web  check errors failed in 30.0s\ndeploy:production    │ ${checkError.evidence![0]}\n`,
    );
    expect(text.split('blue 100 % (1.3.2)')).to.have.length(3);
    expect(text).not.to.include('12 of 12 passed');
  });

  it('tell a failure that came before any stage when the command ends', () => {
    const told = view.finish(outcomeOf(rolledBackError)).join('\n');
    expect(told).to.include(rolledBackError.message);
    expect(told).to.include('next');
  });

  it('show child output only where asked, and without what could steer a terminal', () => {
    const output: Timed = [
      1,
      {
        type: 'stage.output',
        stage: 'apply',
        source: 'terraform',
        stream: 'stdout',
        line: '\x1b]0;title\x07\x1b[2Jhello\r',
      },
    ];
    play(start, output);
    expect(words()).to.deep.equal(['apply  Apply staging started']);
    open(true);
    play(start, output);
    expect(words().at(-1)).to.equal('apply  terraform │ hello');
  });

  it('let no message steer a terminal', () => {
    const hostile = 'x\x1b[2J\x1b]0;t\x07y';
    const error = { ...rolledBackError, message: hostile, where: hostile, next: hostile };
    play(
      start,
      [1, { type: 'stage.progress', stage: 'apply', subject: hostile, message: hostile }],
      [2, { type: 'notice', level: 'warning', message: hostile, next: hostile }],
      [3, { type: 'stage.end', stage: 'apply', status: 'failed', seconds: 3, error }],
      [4, { type: 'run.end', status: 'failed', seconds: 4, exitCode: 1, error, summary: hostile }],
    );
    expect(lines.filter((line) => /[\x00-\x1f\x7f]/.test(line))).to.deep.equal([]);
  });

  it('say the same thing once, and counted bytes every ten seconds', () => {
    const said = (done: number): EventBody => ({
      type: 'stage.progress',
      stage: 'apply',
      subject: 'layer',
      message: 'pushing',
      done,
      total: 100,
      unit: 'bytes',
    });
    const same: EventBody = { type: 'stage.progress', stage: 'apply', message: 'waiting' };
    play(start, [1, same], [2, same], [3, said(1)], [4, said(2)], [12, said(3)], [12.9, said(4)]);
    expect(words().slice(1)).to.deep.equal(['apply  waiting', 'apply  layer  pushing (1 B/100 B)']);
    play([15, said(5)]);
    expect(words().at(-1)).to.equal('apply  layer  pushing (5 B/100 B)');
  });

  it('say every 30 seconds of silence that a stage still runs, and what it is at', () => {
    play(start, [10, { type: 'stage.progress', stage: 'apply', message: 'creating the cluster' }]);
    later(20);
    expect(lines).to.have.length(2);
    later(10);
    expect(words().at(-1)).to.equal(
      'apply  still running after 40s, no output for 30s, at: creating the cluster',
    );
    later(10);
    expect(lines).to.have.length(3);
    later(20);
    expect(words().at(-1)).to.match(/still running after 1m10s, no output for 1m, at/);
  });

  it('are silent about a stage that has ended', () => {
    play(start, [1, { type: 'stage.end', stage: 'apply', status: 'ok', seconds: 1 }]);
    later(300);
    expect(lines).to.have.length(2);
  });

  it('carry no colour unless asked for', () => {
    tell(rolledBackRun);
    expect(lines.join('\n')).not.to.include('\x1b');
    open(false, true);
    tell(rolledBackRun);
    expect(lines.join('\n')).to.include('\x1b[');
  });
});

function outcomeOf(error: typeof rolledBackError) {
  return { command: 'run', exitCode: 3, startedAt: new Date(0), result: {}, error };
}
