import { lossText, lossTitle } from '../../infrastructure/rules/dataLoss.js';
import type { PlanAction, PlanSummary } from '../../domain/plan.js';
import { formatSeconds, shortCommit, shortDigest } from '../format.js';
import type { CheckRecord, Run, RunFailure, RunStage } from '../../events/run.js';
import { statusWords } from '../statusWords.js';
import { subjectStatus } from '../subjects.js';
import { printable } from '../text.js';
import { checkWords, finalTraffic, trafficWords } from '../traffic.js';

/** What Slack takes (https://docs.slack.dev/reference/block-kit/blocks): 3,000 characters a text, 2,000 in a context. */
const LONGEST_TEXT = 2900;
const LONGEST_CONTEXT = 1900;
const LONGEST_LINE = 400;
const STAGES_SHOWN = 40;
/** Resources of a plan that are named, of each kind. */
const NAMES_SHOWN = 12;
/** Plans and the like, each a block of its own. */
const LONG_FACTS = 10;
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
      ...(reason === undefined ? [] : [section(failure === undefined ? escape(reason) : headline(failure))]),
      ...(run.stages.length === 0 ? [] : [section(stageLines(run.stages))]),
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

/** All of a finished run in one message, for webhooks, which know no threads. */
export function wholeMessage(run: Run): SlackMessage {
  const { text, blocks } = runMessage(run);
  const [first] = run.failures;
  // The run's own blocks name the failure already.
  return {
    text,
    blocks: [
      ...blocks,
      ...(first === undefined ? [] : failureMessage(first, stageOf(run, first)).blocks.slice(1)),
    ],
  };
}

/** The stage that a failure is of, where it is of one. */
export const stageOf = ({ stages }: Run, { stage }: RunFailure): RunStage | undefined =>
  stages.find(({ id }) => id === stage);

/**
 * A failure for the thread: where, the evidence, and what to type next.
 * @param stage that it is of: how its checks ended, and where requests go since
 */
export function failureMessage({ error, lastLines }: RunFailure, stage?: RunStage): SlackMessage {
  const gates = stage === undefined ? [] : gateLines(stage);
  const evidence = (error.evidence ?? lastLines).slice(-EVIDENCE_LINES).join('\n');
  return {
    text: limit(plain(error.message)),
    blocks: [
      section(`:x: ${headline({ error })}`),
      ...(evidence === '' ? [] : [section(fenced(evidence))]),
      ...(gates.length === 0 ? [] : [section(lines(gates))]),
      ...(error.next === undefined ? [] : [section(`*Next:* ${escape(error.next)}`)]),
    ],
  };
}

/**
 * What a stage did, for the thread; undefined where the stage's one line says it all.
 * @param told facts that the thread has heard already (a plan is a fact of both its making and its applying)
 */
export function stageMessage(stage: RunStage, shown: Set<string>): SlackMessage | undefined {
  const news = stage.facts.filter(({ value }) => !shown.has(value) && shown.add(value));
  const isLong = ({ value }: { readonly value: string }) => value.includes('\n');
  const facts = news
    .filter((fact) => !isLong(fact))
    .map(({ name, value }) => `${escape(name)}: ${escape(shortDigest(value))}`);
  // Layers of an image are named after it: `web 0e39044e5230`.
  const subjects = stage.subjects
    .filter(({ name }) => !name.includes(' '))
    .map((subject) => {
      const { emoji } = statusWords[subjectStatus(subject, stage)];
      return `${emoji} ${escape(subject.name)}  ${escape(subject.phases.at(-1)?.message ?? '')}`;
    });
  const plan = stage.plan === undefined ? [] : planSections(stage.plan.summary);
  // The stage that carries it out tells its plan again.
  const isNews =
    plan.length > 0 && !shown.has(JSON.stringify(plan)) && shown.add(JSON.stringify(plan)).size > 0;
  const behind = (stage.behind ?? []).map(
    ({ host, version, reason }) =>
      `${statusWords.partial.emoji} *${escape(host)}* is behind${version === null ? '' : ` on ${escape(version)}`}: ${escape(firstLine(reason))}`,
  );
  const gates = gateLines(stage);
  if (news.length + subjects.length + behind.length + gates.length === 0 && !isNews) return undefined;
  const parts = [
    `*${escape(stage.title)}*`,
    ...facts,
    ...gates,
    ...firstOnes(behind),
    ...firstOnes(subjects),
  ];
  return {
    text: limit(plain(`${stage.title}: ${stage.reason ?? stage.status}`)),
    blocks: [
      section(lines(parts)),
      ...checkEvidence(stage),
      ...(isNews ? plan : []),
      ...news
        .filter(isLong)
        .slice(0, LONG_FACTS)
        .map(({ value }) => section(fenced(value, 'beginning'))),
    ],
  };
}

/** How the checks ended, those that failed first, and where requests go in the end. */
function gateLines({ checks = [], traffic }: RunStage): readonly string[] {
  const inOrder = [...failedChecks(checks), ...checks.filter(({ status }) => status === 'ok')];
  return [
    ...firstOnes(
      inOrder.map(
        (check) =>
          `${statusWords[check.status].emoji} ${escape(check.subject)}  ${escape(checkWords(check))}`,
      ),
      NAMES_SHOWN,
    ),
    ...finalTraffic(traffic).map(
      (last) => `requests of ${escape(last.subject)}: ${escape(trafficWords(last))}`,
    ),
  ];
}

/** What the first failed check printed; the failure of the stage says it already where it comes of it. */
function checkEvidence({ checks = [], error }: RunStage): readonly SlackBlock[] {
  const [failed] = failedChecks(checks);
  if (failed === undefined || failed.evidence.length === 0) return [];
  const told = new Set(error?.evidence);
  if (failed.evidence.every((line) => told.has(line))) return [];
  return [section(fenced(failed.evidence.slice(-EVIDENCE_LINES).join('\n')))];
}

const failedChecks = (checks: readonly CheckRecord[]) => checks.filter(({ status }) => status === 'failed');

/** A plan: what is lost, what goes, and in one line the rest. Values are left to the report. */
function planSections({ headline, losses, resources }: PlanSummary): readonly SlackBlock[] {
  const of = (action: PlanAction) =>
    resources.filter((resource) => resource.action === action).map(({ address }) => address);
  const going = (['destroy', 'replace'] as const).flatMap((action) =>
    of(action).map((address) => `${action === 'destroy' ? 'destroyed' : 'replaced'}  \`${code(address)}\``),
  );
  return [
    ...(losses.length === 0
      ? []
      : [
          section(
            lines([
              `:rotating_light: *${lossTitle(losses)}*`,
              ...firstOnes(
                losses.map((loss) => `• ${escape(lossText(loss))}`),
                NAMES_SHOWN,
              ),
            ]),
          ),
        ]),
    section(lines([`Plan: ${escape(headline)}`, ...firstOnes(going, NAMES_SHOWN)])),
  ];
}

/** Text for between two backticks. */
const code = (text: string) => escape(text).replaceAll('`', "'");

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

/** What failed, in bold (which ends with its line), and where. */
function headline({ error }: Pick<RunFailure, 'error'>): string {
  const what = limitLine(escape(error.message.replaceAll('\n', ' ')));
  return `*${what}*${error.where === undefined ? '' : `\n${limitLine(escape(error.where))}`}`;
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
/** Parts that do not fit are left out whole: half a link is none. */
function context(all: readonly string[]): SlackBlock {
  let size = 0;
  const parts = all.map(limitPart).filter((part) => (size += part.length + 5) < LONGEST_CONTEXT);
  return {
    type: 'context',
    elements: parts.length === 0 ? [] : [{ type: 'mrkdwn', text: parts.join('  ·  ') }],
  };
}
const limitPart = (part: string) => (part.startsWith('<') ? part : limitLine(part));

/**
 * A code block.
 * @param keep the part of a long text that is worth more: a log's end, a plan's beginning
 */
function fenced(text: string, keep: 'beginning' | 'end' = 'end'): string {
  const all = escape(text);
  const room = LONGEST_TEXT - 100;
  if (all.length <= room) return `\`\`\`\n${all}\n\`\`\``;
  if (keep === 'beginning') return `\`\`\`\n${cut(all, room)}\n\`\`\``;
  const end = all.slice(-room);
  return `\`\`\`\n…${end.slice(end.indexOf('\n') + 1).replace(/^[\udc00-\udfff]/, '')}\n\`\`\``;
}

/**
 * Text that calls nobody, makes no link and begins or ends no code block:
 * https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
function escape(text: string): string {
  return printable(text)
    .replaceAll('```', "'''")
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** Notifications are plain text, but `<!channel>` would still call everybody. */
const plain = escape;

function link(url: string): string {
  return escape(url).replaceAll('|', '%7C').replaceAll(' ', '%20');
}

const limit = (text: string) => (text.length > LONGEST_TEXT ? cut(text, LONGEST_TEXT) : text);

const limitLine = (line: string) => (line.length > LONGEST_LINE ? cut(line, LONGEST_LINE) : line);

/** Leaves neither half a character nor half an entity at its end. */
function cut(text: string, length: number): string {
  return `${text.slice(0, length).replace(/[\ud800-\udbff]$|&\w*$/, '')}…`;
}

/** As many whole lines as fit. */
function lines(all: readonly string[]): string {
  let size = 0;
  const short = all.map(limitLine);
  const fitting = short.filter((line) => (size += line.length + 1) < LONGEST_TEXT - 20);
  const hidden = all.length - fitting.length;
  return [...fitting, ...(hidden > 0 ? [`… and ${hidden} more`] : [])].join('\n');
}

function firstOnes(all: readonly string[], most = STAGES_SHOWN): readonly string[] {
  const hidden = all.length - most;
  return hidden > 0 ? [...all.slice(0, most), `… and ${hidden} more`] : all;
}

/** In their order where they are few; else those that failed or run come first. */
function stageLines(stages: readonly RunStage[]): string {
  if (stages.length <= STAGES_SHOWN) return lines(stages.map(stageLine));
  const isQuiet = ({ status }: RunStage) => status === 'ok' || status === 'waiting' || status === 'skipped';
  const telling = stages.filter((stage) => !isQuiet(stage));
  return lines(firstOnes([...telling, ...stages.filter(isQuiet)].map(stageLine)));
}
const firstLine = (text: string) => text.split('\n', 1)[0] as string;
