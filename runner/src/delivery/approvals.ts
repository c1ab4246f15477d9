import type { ContextWith, NamedEnvironment } from '../context/context.js';
import {
  approvalRule,
  authorText,
  differentPeople,
  isKnownToGit,
  excludedApprovers,
  excludedIds,
  whyExcluded,
  type ApprovalRule,
  type Author,
  type ApprovalPeople,
} from '../domain/approvalDecision.js';
import { StackError } from '../base/errors.js';
import { runField } from '../base/sharedRun.js';
import type { ApprovalRecord } from '../state/approvalRecords.js';

/** What the library tells where nobody started a build: a branch that changed, or the clock. */
const NOBODY = 'jenkins';

/** Who has a part in a commit that is on its way to an environment, and what of it cannot be known. */
export interface KnownPeople extends ApprovalPeople {
  readonly notes: readonly string[];
}

/** An approval that its environment accepts. */
export interface Approved {
  readonly by: readonly string[];
  readonly authors: readonly string[];
  readonly commit: string | undefined;
}

/**
 * Looks up who wrote what is new in an environment, and who started this run. Never throws: what cannot be known is said.
 * @param commit what is going there; undefined outside of a repository
 */
export async function peopleOf(
  context: ContextWith<'config' | 'git' | 'state' | 'who'>,
  environment: NamedEnvironment,
  commit: string | undefined,
): Promise<KnownPeople> {
  const { people } = await context.config();
  const notes: string[] = [];
  const authors = await authorsOf(context, environment, commit, notes);
  const starter = context.who === NOBODY ? undefined : context.who;
  if (starter === undefined && ruleOf(environment)?.not.includes('starter'))
    notes.push('no person started this build (a change or the clock did): `starter` excludes nobody');
  return { authors, starter, people, notes };
}

/** What an environment asks for; undefined where nothing has to be approved. */
export const ruleOf = ({ config }: NamedEnvironment): ApprovalRule | undefined =>
  approvalRule(config.promotion?.approval);

/** What a program that asks people in our place must know. */
export interface ApprovalTerms {
  readonly count: number;
  /** All names of those who may not, in small letters. */
  readonly not: readonly string[];
  /** The same for people: `ada (starter)`. */
  readonly who: readonly string[];
  /** What cannot be known. */
  readonly notes: readonly string[];
}

/** Who may approve what is checked out, before anybody is asked. Nothing is looked up where anybody may. */
export async function approvalTerms(
  context: ContextWith<'config' | 'git' | 'state' | 'who'>,
  environment: NamedEnvironment,
): Promise<ApprovalTerms> {
  const rule = ruleOf(environment) ?? { not: [], count: 1 };
  const { count } = rule;
  if (rule.not.length === 0) return { count, not: [], who: [], notes: [] };
  const { notes, ...known } = await peopleOf(context, environment, await commitHere(context));
  const who = excludedApprovers(rule, known).map(({ name, role }) => `${name} (${role})`);
  return { count, not: excludedIds(rule, known), who, notes };
}

/**
 * Holds an approval to what its environment asks for.
 * @param by who approved it, as they were told to us
 * @param isReported true where what cannot be known was said before
 * @throws StackError APPROVAL_REQUIRED where there are too few, APPROVAL_NOT_ALLOWED of somebody who may not
 */
export async function requireApproval(
  context: ContextWith<'config' | 'events' | 'git' | 'state' | 'who'>,
  environment: NamedEnvironment,
  by: readonly string[],
  commit: string | undefined,
  isTold = false,
): Promise<Approved> {
  const rule = ruleOf(environment) ?? { not: [], count: 1 };
  if (by.length === 0) throw approvalRequired(environment);
  const known = await peopleOf(context, environment, commit);
  for (const approver of by) {
    const out = whyExcluded(approver, rule, known);
    if (out === undefined) continue;
    const what = out.role === 'author' ? `as ${out.name} is an author of it` : `as ${out.name} started it`;
    throw new StackError('APPROVAL_NOT_ALLOWED', `${approver} may not approve ${environment.name}, ${what}`, {
      where: `environments.${environment.name}.promotion.approval.not`,
      next: 'Somebody else has to approve it. `people` of the configuration says who is who.',
    });
  }
  const people = differentPeople(by, known.people);
  if (people.length < rule.count) throw tooFew(environment, rule, people);
  if (rule.not.length > 0 && !isTold) tell(context, rule, known, people);
  return { by: people, authors: known.authors.map(authorText), commit };
}

/**
 * The approval of a commit that still holds: by enough people who may, then and now, with nothing brought there since but
 * that commit. An approval is not asked for twice; one of something else, or before a rollback, is none.
 */
export async function recordedApproval(
  context: ContextWith<'config' | 'git' | 'state' | 'who'>,
  environment: NamedEnvironment,
  commit: string,
): Promise<ApprovalRecord | undefined> {
  const { ledger } = await context.state();
  const rule = ruleOf(environment);
  for await (const approval of ledger.approvals.newest(environment.name)) {
    if (approval.of !== undefined) continue;
    if (rule === undefined || approval.commit !== commit) return undefined;
    const known = await peopleOf(context, environment, commit);
    const { approvedBy, startedBy, at } = approval;
    const starters = [known, { ...known, starter: startedBy === NOBODY ? undefined : startedBy }];
    const isRefused = approvedBy.some((one) =>
      starters.some((all) => whyExcluded(one, rule, all) !== undefined),
    );
    if (isRefused || differentPeople(approvedBy, known.people).length < rule.count) return undefined;
    const since = await ledger.deployments(environment.name, { limit: 20 });
    const isOvertaken = since.some(
      ({ startedAt, kind, checkedOut }) => startedAt > at && (kind === 'rollback' || checkedOut !== commit),
    );
    return isOvertaken ? undefined : approval;
  }
  return undefined;
}

/** Records who let what pass. @throws StackError STATE_WRITE_FAILED */
export async function recordApproval(
  context: ContextWith<'env' | 'runUrl' | 'state' | 'who'>,
  environment: NamedEnvironment,
  { by, authors, commit }: Approved,
  plan: string | undefined,
  of?: ApprovalRecord['of'],
): Promise<ApprovalRecord> {
  const { ledger } = await context.state();
  return ledger.approvals.add(environment.name, {
    ...(commit === undefined ? {} : { commit }),
    authors,
    startedBy: context.who,
    approvedBy: by,
    ...(plan === undefined ? {} : { plan }),
    ...(of === undefined ? {} : { of }),
    ...runField(context.env),
    ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
  });
}

/** The failure of something that nobody has approved. */
export function approvalRequired(environment: NamedEnvironment): StackError {
  const { count } = ruleOf(environment) ?? { count: 1 };
  const needs = count === 1 ? 'an approval' : `${count} approvals`;
  return new StackError('APPROVAL_REQUIRED', `promotion to ${environment.name} needs ${needs}`, {
    where: environment.name,
    next:
      count === 1
        ? 'Add --approve to approve it yourself; in Jenkins the pipeline asks for it.'
        : 'Name each with --approved-by NAME; in Jenkins the pipeline asks for them.',
  });
}

function tooFew(environment: NamedEnvironment, rule: ApprovalRule, by: readonly string[]): StackError {
  return new StackError(
    'APPROVAL_REQUIRED',
    `promotion to ${environment.name} needs the approvals of ${rule.count} people, and has ${by.length}: ${by.join(', ')}`,
    {
      where: `environments.${environment.name}.promotion.approval.count`,
      next: 'Name each with --approved-by NAME; in Jenkins the pipeline asks for them.',
    },
  );
}

/** Whatever was not known passes, but not in silence. */
function tell(
  context: ContextWith<'events'>,
  rule: ApprovalRule,
  { notes, authors, people }: KnownPeople,
  by: readonly string[],
): void {
  const strangers = rule.not.includes('author') ? by.filter((one) => !isKnownToGit(one, people)) : [];
  const unknown =
    strangers.length === 0 || authors.length === 0
      ? []
      : [
          `the git names of ${strangers.join(' and ')} are not known: none matches ${authors.map(authorText).join(', ')}`,
        ];
  const next = 'people: { ID: [name@example.com] } in the configuration says who is who.';
  for (const message of notes) context.events.emit({ type: 'notice', level: 'warning', message });
  for (const message of unknown) context.events.emit({ type: 'notice', level: 'info', message, next });
}

/** Who wrote what is new: all that came after what the environment has, as far as this clone tells. */
async function authorsOf(
  context: ContextWith<'git' | 'state'>,
  environment: NamedEnvironment,
  commit: string | undefined,
  notes: string[],
): Promise<readonly Author[]> {
  const { git } = context;
  if (commit === undefined) {
    notes.push('its authors are unknown: it is in no repository');
    return [];
  }
  try {
    const own = await git.authors(commit);
    const since = await commitIn(context, environment);
    if (since === undefined) {
      notes.push(
        `nothing is known to be in ${environment.name}: only the author of ${short(commit)} is checked`,
      );
      return own;
    }
    if ((await git.resolve(`${since}^{commit}`)) === undefined) {
      notes.push(
        `${short(since)}, which ${environment.name} has, is not in this clone: only the author of ${short(commit)} is checked`,
      );
      return own;
    }
    if (await git.isShallow())
      notes.push('this clone is shallow: the authors of missing commits are unknown');
    const all = [...own, ...(await git.authors(commit, since))];
    return [...new Map(all.map((author) => [authorText(author).toLowerCase(), author])).values()];
  } catch (error) {
    notes.push(`its authors are unknown: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

/** The commit that an environment has: of the release that runs there, else of what was applied last. */
async function commitIn(
  context: ContextWith<'state'>,
  { name }: NamedEnvironment,
): Promise<string | undefined> {
  const { ledger } = await context.state();
  const { healthy } = await ledger.current(name);
  if (healthy !== undefined) return healthy.commit;
  for await (const change of ledger.changes.newest(name))
    if (change.status === 'ok' && change.commit !== undefined) return change.commit;
  return undefined;
}

/** What is checked out; undefined outside of a repository. */
export const commitHere = async (context: ContextWith<'git'>): Promise<string | undefined> =>
  (await context.git.workingTree().catch(() => undefined))?.commit;

const short = (commit: string) => commit.slice(0, 10);
