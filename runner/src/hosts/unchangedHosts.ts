import { randomBytes } from 'node:crypto';
import type { Context, NamedEnvironment } from '../context/context.js';
import { toErrorRecord } from '../base/errors.js';
import type { Host } from '../domain/host.js';
import type { ProvisionedHost } from '../domain/provisionedHost.js';
import { readProvisioned, writeProvisioned } from '../state/provisionedHosts.js';
import { hostStates } from './hostStates.js';
import type { PlannedLayer } from './plannedLayers.js';
import { layerDigests, withoutSecrets } from './rules/layerDigest.js';
import { layerTitle, type Layer } from './rules/layers.js';
import { hostsToRun, recordOf, type LayerPlan } from './rules/unchanged.js';

export interface UnchangedInput {
  readonly environment: NamedEnvironment;
  readonly layers: readonly PlannedLayer[];
  /** All layers of the environment in order. */
  readonly allLayers: readonly Layer[];
  readonly hosts: readonly Host[];
  /** All hosts of the environment. */
  readonly allHosts: readonly Host[];
  readonly variables: unknown;
  readonly tools: readonly string[];
  /** How long a good run is believed, in milliseconds. */
  readonly believedMs: number;
  /** Whether all is run, whatever is known. */
  readonly isFull: boolean;
  /** Only some tasks run, which proves nothing of the layers. */
  readonly isTagged: boolean;
}

/** What became of the layers on a host. */
export interface HostEnd {
  /** Changes by the title of the layer, of those that ran. */
  readonly changed: ReadonlyMap<string, number>;
  readonly paths: readonly string[];
}

/** What is known of hosts since the last good run, and is kept for the next one. */
export class UnchangedHosts {
  private constructor(
    private readonly context: Context,
    private readonly input: UnchangedInput,
    private readonly salt: string,
    private readonly plans: readonly LayerPlan[],
    /** Of hosts that are still as they were. */
    private readonly trusted: ReadonlyMap<string, ProvisionedHost>,
    /** Names of the hosts that each layer runs on. */
    readonly toRun: readonly (readonly string[])[],
  ) {}

  /** Looks at what is kept and asks the hosts what they are like now. */
  static async look(context: Context, input: UnchangedInput): Promise<UnchangedHosts> {
    const { environment, hosts } = input;
    const kept = await readProvisioned(await context.store(), environment.name).catch(() => undefined);
    const salt = kept?.salt ?? randomBytes(16).toString('hex');
    const records = new Map(Object.entries(kept?.hosts ?? {}));
    const [plans, states] = await Promise.all([
      plansOf(context, input, salt),
      hostStates(
        context,
        environment,
        hosts.filter(({ name }) => records.has(name)),
        ({ name }) => records.get(name)?.paths ?? [],
      ),
    ]);
    const trusted = new Map([...records].filter(([name, { state }]) => states.get(name) === state));
    const now = context.clock.now().getTime();
    const toRun = hostsToRun(input.isFull || input.isTagged ? plans.map(always) : plans, {
      records,
      states,
      now,
      believedMs: input.believedMs,
    });
    return new UnchangedHosts(context, input, salt, plans, trusted, toRun);
  }

  /** The oldest good run that a layer is believed by on hosts, in milliseconds since the epoch. */
  since(index: number, names: readonly string[]): number {
    const key = this.plans[index]?.key ?? '';
    return Math.min(...names.map((name) => Date.parse(this.trusted.get(name)?.layers[key]?.at ?? '')));
  }

  /** Forgets hosts before anything is done there: a run that is killed leaves nothing to be believed. */
  async begin(): Promise<void> {
    await this.write(new Map(this.toRun.flat().map((name) => [name, undefined])));
  }

  /**
   * Keeps what hosts are like after a good run.
   * @param ends by the name of the host, those that a layer ran on
   */
  async finish(ends: ReadonlyMap<string, HostEnd>): Promise<void> {
    const { environment, hosts, allLayers, isTagged } = this.input;
    const done = hosts.filter(({ name }) => ends.has(name));
    const pathsOf = ({ name }: Host) => [
      ...new Set([...(this.trusted.get(name)?.paths ?? []), ...(ends.get(name)?.paths ?? [])]),
    ];
    const states = await hostStates(this.context, environment, done, pathsOf);
    const at = this.context.clock.now().toISOString();
    const records = done.map((host) => {
      const { name } = host;
      const state = states.get(name);
      if (state === undefined) return [name, undefined] as const;
      const changed = ends.get(name)?.changed ?? new Map<string, number>();
      const layers = allLayers.map((layer) => {
        const key = layerTitle(layer);
        const ran = changed.get(key);
        const digest = this.plans.find((plan) => plan.key === key)?.digests.get(name);
        return { key, changed: ran ?? 0, digest: ran === undefined || isTagged ? undefined : digest };
      });
      return [name, recordOf(this.trusted.get(name), layers, { state, paths: pathsOf(host), at })] as const;
    });
    await this.write(new Map(records));
  }

  /** What cannot be kept keeps nobody from the work: the next run does everything. */
  private async write(hosts: ReadonlyMap<string, ProvisionedHost | undefined>): Promise<void> {
    if (hosts.size === 0) return;
    try {
      await writeProvisioned(await this.context.store(), this.input.environment.name, this.salt, hosts);
    } catch (error) {
      const message = `What the hosts are like is not in the ledger, so the next run does everything: ${toErrorRecord(error).message}`;
      this.context.events.emit({ type: 'notice', level: 'warning', message });
    }
  }
}

const always = (plan: LayerPlan): LayerPlan => ({ ...plan, always: 'all was asked for' });

async function plansOf(
  { secrets }: Pick<Context, 'secrets'>,
  { layers, allHosts, variables, tools }: UnchangedInput,
  salt: string,
): Promise<readonly LayerPlan[]> {
  const isSecret = (text: string) => secrets.text(text) !== text;
  const [plain, known] = await Promise.all([
    withoutSecrets(variables, isSecret, salt),
    withoutSecrets(allHosts, isSecret, salt),
  ]);
  const byName = new Map(known.map((host) => [host.name, host]));
  return layers.map(({ layer, hosts, sources }) => ({
    key: layerTitle(layer),
    digests: layerDigests(
      { files: sources.digest, tools, variables: plain, looksAtOthers: sources.looksAtOthers },
      hosts.map((host) => byName.get(host.name) ?? host),
      known,
    ),
    isTogether: sources.looksAtOthers,
    always: sources.unforeseen,
  }));
}
