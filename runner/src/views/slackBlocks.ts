import { formatSeconds, shortCommit, shortDigest } from './format.js';
import type { Run, RunFailure, RunStage } from './run.js';
import { statusWords } from './statusWords.js';

/** What Slack takes: https://docs.slack.dev/reference/block-kit/blocks (50 blocks; 3,000 characters a text). */
const LONGEST_TEXT = 2900;
const STAGES_SHOWN = 40;
const EVIDENCE_LINES = 20;

export interface SlackMessage {
  /** Shown in notifications and by clients that show no blocks. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}
export type SlackBlock =
  | { readonly type: 'section'; readonly text: Markdown }
  | { readonly type: 'context'; readonly elements: readonly Markdown[] };
interface Markdown {
  readonly type: 'mrkdwn';
  readonly text: string;
}

/** The one message of a run, as it stands now: what goes where, how far it is, and who to ask. */
export function runMessage(run: Run): SlackMessage {
  const { emoji, word } = statusWords[run.status];
  const what = [run.application ?? 'run', run.release?.version].filter(Boolean).join(' ');
  const where = run.environments.length === 0 ? '' : ` → ${run.environments.join(', ')}`;
  const took = run.status === 'running' ? '' : ` in ${formatSeconds(run.seconds)}`;
  const failure = run.failures[0];
  const reason = failure?.error.message ?? run.summary;
  return {
    text: limit(
      plain(`${what}${where}: ${word.toLowerCase()}${took}${reason === undefined ? '' : `, ${reason}`}`),
    ),
    blocks: [
      section(`${emoji} *${escape(what)}*${escape(where)}  ${word}${took}`),
      ...(reason === undefined
        ? []
        : [section(failure === undefined ? escape(reason) : `*${escape(reason)}*`)]),
      ...(run.stages.length === 0
        ? []
        : [section(run.stages.slice(0, STAGES_SHOWN).map(stageLine).join('\n'))]),
      context(
        [
          run.branch === undefined ? undefined : `branch ${escape(run.branch)}`,
          run.commit === undefined ? undefined : `commit ${shortCommit(run.commit)}`,
          run.who === undefined ? undefined : `by ${escape(run.who)}`,
          run.runUrl === undefined ? undefined : `<${link(run.runUrl)}|run>`,
          run.url === undefined ? undefined : `<${link(run.url)}|open>`,
        ].filter((part) => part !== undefined),
      ),
    ].filter((block) => block.type !== 'context' || block.elements.length > 0),
  };
}

/** A failure for the thread: where, the evidence, and what to type next. */
export function failureMessage({ error, lastLines }: RunFailure): SlackMessage {
  const evidence = (error.evidence ?? lastLines).slice(-EVIDENCE_LINES).join('\n');
  return {
    text: limit(plain(error.message)),
    blocks: [
      section(`:x: *${escape(error.message)}*${error.where === undefined ? '' : `\n${escape(error.where)}`}`),
      ...(evidence === '' ? [] : [section(fenced(evidence))]),
      ...(error.next === undefined ? [] : [section(`*Next:* ${escape(error.next)}`)]),
    ],
  };
}

/**
 * What a stage did, for the thread; undefined where the stage's one line says it all.
 * @param told facts that the thread has heard already (a plan is a fact of both its making and its applying)
 */
export function stageMessage(stage: RunStage, told: Set<string>): SlackMessage | undefined {
  const facts = stage.facts
    .filter(({ value }) => !told.has(value) && told.add(value))
    .map(({ name, value }) =>
      value.includes('\n') ? fenced(value) : `${escape(name)}: ${escape(shortDigest(value))}`,
    );
  // Layers of an image are named after it: `web 0e39044e5230`.
  const subjects = stage.subjects
    .filter(({ name }) => !name.includes(' '))
    .map(({ name, status, phases }) => {
      const ended = status === 'running' && stage.status === 'ok' ? 'ok' : status;
      return `${statusWords[ended].emoji} ${escape(name)}  ${escape(phases.at(-1)?.message ?? '')}`;
    });
  if (facts.length + subjects.length === 0) return undefined;
  const parts = [`*${escape(stage.title)}*`, ...subjects.slice(0, STAGES_SHOWN), ...facts];
  return {
    text: limit(plain(`${stage.title}: ${stage.reason ?? stage.status}`)),
    blocks: [section(parts.join('\n'))],
  };
}

/** What `notify` sends. */
export function noticeMessage(
  about: { readonly application: string; readonly environment?: string | undefined },
  message: string,
  status: keyof typeof statusWords,
): SlackMessage {
  const where = about.environment === undefined ? '' : ` → ${about.environment}`;
  return {
    text: limit(plain(`${about.application}${where}: ${message}`)),
    blocks: [
      section(
        `${statusWords[status].emoji} *${escape(about.application)}*${escape(where)}  ${escape(message)}`,
      ),
    ],
  };
}

function stageLine(stage: RunStage): string {
  const took =
    stage.seconds === undefined || stage.status === 'skipped' ? '' : `  ${formatSeconds(stage.seconds)}`;
  const reason = stage.reason === undefined ? '' : `  ${escape(firstLine(shortDigest(stage.reason)))}`;
  return `${statusWords[stage.status].emoji} ${escape(stage.title)}${took}${reason}`;
}

const section = (text: string): SlackBlock => ({
  type: 'section',
  text: { type: 'mrkdwn', text: limit(text) },
});
const context = (parts: readonly string[]): SlackBlock => ({
  type: 'context',
  elements: parts.length === 0 ? [] : [{ type: 'mrkdwn', text: limit(parts.join('  ·  ')) }],
});

/** A code block; fences inside would end it. */
function fenced(text: string): string {
  const lines = escape(text).replaceAll('```', "'''");
  // The end says more than the beginning.
  const kept = lines.length > LONGEST_TEXT - 100 ? `…${lines.slice(-(LONGEST_TEXT - 100))}` : lines;
  return `\`\`\`\n${kept}\n\`\`\``;
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Notifications are plain text, but `<!channel>` would still call everybody. */
const plain = escape;

function link(url: string): string {
  return escape(url).replaceAll('|', '%7C').replaceAll(' ', '%20');
}

const limit = (text: string) => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text);
const firstLine = (text: string) => text.split('\n', 1)[0] as string;
