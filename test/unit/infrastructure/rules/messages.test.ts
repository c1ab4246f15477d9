import { expect } from 'chai';
import { ApplyProgress } from '../../../../runner/src/infrastructure/rules/applyProgress.js';
import {
  parseLockHolder,
  parseMessage,
  plainLines,
  isStopMessage,
  type TerraformMessage,
} from '../../../../runner/src/infrastructure/rules/terraformMessages.js';

const message = (type: string, at: number, rest: object, text = ''): TerraformMessage =>
  parseMessage(
    JSON.stringify({ '@message': text, '@timestamp': new Date(at).toISOString(), type, ...rest }),
  ) as TerraformMessage;
const hook = (addr: string, action?: string) => ({ hook: { resource: { addr }, action } });

describe('Terraform’s messages', () => {
  it('are read line by line, and anything else is none', () => {
    expect(parseMessage('There are some problems')).to.equal(undefined);
    expect(parseMessage('{ not json')).to.equal(undefined);
    expect(
      message('diagnostic', 0, { diagnostic: { severity: 'error', summary: 's', detail: 'd' } }),
    ).to.deep.include({
      type: 'diagnostic',
      diagnostic: { severity: 'error', summary: 's', detail: 'd' },
    });
    expect(message('version', 5, { terraform: '1.11.4' }, 'Terraform 1.11.4')).to.deep.equal({
      type: 'version',
      terraform: '1.11.4',
      text: 'Terraform 1.11.4',
      at: 5,
    });
  });

  it('are found behind what a wrapper prints, however long they are', () => {
    const detail = 'x'.repeat(100_000);
    const line = JSON.stringify({
      '@message': 'm',
      type: 'diagnostic',
      diagnostic: { severity: 'error', summary: 's', detail },
    });
    const read = parseMessage(`\ufeff\u001b[0mmise [1.11] ${line}\r`);
    expect(read).to.have.nested.property('diagnostic.detail', detail);
  });

  it('are not what others log in JSON, and never half of what they should be', () => {
    expect(parseMessage('{"level":"info","msg":"assuming role"}')).to.equal(undefined);
    const half = (type: string) => message(type, 0, {}, 'words');
    for (const type of ['diagnostic', 'change_summary', 'apply_start', 'apply_errored'])
      expect(half(type)).to.include({ type: 'other', text: 'words' });
    expect(message('diagnostic', 0, { diagnostic: { severity: 'warning' } })).to.deep.include({
      diagnostic: { severity: 'warning', summary: '', detail: '' },
    });
  });

  it('are messages only with words, of their own kind', () => {
    expect(parseMessage('{"@message":5,"type":"log"}')).to.equal(undefined);
    expect(parseMessage('["@message"]')).to.equal(undefined);
    expect(parseMessage('{"level":"info","note":"\\"@message\\""}')).to.equal(undefined);
    expect(message('version', 0, { terraform: '1.11.4', diagnostic: { summary: 's' } })).to.include({
      type: 'version',
    });
    expect(message('log', 0, { changes: { add: 1 } })).to.deep.equal({ type: 'other', text: '', at: 0 });
  });

  it('count what was changed', () => {
    const changes = { add: 1, change: 2, remove: 3, operation: 'apply' };
    expect(message('change_summary', 7, { changes }, 'done')).to.deep.equal({
      ...{ type: 'change_summary', text: 'done', at: 7 },
      changes,
    });
  });

  it('tell that Terraform is ending in order', () => {
    expect(isStopMessage(message('log', 0, {}, '\nInterrupt received.\nPlease wait'))).to.equal(true);
    expect(isStopMessage(message('log', 0, {}, 'Stopping operation...'))).to.equal(true);
    expect(isStopMessage(message('log', 0, {}, ' \n Stopping operation...'))).to.equal(true);
    expect(isStopMessage(message('log', 0, {}, 'terraform_data.x: Creating...'))).to.equal(false);
    expect(isStopMessage(message('log', 0, {}, 'No Stopping operation'))).to.equal(false);
    expect(isStopMessage(message('version', 0, { terraform: '1' }, 'Interrupt received'))).to.equal(false);
  });

  it('tell each resource’s progress with its own time', () => {
    const progress = new ApplyProgress();
    const take = (type: string, at: number, addr: string, action?: string) =>
      progress.take(message(type, at, hook(addr, action)));
    expect(take('apply_start', 1000, 'a.b', 'create')).to.deep.equal({
      subject: 'a.b',
      status: 'running',
      message: 'creating',
      done: 0,
    });
    expect(take('apply_progress', 11_000, 'a.b', 'create')?.message).to.equal('still creating, 10s');
    expect(take('provision_start', 11_500, 'a.b')).to.equal(undefined);
    expect(take('apply_complete', 13_500, 'a.b', 'create')).to.deep.include({
      message: 'created in 13s',
      done: 1,
    });
    take('apply_start', 14_000, 'a.c', 'update');
    expect(take('apply_errored', 14_250, 'a.c', 'update')).to.deep.include({
      status: 'failed',
      message: 'failed changing after 250ms',
    });
    expect(progress.resources.map(({ address, status }) => `${address} ${status}`)).to.deep.equal([
      'a.b ok',
      'a.c failed',
    ]);
  });

  it('count a replaced resource twice, as it is destroyed and created', () => {
    const progress = new ApplyProgress();
    for (const action of ['delete', 'create']) {
      progress.take(message('apply_start', 0, hook('a.b', action)));
      progress.take(message('apply_complete', 0, hook('a.b', action)));
    }
    expect(progress.resources).to.have.length(2);
  });

  it('tell who holds a lock, with and without the frame around it', () => {
    const block = (frame: string) =>
      [
        'Error: Error acquiring the state lock',
        '',
        'Lock Info:',
        '  ID:        4c9',
        '  Path:      s3://b/k',
        '  Operation: OperationTypeApply',
        '  Who:       jane@build-1',
        '  Version:   1.11.4',
        '  Created:   2026-01-02 03:04:05 +0000 UTC',
        '  Info:      ',
      ]
        .map((line) => `${frame}${line}`)
        .join('\n');
    for (const frame of ['', '│ ']) {
      expect(parseLockHolder(block(frame))).to.deep.equal({
        id: '4c9',
        who: 'jane@build-1',
        created: '2026-01-02 03:04:05 +0000 UTC',
        operation: 'OperationTypeApply',
        path: 's3://b/k',
      });
    }
    expect(parseLockHolder('Error: something else')).to.equal(undefined);
    const bare = 'Error acquiring the state lock\nLock Info:\n';
    expect(parseLockHolder(bare)).to.deep.equal({});
    expect(parseLockHolder(bare.replace('\nLock', ' Lock'))).to.equal(undefined);
  });

  it('are shown without frame, colours and the warning about a missing CLI configuration', () => {
    expect(
      plainLines([
        'Initializing',
        '  with a │ within   ',
        'There are some problems with the CLI configuration:',
        '╷',
        '│ Warning: Unable to open CLI configuration file',
        '╵',
        '',
        '\u001b[31m╷\u001b[0m',
        '\u001b[31m│\u001b[0m Error: no such thing',
        '╵',
      ]),
    ).to.deep.equal(['Initializing', '  with a │ within', 'Error: no such thing']);
  });
});
