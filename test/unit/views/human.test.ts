import { printable, displayWidth } from '../../../runner/src/views/text.js';
import { expect } from 'chai';
import type { StackEvent } from '../../../runner/src/events/events.js';
import { HumanView } from '../../../runner/src/views/human.js';
import { createStyle, supportsUnicode } from '../../../runner/src/views/style.js';
import { stripAnsi } from '../../../runner/src/base/ansi.js';
import {
  atTimes,
  checkError,
  checkFailedRun,
  rolledBackError,
  rolledBackRun,
  successfulRun,
  switchedRun,
} from '../../support/sampleRuns.js';
import { Screen } from '../../support/screen.js';

describe('text of other programs', () => {
  it('cannot make a name read as another one, nor move the cursor', () =>
    expect(printable('a\u202egpj.exe\u2066\u001b]0;title\u0007\u001b[2Jb\rc')).to.equal('agpj.exebc'));
});

describe('the live view', () => {
  let now: number;
  let screen: Screen;
  let view: HumanView;
  const open = ({ width = 100, height = 40, color = false, unicode = true, verbose = false } = {}) => {
    screen = new Screen(width, height);
    view = new HumanView({ terminal: screen, style: createStyle(color, unicode), verbose, now: () => now });
  };
  const tell = (events: readonly StackEvent[]) => {
    for (const event of events) {
      now = Date.parse(event.time);
      view.handle(event);
    }
  };
  const until = (events: readonly StackEvent[], seconds: number) => {
    const first = Date.parse(events[0]!.time);
    return events.filter(({ time }) => Date.parse(time) - first <= seconds * 1000);
  };
  /** The screen in the middle of the fleet's deploy, with the frame that its last event asks for. */
  const midway = () => {
    tell(until(rolledBackRun, 87));
    view.handle({ time: new Date(now).toISOString(), type: 'notice', level: 'info', message: 'midway' });
  };

  afterEach(() => view.close());

  it('leaves one line for each stage and the summary when a run goes well', async () => {
    open();
    tell(successfulRun);
    await view.close();
    expect(screen.text[0]).to.equal('shop to staging · develop at 8f3c2a91d04b · by Jane Doe');
    expect(screen.text).to.have.length(9);
    expect(screen.text.filter((line) => line.startsWith('✓'))).to.have.length(8);
    expect(screen.text.at(-1)).to.equal('✓ done in 1m38s: 1.4.0 is healthy in staging');
  });

  it('keeps a line for each check and for each move of the requests', async () => {
    open();
    tell(switchedRun);
    await view.close();
    expect(screen.text.slice(1, 8)).to.deep.equal([
      '  · web  blue 100 % (1.3.2)',
      '  ✓ web  check smoke  18.2s',
      '  ✓ web  check cart  30.0s',
      '  · web  blue 90 % (1.3.2) · green 10 % (1.4.0)',
      '  · web  blue 50 % (1.3.2) · green 50 % (1.4.0)',
      '  · web  green 100 % (1.4.0)',
      '  ✓ web  check errors  1m',
    ]);
    expect(screen.text).to.have.length(10);
  });

  it('shows where requests go while they move, and what a failed check printed', () => {
    open();
    tell(until(checkFailedRun, 132));
    expect(screen.text.at(-1)).to.match(/· web +2m11s {2}blue 50 % \(1\.3\.2\) · green 50 % \(1\.4\.0\)$/);
    tell(checkFailedRun.filter(({ type }) => type === 'stage.check').slice(-1));
    expect(screen.text.join('\n')).to.include(
      `  ✗ web  check errors  30.0s\n      │ ${checkError.evidence![0]}\n`,
    );
  });

  it('shows the running stage and each of its hosts while they move', () => {
    open();
    midway();
    const text = screen.text.join('\n');
    expect(text).to.match(/Deploy to staging\s+29s/);
    expect(text).to.match(/✓ staging-1\s+\d+s {2}healthy/);
    expect(text).to.match(/· staging-2\s+\d+s {2}\/health answers 500/);
  });

  it('shows the cursor again with every write and at the end', async () => {
    open();
    for (const event of rolledBackRun) {
      tell([event]);
      expect(screen.cursorVisible).to.equal(true);
    }
    midway();
    await view.close();
    expect(screen.cursorVisible).to.equal(true);
    expect(screen.text.join('\n')).not.to.match(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/);
  });

  it('cuts moving lines to a narrow terminal', () => {
    open({ width: 24 });
    midway();
    const moving = screen.text.slice(screen.text.findIndex((line) => line.endsWith('midway')) + 1);
    expect(moving).to.have.length(3);
    expect(moving.every((line) => displayWidth(line) < 24)).to.equal(true);
    expect(moving.some((line) => line.endsWith('…'))).to.equal(true);
  });

  it('leaves nothing behind when the terminal becomes narrower or wider', async () => {
    open({ width: 100 });
    midway();
    screen.resize(30);
    view.handle({ time: new Date(now).toISOString(), type: 'notice', level: 'info', message: 'narrow' });
    screen.resize(120);
    view.handle({ time: new Date(now).toISOString(), type: 'notice', level: 'info', message: 'wide' });
    expect(screen.text.filter((line) => /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/.test(line))).to.have.length(1);
    await view.close();
    expect(screen.text.at(-1)).to.equal('· wide');
    expect(screen.text.filter((line) => line.includes('staging-2'))).to.deep.equal([]);
  });

  it('never draws more than fits, however many hosts and stages there are', () => {
    open({ height: 10 });
    const stages = [...Array(20).keys()].map((index) => `deploy:${index}`);
    tell(
      atTimes(
        stages.flatMap((stage, index) => [
          [index / 10, { type: 'stage.start' as const, stage, title: stage }],
          ...[...Array(30).keys()].map(
            (host) =>
              [
                index / 10,
                { type: 'stage.progress' as const, stage, subject: `h${host}`, message: 'x' },
              ] as const,
          ),
        ]),
      ),
    );
    expect(screen.text.length).to.be.at.most(8);
  });

  it('counts hosts beyond a dozen, those that failed before those that are well', () => {
    open();
    tell(
      atTimes([
        [0, { type: 'stage.start', stage: 'd', title: 'Deploy' }],
        ...[...Array(20).keys()].map(
          (host) =>
            [
              1,
              {
                type: 'stage.progress' as const,
                stage: 'd',
                subject: `host-${host}`,
                message: 'x',
                status: host === 19 ? ('failed' as const) : ('ok' as const),
              },
            ] as const,
        ),
        [2, { type: 'notice', level: 'info', message: 'now' }],
      ]),
    );
    expect(screen.text[2]).to.include('host-19');
    expect(screen.text.at(-1)).to.equal('    and 8 more');
  });

  it('keeps to ASCII where the terminal shows no more', async () => {
    open({ unicode: false });
    midway();
    tell(rolledBackRun.filter(({ type }) => type === 'stage.end' || type === 'run.end'));
    await view.close();
    const own = screen.written.replaceAll('→', '');
    expect(own).to.match(/^[\x00-\x7f]*$/);
    expect(own).to.include('ROLLED BACK');
  });

  it('uses colours only where they are wanted, and never as the only sign', () => {
    open({ color: true });
    midway();
    expect(screen.written).to.match(/\x1b\[\d+m/);
    const coloured = stripAnsi(screen.written);
    open();
    midway();
    expect(screen.written).not.to.match(/\x1b\[\d+m/);
    expect(stripAnsi(screen.written)).to.equal(coloured);
  });

  it('tells a failure once, with every host of the stage and what to type next unbroken', async () => {
    open({ width: 60 });
    tell(rolledBackRun);
    await view.close();
    const text = stripAnsi(screen.written);
    const story = text.slice(text.lastIndexOf('✗'));
    expect(text.split('code      DEPLOY_ROLLED_BACK')).to.have.length(2);
    expect(story).to.include(rolledBackError.next);
    expect(story).to.include(rolledBackError.evidence?.at(-1));
    expect(text).to.match(/↩ staging-1 .*runs 1\.3\.2 again/);
    expect(
      view.finish({
        command: 'run',
        exitCode: 3,
        startedAt: new Date(0),
        result: {},
        error: rolledBackError,
      }),
    ).to.deep.equal([]);
  });

  it('shows child output above the moving lines under --verbose', () => {
    open({ verbose: true });
    tell(until(successfulRun, 3));
    const output = screen.text.findIndex((line) =>
      line.includes('docker build web │ Collecting flask==3.1.0'),
    );
    const moving = screen.text.findIndex((line) => /[⠋⠙⠹]/.test(line));
    expect(output).to.be.greaterThan(0).and.below(moving);
  });
});

describe('whether a terminal shows Unicode', () => {
  it('follows LC_ALL, then LC_CTYPE, then LANG', () => {
    expect(supportsUnicode({ LANG: 'en_US.UTF-8' })).to.equal(true);
    expect(supportsUnicode({ LC_ALL: 'C', LANG: 'en_US.UTF-8' })).to.equal(false);
    expect(supportsUnicode({ LC_ALL: '', LC_CTYPE: 'C.utf8' })).to.equal(true);
    expect(supportsUnicode({})).to.equal(false);
  });

  it('is no on the Linux console and dumb terminals', () => {
    expect(supportsUnicode({ LANG: 'C.UTF-8', TERM: 'linux' })).to.equal(false);
    expect(supportsUnicode({ LANG: 'C.UTF-8', TERM: 'dumb' })).to.equal(false);
  });
});
