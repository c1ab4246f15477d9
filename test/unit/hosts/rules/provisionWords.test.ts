import { expect } from 'chai';
import { changesText, Foreseen } from '../../../../runner/src/hosts/rules/foreseen.js';
import { usualForks } from '../../../../runner/src/hosts/rules/forks.js';
import type { AnsibleEvent } from '../../../../runner/src/hosts/rules/ansibleEvents.js';
import {
  checkFinding,
  notLookedAt,
  playbookFailure,
  provisionSummary,
} from '../../../../runner/src/hosts/rules/provisionWords.js';

describe('how a provisioning ended', () => {
  it('is a line that says what was not run', () => {
    const of = (changed: number, unchanged = 0, dryRun = false) =>
      provisionSummary({ reached: 4, changed, unchanged }, { dryRun });
    expect(of(0)).to.equal('4 hosts as they should be, nothing to change');
    expect(of(2)).to.equal('4 hosts provisioned, 2 changes');
    expect(of(1, 0, true)).to.equal('1 change would be made on 4 hosts');
    expect(of(0, 4)).to.equal(
      '4 hosts as they should be, nothing to change; on 4 not all was run, since nothing has changed there',
    );
  });

  it('says what was therefore not looked at', () =>
    expect(notLookedAt('lamp.yml', ['a', 'b'], Date.parse('2026-11-29T05:12:30Z'))).to.match(
      /^lamp\.yml not run on a, b: .* at 2026-11-29 05:12 UTC\. Not looked at: databases, .*--full$/,
    ));

  it('names host, task, message and the next command where a task failed', () => {
    const failure = { host: 'b', unreachable: false, task: 'Install', message: 'no space', where: 'a.yml:3' };
    const error = playbookFailure('lamp.yml', [{ ...failure, output: ['df: 100%'] }], {
      hosts: 3,
      layer: 'lamp',
    });
    expect(error.message).to.equal('b: task "Install": no space');
    expect(error.evidence).to.deep.equal(['df: 100%', '1 of 3 hosts failed in lamp.yml']);
    expect(error.next).to.include('--from lamp').and.to.include('--limit b');
  });
});

describe('what a run would change', () => {
  const changed = (host: string): AnsibleEvent => ({
    event: 'host',
    host,
    status: 'changed',
    task: 'Write the site',
    path: 'a.yml:3',
    group: 'apache',
  });
  const diff = (host: string, ...lines: string[]): AnsibleEvent => ({
    event: 'diff',
    host,
    task: 'Write the site',
    lines,
  });

  it('names hosts in the same order whichever was done first', () => {
    const foreseen = new Foreseen();
    for (const host of ['web-10', 'web-2', 'web-1']) foreseen.take(changed(host));
    expect(foreseen.changes.map(({ hosts }) => hosts)).to.deep.equal([['web-1', 'web-2', 'web-10']]);
  });

  it('is told once for all hosts that it is the same on, with what differs', () => {
    const foreseen = new Foreseen();
    for (const event of [
      diff('a', '-80', '+81'),
      changed('a'),
      diff('b', '-80', '+81'),
      changed('b'),
      diff('c', '-79', '+81'),
      changed('c'),
    ])
      foreseen.take(event);
    const { changes } = foreseen;
    expect(changesText(changes, true)).to.equal(
      'a, b: apache: Write the site\n    -80\n    +81\nc: apache: Write the site\n    -79\n    +81',
    );
    expect(changesText(changes, false)).to.equal('a, b: apache: Write the site\nc: apache: Write the site');
    const finding = checkFinding('staging', { changed: 3, changes });
    expect(finding?.message).to.equal('3 changes would be made on 3 hosts of staging');
    expect(finding?.exitCode).to.equal(5);
    expect(checkFinding('staging', { changed: 0, changes: [] })).to.equal(undefined);
  });
});

describe('forks where nobody says how many', () => {
  const GIB = 1024 ** 3;
  it('follow from hosts, processors and memory', () => {
    expect(usualForks(3, { processors: 8, freeBytes: 8 * GIB })).to.equal(3);
    expect(usualForks(200, { processors: 2, freeBytes: 8 * GIB })).to.equal(10);
    expect(usualForks(200, { processors: 1, freeBytes: 8 * GIB })).to.equal(5);
    expect(usualForks(200, { processors: 64, freeBytes: GIB })).to.equal(8);
    expect(usualForks(200, { processors: 64, freeBytes: 0 })).to.equal(1);
  });
});
