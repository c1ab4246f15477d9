import { createHash } from 'node:crypto';
import { ForgeFailure } from '../../adapters/forge/forgeFailure.js';
import type { Forge, PullRequest } from '../../adapters/forge/forge.js';
import type { ForgeConfig } from './schema.js';
import { StackError } from '../../base/errors.js';
import { commentMark, hasNews, runComment } from './forgeComment.js';
import type { ForgeMemory } from './forgeMemory.js';
import { runStatus } from './forgeStatus.js';
import type { Run } from '../../events/run.js';

/** What is checked out: Jenkins builds pull requests as a merge that nobody but it has. */
export interface CheckedOut {
  readonly commit: string;
  readonly branch: string;
  readonly parents: readonly string[];
  readonly dirty: boolean;
}

export interface ForgeTarget {
  readonly config: Pick<ForgeConfig, 'status' | 'comment'>;
  readonly forge: Forge;
  /** Number of the pull request, where the CI says that it builds one. */
  readonly number: number | undefined;
  readonly checkedOut: () => Promise<CheckedOut>;
  readonly redact: (text: string) => string;
}

export interface ForgeReport {
  /** All processes of the run: what the comment tells. */
  readonly whole: Run;
  /** What the status is of: the whole of a pipeline, else this command alone. */
  readonly run: Run;
  /** Undefined where the run says nothing of its commit. */
  readonly context: string | undefined;
}

/** Brings a forge to where a run is; what it has heard already is not told again. Changes `memory`. */
export async function reportToForge(
  forged: ForgeTarget,
  memory: ForgeMemory,
  report: ForgeReport,
): Promise<void> {
  if (memory.head === undefined) await find(forged, memory);
  if (forged.config.status && report.context !== undefined)
    await reportStatus(forged, memory, report.run, report.context);
  if (forged.config.comment) await writeComment(forged, memory, report.whole);
}

/** @throws StackError GIT_FAILED, RELEASE_DIRTY where what is built is no commit */
async function find({ forge, config, number, checkedOut }: ForgeTarget, memory: ForgeMemory): Promise<void> {
  const tree = await checkedOut();
  if (tree.dirty) {
    throw new StackError('RELEASE_DIRTY', 'There are uncommitted changes, so this run belongs to no commit', {
      next: 'Commit them, then run again.',
    });
  }
  // A status alone needs none.
  const found = number === undefined && config.comment ? forge.pullRequestsOf(tree.commit) : [];
  const request =
    number === undefined
      ? (await Promise.resolve(found).catch(unknownCommit))[0]
      : await forge.pullRequest(number);
  memory.head = request === undefined ? tree.commit : await headOf(forge, request, tree);
  memory.request = request ?? { number: 0 };
}

/** A commit that nobody has pushed has no pull request; what sets the status says so. */
function unknownCommit(error: unknown): readonly PullRequest[] {
  if (error instanceof ForgeFailure && (error.kind === 'gone' || error.status === 422)) return [];
  throw error;
}

/**
 * The commit of a pull request's branch that is built: what is checked out, or the parent of the merge that is. The
 * branch may have moved on since.
 */
async function headOf(forge: Forge, request: PullRequest, tree: CheckedOut): Promise<string> {
  const candidates = [tree.commit, ...tree.parents];
  if (candidates.includes(request.head)) return request.head;
  const commits = new Set(await forge.commitsOf(request.number));
  // GitLab names no head of a request that it has only begun to prepare.
  return candidates.find((one) => commits.has(one)) ?? (request.head || tree.commit);
}

async function reportStatus(
  { forge, checkedOut, redact }: ForgeTarget,
  memory: ForgeMemory,
  run: Run,
  context: string,
) {
  const { state, description } = runStatus(run, forge.longestDescription);
  // An end is told once: words and time differ with the process that tells it.
  const said = state === 'running' ? `${state}: ${description}` : state;
  const before = memory.statuses[context];
  if (before?.said === said) return;
  const { branch } = await checkedOut();
  const place = await forge.setStatus({
    commit: memory.head as string,
    context,
    state,
    description: redact(description),
    // GitHub refuses any other address.
    url: /^https?:\/\//.test(run.runUrl ?? '') ? run.runUrl : undefined,
    branch: branchOf(memory) ?? (branch === 'HEAD' ? undefined : branch),
    place: before?.place,
  });
  memory.statuses[context] = { said, ...(place === undefined ? {} : { place }) };
}

const branchOf = ({ request }: ForgeMemory) =>
  request !== undefined && 'branch' in request ? request.branch : undefined;

async function writeComment({ forge, redact }: ForgeTarget, memory: ForgeMemory, run: Run): Promise<void> {
  const number = memory.request?.number ?? 0;
  // What it said of the build before stays until there is something new to say.
  if (number === 0 || (run.status === 'running' && !hasNews(run))) return;
  const text = redact(runComment(run));
  // How long it took so far is no news.
  const said = createHash('sha256')
    .update(runComment({ ...run, seconds: 0 }))
    .digest('hex');
  if (memory.comment?.said === said) return;
  const known = memory.comment?.id ?? (await forge.findComment(number, commentMark(run.application ?? '')));
  if (known !== undefined && (await isEdited(forge, number, known, text))) {
    memory.comment = { id: known, said };
  } else if (hasNews(run)) {
    memory.comment = { id: await forge.addComment(number, text), said };
  }
}

/** False where somebody has deleted it. */
async function isEdited(forge: Forge, number: number, id: string, text: string): Promise<boolean> {
  try {
    await forge.editComment(number, id, text);
    return true;
  } catch (error) {
    if (error instanceof ForgeFailure && error.kind === 'gone') return false;
    throw error;
  }
}
