import type { Stage } from './stageGraph.js';

/**
 * How Jenkins walks a stage graph. A leg is what happens on one agent without a person in between; an approval waits
 * outside of any agent. Inside a leg, waves follow each other; the chains of a wave run side by side; the stages of a
 * chain follow each other.
 */
export type Leg =
  | { readonly kind: 'approval'; readonly stage: string; readonly environment: string }
  | {
      readonly kind: 'agent';
      /** Held around the whole leg: taken before an agent is, so that nobody waits for it on an agent. */
      readonly lock?: string;
      /** Builds that are older than one that has come this far end here. */
      readonly milestone: boolean;
      readonly waves: readonly Wave[];
    };

export interface Wave {
  readonly milestone: boolean;
  readonly chains: readonly (readonly string[])[];
}

/** Stages that change an environment; one build at a time does so. */
const CHANGING: ReadonlySet<Stage['kind']> = new Set(['apply', 'provision', 'deploy', 'promote']);

/** The lock that a stage needs: `application/environment`; undefined where it changes no environment. */
export function lockOf(application: string, stage: Stage): string | undefined {
  return CHANGING.has(stage.kind) && stage.environment !== undefined
    ? `${application}/${stage.environment}`
    : undefined;
}

/**
 * Cuts a stage graph into legs.
 * @param stages in an order that respects `needs`, as `pipelineOf` gives them
 */
export function legsOf(application: string, stages: readonly Stage[]): readonly Leg[] {
  const ranks = ranksOf(stages);
  const last = Math.max(0, ...ranks.values());
  const legs: Leg[] = [];
  for (let rank = 0; rank <= last; rank++) {
    const members = stages.filter((stage) => ranks.get(stage.id) === rank);
    for (const { id, environment } of members.filter(isApproval))
      legs.push({ kind: 'approval', stage: id, environment: environment as string });
    const working = members.filter((stage) => !isApproval(stage));
    if (working.length === 0) continue;
    const afterApproval = rank > 0;
    const lock = afterApproval
      ? working.map((stage) => lockOf(application, stage)).find((name) => name !== undefined)
      : undefined;
    legs.push({
      kind: 'agent',
      ...(lock === undefined ? {} : { lock }),
      milestone: afterApproval,
      waves: wavesOf(application, working, !afterApproval),
    });
  }
  return legs;
}

const isApproval = (stage: Stage) => stage.kind === 'approve';

/**
 * How many approvals come before a stage. An approval has the rank of what it opens: it stands right before that leg.
 */
function ranksOf(stages: readonly Stage[]): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  for (const stage of stages) {
    const before = Math.max(0, ...stage.needs.map((need) => ranks.get(need) ?? 0));
    ranks.set(stage.id, before + (isApproval(stage) ? 1 : 0));
  }
  return ranks;
}

/** Chains of the members by their depth: all of a wave's needs are in the waves before. */
function wavesOf(application: string, members: readonly Stage[], milestones: boolean): readonly Wave[] {
  const chains = chainsOf(application, members);
  const chainOf = new Map(chains.flatMap((chain, index) => chain.map((stage) => [stage.id, index] as const)));
  const depths: number[] = [];
  chains.forEach((chain, index) => {
    const needed = (chain[0] as Stage).needs
      .map((need) => chainOf.get(need))
      .filter((need) => need !== undefined);
    depths[index] = Math.max(-1, ...needed.map((need) => depths[need] as number)) + 1;
  });
  let passed = false;
  return [...new Set(depths)]
    .sort((one, other) => one - other)
    .map((depth) => {
      const wave = chains.filter((_, index) => depths[index] === depth);
      // One milestone before the first change of this leg: a milestone may not stand inside `parallel`.
      const changes = wave.flat().some((stage) => lockOf(application, stage) !== undefined);
      const milestone = milestones && changes && !passed;
      passed ||= changes;
      return { milestone, chains: wave.map((chain) => chain.map(({ id }) => id)) };
    });
}

/**
 * Stages that only wait for one another stand in one chain, so that no other chain of the wave holds them up. What
 * changes an environment begins a chain, since a milestone comes right before it.
 */
function chainsOf(application: string, members: readonly Stage[]): readonly (readonly Stage[])[] {
  const ids = new Set(members.map(({ id }) => id));
  const needsOf = (stage: Stage) => stage.needs.filter((need) => ids.has(need));
  const waitingFor = (id: string) => members.filter((stage) => stage.needs.includes(id)).length;
  const chains: Stage[][] = [];
  for (const stage of members) {
    const [need, ...others] = needsOf(stage);
    const begins =
      lockOf(application, stage) !== undefined &&
      members.some(({ id, ...other }) => id === need && lockOf(application, { id, ...other }) === undefined);
    const before =
      need !== undefined && others.length === 0 && waitingFor(need) === 1 && !begins
        ? chains.find((chain) => chain.at(-1)?.id === need)
        : undefined;
    if (before === undefined) chains.push([stage]);
    else before.push(stage);
  }
  return chains;
}
