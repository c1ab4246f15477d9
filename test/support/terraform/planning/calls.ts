import { decode, encode } from '../msgpack.js';
import type { Block, ProviderSchema, Schema } from '../schema.js';
import { Names, type Account } from './account.js';
import { knownTypes } from './facts.js';
import { found, foundTypes } from './found.js';
import { made } from './made.js';
import { planChange } from './plan.js';
import type { Values } from './values.js';
import { World } from './world.js';

/** A value as it travels. */
export interface Wired {
  readonly msgpack?: Buffer;
}

const read = (value: Wired | null | undefined): Values | null =>
  value?.msgpack === undefined || value.msgpack.length === 0
    ? null
    : (decode(value.msgpack) as Values | null);

const wire = (value: unknown): Wired => ({ msgpack: encode(value) });

interface Request {
  readonly type_name: string;
  readonly prior_state?: Wired;
  readonly proposed_new_state?: Wired;
  readonly planned_state?: Wired;
  readonly current_state?: Wired;
  readonly config?: Wired;
  readonly raw_state?: { readonly json?: Buffer };
}

const ACCOUNT = '111111111111';

/** Who looks on, and where that is. */
export interface Watch {
  readonly notice?: ((seen: SeenCall) => void) | undefined;
  /** Id of the account that it says it is in. */
  readonly account?: string | undefined;
}

/** What Terraform asked of the provider about one thing. */
export interface SeenCall {
  readonly what: 'read' | 'create' | 'change' | 'delete';
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly values: Values;
}

/** The calls of a provider that plans and applies, for as many provider configurations as there are callers. */
export class PlanningCalls {
  private readonly accounts = new Map<string, Account>();
  private readonly world = new World();
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly schema: ProviderSchema,
    private readonly watch: Watch = {},
  ) {}

  /** @param caller whose configuration it is: each configured provider speaks over a connection of its own */
  configure(caller: string, config: Wired | undefined): void {
    const values = read(config) ?? {};
    const [tags] = (values.default_tags as readonly { readonly tags: Values | null }[] | null) ?? [];
    this.accounts.set(caller, {
      id: this.watch.account ?? ACCOUNT,
      region: typeof values.region === 'string' ? values.region : 'eu-west-1',
      defaultTags: tags?.tags ?? {},
    });
  }

  plan(caller: string, { type_name: type, prior_state, proposed_new_state, config }: Request) {
    const change = {
      type,
      prior: read(prior_state),
      proposed: read(proposed_new_state),
      config: read(config),
    };
    const { state, replacing } = planChange(this.block(type), change, this.account(caller).defaultTags);
    return {
      planned_state: wire(state),
      requires_replace: replacing.map((name) => ({ steps: [{ attribute_name: name }] })),
      // As the real provider, whose SDK needs some leniency.
      legacy_type_system: true,
    };
  }

  apply(caller: string, { type_name: type, prior_state, planned_state }: Request) {
    const planned = read(planned_state);
    const prior = read(prior_state);
    const state =
      planned === null ? null : made(type, this.block(type), planned, this.names(caller, type, planned));
    this.world.keep(type, prior, state);
    const what = prior === null ? 'create' : planned === null ? 'delete' : 'change';
    this.watch.notice?.({ what, mode: 'managed', type, values: { ...prior, ...state } });
    return { new_state: wire(state), legacy_type_system: true };
  }

  /** What was applied is what there is: nobody else changes it. */
  read({ type_name: type, current_state }: Request) {
    this.watch.notice?.({ what: 'read', mode: 'managed', type, values: read(current_state) ?? {} });
    return { new_state: current_state };
  }

  upgrade({ raw_state }: Request) {
    return { upgraded_state: { json: raw_state?.json } };
  }

  find(caller: string, { type_name: type, config }: Request) {
    const values = read(config) ?? {};
    const blocks = {
      block: blockOf(this.schema.data_source_schemas, type),
      resource: this.schema.resource_schemas[type]?.block,
    };
    // The same question has the same answer.
    const names = new Names(this.account(caller), `data/${type}/${JSON.stringify(values)}`);
    const state = found(type, blocks, values, this.world, names);
    this.watch.notice?.({ what: 'read', mode: 'data', type, values: { ...values, ...state } });
    return { state: wire(state) };
  }

  private block = (type: string): Block => blockOf(this.schema.resource_schemas, type);

  private account(caller: string): Account {
    return (
      this.accounts.get(caller) ?? { id: this.watch.account ?? ACCOUNT, region: 'eu-west-1', defaultTags: {} }
    );
  }

  private names(caller: string, type: string, planned: Values): Names {
    const seed = `${type}/${JSON.stringify(planned)}`;
    const count = (this.counts.get(seed) ?? 0) + 1;
    this.counts.set(seed, count);
    return new Names(this.account(caller), `${seed}/${count}`);
  }
}

/**
 * The schema of what can be planned alone. Terraform reads all of it anew in every command, which for the whole is half of the time of
 * a plan.
 */
export function plannable(schema: ProviderSchema): ProviderSchema {
  const only = (schemas: Readonly<Record<string, Schema>>, types: readonly string[]) =>
    Object.fromEntries(Object.entries(schemas).filter(([type]) => types.includes(type)));
  return {
    ...schema,
    resource_schemas: only(schema.resource_schemas, knownTypes),
    data_source_schemas: only(schema.data_source_schemas, foundTypes),
  };
}

function blockOf(schemas: Readonly<Record<string, Schema>>, type: string): Block {
  const schema = schemas[type];
  if (schema === undefined) throw new Error(`The schema has no ${type}.`);
  return schema.block;
}
