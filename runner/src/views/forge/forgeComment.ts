import { lossText, lossTitle } from '../../infrastructure/rules/dataLoss.js';
import type { PlanAction, PlanSummary } from '../../domain/plan.js';
import { formatSeconds, shortCommit } from '../format.js';
import { code, fenced, link, markdown } from '../markdown.js';
import type { Run, RunFailure } from '../../events/run.js';
import { statusWords } from '../statusWords.js';

/** GitHub takes 65,536 characters and GitLab a million; nobody reads that much. */
const LONGEST = 20_000;
const LONGEST_LINE = 300;
const RESOURCES_SHOWN = 50;
const NAMES_SHOWN = 20;
const EVIDENCE_LINES = 15;
const FAILURES_SHOWN = 3;

/** Begins the one comment of an application at a pull request; nobody sees it. */
export const commentMark = (application: string): string => `<!-- automation-stack: ${application} -->`;

/** Whether a run has more to say than its commit's status does. */
export function hasNews(run: Run): boolean {
  return (
    run.release !== undefined || plansOf(run).length > 0 || urlsOf(run).length > 0 || run.failures.length > 0
  );
}

/**
 * The comment of a run as it stands now: plans with what they lose and what drifted, the release by digest, where the
 * environment is, and why it failed. Pure; what it is made of is redacted already.
 */
export function runComment(run: Run): string {
  const parts: readonly (readonly string[])[] = [
    ...run.failures.slice(0, FAILURES_SHOWN).map((failure) => [failureText(failure, run.status)]),
    ...plansOf(run).map(([title, plan]) => [
      [...planLines(title, plan), ...resourceLines(plan)].join('\n'),
      planLines(title, plan).join('\n'),
    ]),
    [releaseText(run)],
    ...urlsOf(run).map(([environment, url]) => [`**${markdown(environment)}:** ${link(url, url)}`]),
  ];
  const head = `${commentMark(run.application ?? '')}\n${heading(run)}`;
  const foot = footer(run);
  let left = LONGEST - head.length - foot.length;
  // Whole parts are left out, the long form of one first: half a code block would swallow what follows.
  const fitting = parts.flatMap((forms) => {
    const form = forms.find(({ length }) => length <= left) ?? '';
    left -= form.length;
    return form === '' ? [] : [form];
  });
  return [head, ...fitting, foot].filter((text) => text !== '').join('\n\n');
}

function heading(run: Run): string {
  const { mark, word } = statusWords[run.status];
  const where = run.environments.length === 0 ? '' : ` → ${run.environments.join(', ')}`;
  const took = run.status === 'running' ? '' : ` in ${formatSeconds(run.seconds)}`;
  return `### ${mark} ${markdown(`${run.application ?? 'run'}${where}`)}: ${word}${took}`;
}

function failureText({ error, lastLines, stage }: RunFailure, status: Run['status']): string {
  const { word } = statusWords[status === 'running' ? 'failed' : status];
  const evidence = (error.evidence ?? lastLines).slice(-EVIDENCE_LINES).map(limit);
  const where = stage === undefined ? '' : ` (${code(stage)})`;
  return [
    `**${word}${where}:** ${markdown(limit(error.message))}`,
    ...(evidence.length === 0 ? [] : ['', fenced(evidence)]),
    ...(error.next === undefined ? [] : ['', `**Next:** ${markdown(limit(error.next))}`]),
  ].join('\n');
}

function planLines(title: string, { headline, losses, drifted }: PlanSummary): readonly string[] {
  const lost = losses.map((loss) => `- ${markdown(limit(lossText(loss)))}`);
  return [
    `**${markdown(title)}:** ${markdown(headline)}`,
    ...(lost.length === 0 ? [] : ['', `⚠️ **${lossTitle(losses)}:**`, '', ...firstOnes(lost, NAMES_SHOWN)]),
    ...(drifted.length === 0
      ? []
      : [
          '',
          'Changed outside since the last apply:',
          '',
          ...firstOnes(
            drifted.map((address) => `- ${code(limit(address))}`),
            NAMES_SHOWN,
          ),
        ]),
  ];
}

/** What becomes of each resource, folded up; values are left to the report. */
function resourceLines({ resources }: PlanSummary): readonly string[] {
  if (resources.length === 0) return [];
  const names = resources.map(({ address, action }) => `- ${WORDS[action]} ${code(limit(address))}`);
  return [
    '',
    '<details><summary>Resources</summary>',
    '',
    ...firstOnes(names, RESOURCES_SHOWN),
    '',
    '</details>',
  ];
}

const WORDS: Readonly<Record<PlanAction, string>> = {
  create: 'create',
  change: 'change',
  replace: '**replace**',
  destroy: '**destroy**',
  import: 'import',
  move: 'move',
  forget: 'forget',
};

function releaseText({ release }: Run): string {
  if (release === undefined) return '';
  const dirty = release.dirty ? ', with uncommitted changes' : '';
  const images = Object.values(release.images).map(
    ({ repository, digest }) => `- ${code(`${repository}@${digest}`)}`,
  );
  return [
    `**Release** ${code(release.version)} of ${code(shortCommit(release.commit))}${dirty}`,
    ...(images.length === 0 ? [] : ['', ...firstOnes(images, NAMES_SHOWN)]),
  ].join('\n');
}

function footer({ runUrl, branch, commit, who }: Run): string {
  return [
    runUrl === undefined ? undefined : link('Build', runUrl),
    branch === undefined ? undefined : `branch ${code(branch)}`,
    commit === undefined ? undefined : `commit ${code(shortCommit(commit))}`,
    who === undefined ? undefined : `by ${markdown(who)}`,
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/** Each plan once, with the title of the stage that made it: the stage that carries it out tells it again. */
function plansOf({ stages }: Run): readonly (readonly [string, PlanSummary])[] {
  const planned = new Map<string, readonly [string, PlanSummary]>();
  for (const { plan, title } of stages) {
    const key = JSON.stringify(plan?.summary);
    if (plan !== undefined && !planned.has(key)) planned.set(key, [title, plan.summary]);
  }
  return [...planned.values()];
}

/** Where the environments that were deployed to are. */
function urlsOf({ stages }: Run): readonly (readonly [string, string])[] {
  const all = stages.flatMap((stage) =>
    stage.facts
      .filter(({ name }) => name === 'url')
      .map(({ value }) => [stage.environment ?? stage.id, value] as const),
  );
  return [...new Map(all).entries()];
}

const limit = (line: string) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line);

function firstOnes(all: readonly string[], most: number): readonly string[] {
  const hidden = all.length - most;
  return hidden > 0 ? [...all.slice(0, most), `- … and ${hidden} more`] : all;
}
