import type { Stage } from './stageGraph.js';

/**
 * How Jenkins runs a stage graph. An agent block is what runs on one agent without a person in between; an approval
 * waits outside of any agent, and so does a pause, whose answers are carried out on an agent each. The parallel groups of a block follow each other; the sequences of a group run side by
 * side; the stages of a sequence follow each other.
 */
export type AgentBlock =
  | { readonly kind: 'approval'; readonly stage: string; readonly environment: string }
  | {
      readonly kind: 'pause';
      readonly stage: string;
      readonly environment: string;
      /** Held while an answer is carried out, not while it is waited for. */
      readonly lock: string;
      readonly milestone: true;
    }
  | {
      readonly kind: 'agent';
      /** Held around the whole block: taken before an agent is, so that nobody waits for it on an agent. */
      readonly lock?: string;
      /** Builds that are older than one that has come this far end here. */
      readonly milestone: boolean;
      readonly groups: readonly ParallelGroup[];
    };

export interface ParallelGroup {
  readonly milestone: boolean;
  readonly sequences: readonly (readonly string[])[];
}

/** Stages that change an environment; one build at a time does so. */
const CHANGING: ReadonlySet<Stage['kind']> = new Set([
  ...(['apply', 'provision', 'deploy', 'promote', 'continue', 'contract'] as const),
]);

/** The lock that a stage needs: `application/environment`; undefined where it changes no environment. */
export function lockOf(application: string, stage: Stage): string | undefined {
  return CHANGING.has(stage.kind) && stage.environment !== undefined
    ? `${application}/${stage.environment}`
    : undefined;
}

/**
 * Cuts a stage graph into agent blocks.
 * @param stages in an order that respects `needs`, as `pipelineOf` gives them
 */
export function agentBlocksOf(application: string, stages: readonly Stage[]): readonly AgentBlock[] {
  const ranks = ranksOf(stages);
  const last = Math.max(0, ...ranks.values());
  const blocks: AgentBlock[] = [];
  for (let rank = 0; rank <= last; rank++) {
    const members = stages.filter((stage) => ranks.get(stage.id) === rank);
    for (const stage of members.filter(isAsked)) {
      const { id, environment = '' } = stage;
      const lock = lockOf(application, stage);
      if (lock === undefined) blocks.push({ kind: 'approval', stage: id, environment });
      else blocks.push({ kind: 'pause', stage: id, environment, lock, milestone: true });
    }
    const working = members.filter((stage) => !isAsked(stage));
    if (working.length === 0) continue;
    const afterApproval = rank > 0;
    const lock = afterApproval
      ? working.map((stage) => lockOf(application, stage)).find((name) => name !== undefined)
      : undefined;
    blocks.push({
      kind: 'agent',
      ...(lock === undefined ? {} : { lock }),
      milestone: afterApproval,
      groups: parallelGroupsOf(application, working, !afterApproval),
    });
  }
  return blocks;
}

/** Somebody is asked, outside of any agent. */
const isAsked = ({ kind }: Stage) => kind === 'approve' || kind === 'approve-contract' || kind === 'continue';

/**
 * How many questions come before a stage. One has the rank of what it opens: it stands right before that block.
 */
function ranksOf(stages: readonly Stage[]): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  for (const stage of stages) {
    const before = Math.max(0, ...stage.needs.map((need) => ranks.get(need) ?? 0));
    ranks.set(stage.id, before + (isAsked(stage) ? 1 : 0));
  }
  return ranks;
}

/** Sequences of the members by their depth: all that a group needs is in the groups before. */
function parallelGroupsOf(
  application: string,
  members: readonly Stage[],
  milestones: boolean,
): readonly ParallelGroup[] {
  const sequences = sequencesOf(application, members);
  const sequenceOf = new Map(
    sequences.flatMap((sequence, index) => sequence.map((stage) => [stage.id, index] as const)),
  );
  const depths: number[] = [];
  sequences.forEach((sequence, index) => {
    const needed = (sequence[0] as Stage).needs
      .map((need) => sequenceOf.get(need))
      .filter((need) => need !== undefined);
    depths[index] = Math.max(-1, ...needed.map((need) => depths[need] as number)) + 1;
  });
  let passed = false;
  return [...new Set(depths)]
    .sort((one, other) => one - other)
    .map((depth) => {
      const group = sequences.filter((_, index) => depths[index] === depth);
      // One milestone before the first change of this block: a milestone may not stand inside `parallel`.
      const changes = group.flat().some((stage) => lockOf(application, stage) !== undefined);
      const milestone = milestones && changes && !passed;
      passed ||= changes;
      return { milestone, sequences: group.map((sequence) => sequence.map(({ id }) => id)) };
    });
}

/**
 * Stages that only wait for one another are one sequence, so that no other sequence of the group holds them up. What
 * changes an environment begins a sequence, since a milestone comes right before it.
 */
function sequencesOf(application: string, members: readonly Stage[]): readonly (readonly Stage[])[] {
  const ids = new Set(members.map(({ id }) => id));
  const needsOf = (stage: Stage) => stage.needs.filter((need) => ids.has(need));
  const waitingFor = (id: string) => members.filter((stage) => stage.needs.includes(id)).length;
  const sequences: Stage[][] = [];
  for (const stage of members) {
    const [need, ...others] = needsOf(stage);
    const begins =
      lockOf(application, stage) !== undefined &&
      members.some(({ id, ...other }) => id === need && lockOf(application, { id, ...other }) === undefined);
    const before =
      need !== undefined && others.length === 0 && waitingFor(need) === 1 && !begins
        ? sequences.find((sequence) => sequence.at(-1)?.id === need)
        : undefined;
    if (before === undefined) sequences.push([stage]);
    else before.push(stage);
  }
  return sequences;
}
