import { expect } from 'chai';
import { LineView } from '../../../runner/src/views/lines.js';
import { createStyle } from '../../../runner/src/views/style.js';

describe('lines that were asked for', () => {
  const now = Date.parse('2026-11-03T12:00:00.000Z');
  const at = new Date(now - 1000);
  const shown = (isTerminal: boolean, ...events: readonly object[]) => {
    const lines: string[] = [];
    const view = new LineView({
      style: createStyle(false, true),
      isTerminal,
      now: () => now,
      print: (line, stream) => void lines.push(`${stream}: ${line}`),
    });
    for (const event of events)
      view.handle({ time: '', type: 'line', stream: 'stdout', ...event } as Parameters<
        LineView['handle']
      >[0]);
    return lines;
  };
  const time = at.toTimeString().slice(0, 8);

  it('of a command are shown as they are', () => {
    expect(
      shown(false, { line: '\u001b[31mred\u001b[0m' }, { line: 'oops', stream: 'stderr' }),
    ).to.deep.equal(['stdout: \u001b[31mred\u001b[0m', 'stderr: oops']);
  });

  it('cannot move the cursor of a terminal', () => {
    expect(shown(true, { line: 'a\u001b[2Jb\u0007' })).to.deep.equal(['stdout: ab']);
  });

  it('of a log say when and where they were written', () => {
    const log = { at: at.toISOString(), task: '0123456789abcdef0123456789abcdef' };
    expect(
      shown(
        false,
        { ...log, line: 'ready' },
        { ...log, target: 'web', line: 'ready' },
        { ...log, at: '2026-10-01T00:00:00.000Z', line: 'old' },
        { ...log, task: 'web-1', line: 'on a host' },
      ).map((line) => line.replace(time, 'TIME').replace(/\d\d:\d\d:\d\d/, 'THEN')),
    ).to.deep.equal([
      'stdout: TIME 01234567  ready',
      'stdout: TIME web/01234567  ready',
      'stdout: 2026-10-01 THEN 01234567      old',
      'stdout: TIME web-1         on a host',
    ]);
  });
});
