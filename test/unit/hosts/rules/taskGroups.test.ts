import { expect } from 'chai';
import type { AnsibleEvent, AnsibleHostEvent } from '../../../../runner/src/hosts/rules/ansibleEvents.js';
import { groupWords, TaskGroups } from '../../../../runner/src/hosts/rules/taskGroups.js';

const task = (group: string): AnsibleEvent => ({ event: 'task', name: 'x', path: '', group });
const on = (host: string, group: string, more: Partial<AnsibleHostEvent> = {}): AnsibleEvent => ({
  event: 'host',
  host,
  group,
  status: 'ok',
  task: 'x',
  path: '',
  seconds: 1.25,
  ...more,
});
const told = (events: readonly AnsibleEvent[]) => {
  const groups = new TaskGroups();
  return events.map((event) => groups.take(event).map((line) => `${line.host} ${groupWords(line)}`));
};

describe('groups of tasks', () => {
  it('are told of every host when the run goes on to the next one, with counts and times', () => {
    const lines = told([
      task('apache'),
      on('a', 'apache'),
      on('b', 'apache', { status: 'changed' }),
      task('apache'),
      on('a', 'apache'),
      on('b', 'apache'),
      task('php'),
      on('a', 'php'),
      { event: 'stats', hosts: {} },
    ]);
    expect(lines.slice(0, 6).flat()).to.deep.equal([]);
    expect(lines[6]).to.deep.equal(['a apache: 2 ok in 2.5s', 'b apache: 1 ok, 1 changed in 2.5s']);
    expect(lines[8]).to.deep.equal(['a php: 1 ok in 1.3s']);
  });

  it('end on each host by itself where hosts do not wait for each other', () => {
    const lines = told([task('one'), on('a', 'one'), on('b', 'one'), on('a', 'two'), on('b', 'one')]);
    expect(lines[3]).to.deep.equal(['a one: 1 ok in 1.3s']);
    expect(lines[4]).to.deep.equal([]);
  });

  it('count a failure that is ignored as done, and mark one that is not', () => {
    const groups = new TaskGroups();
    groups.take(on('a', 'one', { status: 'failed', ignored: true }));
    groups.take(on('b', 'one', { status: 'unreachable' }));
    const [a, b] = groups.close();
    expect(a).to.include({ ok: 1, failed: false });
    expect(b).to.include({ ok: 0, failed: true });
    expect(groups.close()).to.deep.equal([]);
  });

  it('say nothing of a role that all its tasks were skipped in', () =>
    expect(told([task('one'), task('two'), { event: 'stats', hosts: {} }]).flat()).to.deep.equal([]));
});
