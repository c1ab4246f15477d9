import { expect } from 'chai';
import { slackLines } from '../../../runner/src/local/slackReader.js';
import type { SlackMessage } from '../../../runner/src/local/slackMessages.js';

const message = (given: Partial<SlackMessage>): SlackMessage => ({
  ts: '1700000000.000001',
  channel: 'C1',
  channelName: '#deploys',
  text: '',
  blocks: [],
  attachments: [],
  via: 'api',
  earlier: [],
  ...given,
});

describe('what Slack was told, as lines', () => {
  it('shows a thread under its message, and how often that was updated', () => {
    const lines = slackLines([
      message({ text: 'done', earlier: [{ text: 'started', blocks: [] }] }),
      message({ text: 'other', ts: '1700000001.000002' }),
      message({ text: 'first\nsecond', ts: '1700000002.000003', thread_ts: '1700000000.000001' }),
    ]);
    expect(lines.split('\n')).to.deep.equal([
      '#deploys  22:13:20  (updated 1 ×)',
      '  done',
      '    ↳ first',
      '      second',
      '#deploys  22:13:21',
      '  other',
    ]);
  });

  it('shows blocks rather than the text that stands in for them in notifications', () => {
    const blocks = [
      { type: 'header', text: { type: 'plain_text', text: 'Deploy' } },
      { type: 'context', elements: [{ type: 'mrkdwn', text: 'by ann' }] },
    ];
    expect(slackLines([message({ text: 'fallback', blocks })]))
      .to.contain('  Deploy\n  by ann')
      .and.not.contain('fallback');
  });

  it('says so where there is nothing', () => {
    expect(slackLines([])).to.equal('Slack got no messages yet.');
  });
});
