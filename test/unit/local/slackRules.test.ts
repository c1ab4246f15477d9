import { expect } from 'chai';
import { blockProblems, contentError } from '../../../runner/src/local/slackRules.js';

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const message = (text: string, blocks?: unknown, attachments?: unknown) =>
  contentError({ text, blocks, attachments })?.error;

describe('what the Slack sink refuses, as Slack does', () => {
  it('takes the blocks of an ordinary report', () => {
    const blocks = [
      { type: 'header', text: { type: 'plain_text', text: 'Deploy' } },
      section('*staging* is up'),
      { type: 'divider' },
      { type: 'context', elements: [{ type: 'mrkdwn', text: 'by ann' }] },
    ];
    expect(blockProblems(blocks)).to.deep.equal([]);
    expect(message('Deploy', blocks)).to.equal(undefined);
  });

  const refusals: readonly (readonly [string, unknown])[] = [
    ['blocks that are no list', { type: 'section' }],
    ['more than 50 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' }))],
    ['an unknown kind of block', [{ type: 'sektion' }]],
    ['a section without text', [{ type: 'section' }]],
    ['a section of more than 3000 characters', [section('x'.repeat(3001))]],
    ['an empty text', [section('')]],
    ['a header in Markdown', [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }]],
    [
      'a header of more than 150 characters',
      [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }],
    ],
    ['a context without elements', [{ type: 'context', elements: [] }]],
    [
      'eleven fields',
      [{ type: 'section', fields: Array.from({ length: 11 }, () => ({ type: 'mrkdwn', text: 'x' })) }],
    ],
  ];
  for (const [what, blocks] of refusals) {
    it(`refuses ${what}`, () => {
      expect(message('text', blocks)).to.equal('invalid_blocks');
    });
  }

  it('refuses a message with nothing in it, and one that is far too long', () => {
    expect(message('')).to.equal('no_text');
    expect(message('x'.repeat(40_001))).to.equal('msg_too_long');
  });
});
