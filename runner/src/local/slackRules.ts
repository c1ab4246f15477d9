/** What Slack refuses, from its documentation of Block Kit and chat.postMessage. A sink that accepts everything hides bugs. */

const BLOCK_TYPES = new Set([
  ...[
    'actions',
    'context',
    'divider',
    'file',
    'header',
    'image',
    'input',
    'markdown',
    'rich_text',
    'section',
    'video',
  ],
]);
const MOST_BLOCKS = 50;
const LONGEST_TEXT = 40_000;

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Problems of a message's blocks, in words; empty if Slack would accept them. */
export function blockProblems(blocks: unknown): string[] {
  if (!Array.isArray(blocks)) return ['blocks must be an array'];
  const problems = blocks.length > MOST_BLOCKS ? [`no more than ${MOST_BLOCKS} items allowed`] : [];
  blocks.forEach((block: unknown, index) => {
    const where = `/blocks/${index}`;
    if (!isObject(block)) problems.push(`must be an object ${where}`);
    else if (typeof block['type'] !== 'string' || !BLOCK_TYPES.has(block['type'])) {
      problems.push(`unsupported type: ${String(block['type'])} ${where}/type`);
    } else problems.push(...oneBlock(block['type'], block, where));
  });
  return problems;
}

function oneBlock(type: string, block: Json, where: string): string[] {
  const id = block['block_id'];
  const problems =
    typeof id === 'string' && id.length > 255 ? [`must be less than 256 characters ${where}/block_id`] : [];
  if (type === 'header')
    return [...problems, ...textProblems(block['text'], `${where}/text`, 150, ['plain_text'])];
  if (type === 'section') {
    const fields = block['fields'];
    if (block['text'] === undefined && !Array.isArray(fields))
      return [`missing required field: text or fields ${where}`];
    if (block['text'] !== undefined) problems.push(...textProblems(block['text'], `${where}/text`, 3000));
    if (Array.isArray(fields)) {
      if (fields.length === 0 || fields.length > 10) problems.push(`must have 1 to 10 items ${where}/fields`);
      fields.forEach((field, i) => problems.push(...textProblems(field, `${where}/fields/${i}`, 2000)));
    }
  }
  if (type === 'context') {
    const elements = block['elements'];
    if (!Array.isArray(elements) || elements.length === 0 || elements.length > 10) {
      return [...problems, `must have 1 to 10 items ${where}/elements`];
    }
    elements.forEach((element, i) => {
      if (isObject(element) && element['type'] === 'image') return;
      problems.push(...textProblems(element, `${where}/elements/${i}`, 2000));
    });
  }
  if (type === 'actions') {
    const elements = block['elements'];
    if (!Array.isArray(elements) || elements.length === 0 || elements.length > 25) {
      problems.push(`must have 1 to 25 items ${where}/elements`);
    }
  }
  if (type === 'image' && (typeof block['alt_text'] !== 'string' || typeof block['image_url'] !== 'string')) {
    problems.push(`missing required field: image_url and alt_text ${where}`);
  }
  return problems;
}

function textProblems(
  text: unknown,
  where: string,
  longest: number,
  types = ['plain_text', 'mrkdwn'],
): string[] {
  if (!isObject(text)) return [`must be an object ${where}`];
  if (typeof text['type'] !== 'string' || !types.includes(text['type']))
    return [`must be ${types.join(' or ')} ${where}/type`];
  if (typeof text['text'] !== 'string' || text['text'] === '')
    return [`must be more than 0 characters ${where}/text`];
  if (text['text'].length > longest) return [`must be less than ${longest + 1} characters ${where}/text`];
  return [];
}

/** Slack's error for a message's content, or undefined if it is valid. */
export function contentError(content: {
  readonly text: string;
  readonly blocks: unknown;
  readonly attachments: unknown;
}): { readonly error: string; readonly messages: string[] } | undefined {
  const { text, blocks, attachments } = content;
  if (blocks !== undefined) {
    const problems = blockProblems(blocks);
    if (problems.length > 0)
      return { error: 'invalid_blocks', messages: problems.map((problem) => `[ERROR] ${problem}`) };
  }
  if (attachments !== undefined && !Array.isArray(attachments))
    return { error: 'invalid_attachments', messages: [] };
  const empty = (list: unknown) => !Array.isArray(list) || list.length === 0;
  if (text === '' && empty(blocks) && empty(attachments)) return { error: 'no_text', messages: [] };
  if (text.length > LONGEST_TEXT) return { error: 'msg_too_long', messages: [] };
  return undefined;
}
