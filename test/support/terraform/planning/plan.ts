import { unknown } from '../msgpack.js';
import type { Block } from '../schema.js';
import { factsOf, type Facts } from './facts.js';
import { alsoForced, recomputed } from './rules.js';
import { attributeText, blockText, elementsOf, hasUnknown, type Values } from './values.js';

/** What Terraform asks to be planned. */
export interface Change {
  readonly type: string;
  /** null where the resource is made. */
  readonly prior: Values | null;
  /** null where it is removed. */
  readonly proposed: Values | null;
  readonly config: Values | null;
}

/** What will be, and the arguments because of which it will be another resource. */
export interface Planned {
  readonly state: Values | null;
  readonly replacing: readonly string[];
}

/**
 * Plans as the provider's SDK does: what is left out gets its default, what AWS computes is unknown until the resource is
 * made and stays what it was on a change, except where its source says that it changes too.
 */
export function planChange(block: Block, change: Change, defaultTags: Values): Planned {
  const { type, prior, proposed, config } = change;
  const facts = factsOf(type);
  if (proposed === null) return { state: null, replacing: [] };
  const state: Record<string, unknown> = plannedBlock(facts, block, {
    proposed,
    config: config ?? {},
    prior,
  });
  if ('tags_all' in (block.attributes ?? {})) state.tags_all = allTags(state.tags, defaultTags);
  if (prior === null) return { state, replacing: [] };
  const changed = changedNames(block, prior, state);
  for (const name of recomputed(type, changed, { prior, state })) state[name] = unknown;
  const forced = [...forcedNames(facts, block, prior, state), ...alsoForced(type, changed, { prior, state })];
  return { state, replacing: [...new Set(forced)] };
}

function allTags(tags: unknown, defaults: Values): unknown {
  return tags === unknown ? unknown : { ...defaults, ...(tags as Values | null) };
}

interface Part {
  readonly proposed: Values;
  readonly config: Values;
  readonly prior: Values | null;
}

function plannedBlock(facts: Facts, block: Block, part: Part, prefix = ''): Record<string, unknown> {
  const state: Record<string, unknown> = { ...part.proposed };
  for (const [name, { computed }] of Object.entries(block.attributes ?? {})) {
    if ((part.config[name] ?? null) !== null) continue;
    const fallback = facts.defaults?.[prefix + name];
    if (computed !== true) state[name] = fallback ?? state[name] ?? null;
    else if (part.prior === null && (state[name] ?? null) === null) state[name] = unknown;
  }
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    const proposed = part.proposed[name];
    const before = part.prior?.[name];
    const configured = elementsOf(part.config[name]);
    if (proposed === unknown || proposed === null || proposed === undefined) continue;
    if (facts.keptBlocks?.includes(prefix + name) && configured.length === 0 && before !== undefined) {
      state[name] = before;
      continue;
    }
    const elements = elementsOf(proposed).map((element, index) =>
      plannedBlock(
        facts,
        nested.block,
        {
          proposed: element,
          config:
            nested.nesting_mode === 'set'
              ? withoutComputed(nested.block, element)
              : (configured[index] ?? {}),
          prior: nested.nesting_mode === 'set' ? null : (elementsOf(before)[index] ?? null),
        },
        `${prefix}${name}.`,
      ),
    );
    state[name] = Array.isArray(proposed) ? elements : elements[0];
  }
  return state;
}

/** What a configuration can have said of an element of a set, which is not to be found in it by its place. */
function withoutComputed(block: Block, element: Values): Values {
  const entries = Object.entries(element).filter(([name]) => block.attributes?.[name]?.computed !== true);
  return Object.fromEntries(entries);
}

/** Attributes and blocks that differ. */
function changedNames(block: Block, prior: Values, state: Values): string[] {
  const attributes = Object.entries(block.attributes ?? {})
    .filter(
      ([name, { type }]) =>
        hasUnknown(state[name]) || attributeText(prior[name], type) !== attributeText(state[name], type),
    )
    .map(([name]) => name);
  const blocks = Object.entries(block.block_types ?? {})
    .filter(([name, { block: inner }]) => textOf(prior[name], inner) !== textOf(state[name], inner))
    .map(([name]) => name);
  return [...attributes, ...blocks];
}

const textOf = (value: unknown, block: Block) =>
  elementsOf(value)
    .map((element) => blockText(element, block))
    .sort()
    .join('\n');

/** The arguments, by the name at the top, that differ and force a new resource. */
function forcedNames(facts: Facts, block: Block, prior: Values, state: Values, prefix = ''): string[] {
  const names: string[] = [];
  const forces = (name: string) => facts.forceNew.includes(prefix + name);
  for (const [name, { type }] of Object.entries(block.attributes ?? {}))
    if (forces(name) && attributeText(prior[name], type) !== attributeText(state[name], type))
      names.push(name);
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    const before = elementsOf(prior[name]);
    const after = elementsOf(state[name]);
    const isForced =
      (forces(name) && before.length !== after.length) ||
      pairs(nested.nesting_mode === 'set', nested.block, before, after).some(
        ([old, now]) => forcedNames(facts, nested.block, old, now, `${prefix}${name}.`).length > 0,
      );
    if (isForced) names.push(name);
  }
  return names;
}

/** Blocks before and after that belong together: by place, and in a set by what they are; another one there was none before. */
function pairs(
  isSet: boolean,
  block: Block,
  before: readonly Values[],
  after: readonly Values[],
): [Values, Values][] {
  if (!isSet)
    return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => [
      before[index] ?? {},
      after[index] ?? {},
    ]);
  const texts = (elements: readonly Values[]) => elements.map((element) => blockText(element, block));
  const old = texts(before);
  const now = texts(after);
  return [
    ...before
      .filter((_, index) => !now.includes(old[index] as string))
      .map((one): [Values, Values] => [one, {}]),
    ...after
      .filter((_, index) => !old.includes(now[index] as string))
      .map((one): [Values, Values] => [{}, one]),
  ];
}
