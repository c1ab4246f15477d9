import type { GoodRun, ProvisionedHost } from '../../domain/provisionedHost.js';

/** A layer and the hosts that it is for. */
export interface LayerPlan {
  readonly key: string;
  /** Digest by the name of the host. */
  readonly digests: ReadonlyMap<string, string>;
  /** Whether it runs on all of its hosts or on none. */
  readonly isTogether: boolean;
  /** Why it runs in any case. */
  readonly always?: string | undefined;
}

export interface Known {
  /** By the name of the host. */
  readonly records: ReadonlyMap<string, ProvisionedHost>;
  /** What hosts are like now; those that could not be asked are missing. */
  readonly states: ReadonlyMap<string, string>;
  /** In milliseconds since the epoch. */
  readonly now: number;
  /** How long a good run is believed, in milliseconds. */
  readonly believedMs: number;
}

/**
 * The hosts that each layer has to run on. A host is left out where nothing has changed since the last good run: neither
 * what the layer is made of, nor the host. What follows a layer that runs has to run too, since it builds on it.
 * @returns names of hosts, for each layer in their order
 */
export function hostsToRun(layers: readonly LayerPlan[], known: Known): readonly (readonly string[])[] {
  const begun = new Set<string>();
  return layers.map((layer) => {
    const names = [...layer.digests.keys()];
    const due = names.filter((name) => begun.has(name) || !isFresh(layer, name, known));
    const running = layer.isTogether && due.length > 0 ? names : due;
    for (const name of running) begun.add(name);
    return running;
  });
}

function isFresh({ key, digests, always }: LayerPlan, name: string, known: Known): boolean {
  const record = known.records.get(name);
  const run = record?.layers[key];
  if (always !== undefined || record === undefined || run === undefined) return false;
  const age = known.now - Date.parse(run.at);
  return (
    record.state === known.states.get(name) &&
    run.digest === digests.get(name) &&
    age >= 0 &&
    age < known.believedMs
  );
}

/** What became of one layer on one host. */
export interface LayerEnd {
  readonly key: string;
  /** The digest that it ran with; undefined where it did not run, or only some of its tasks. */
  readonly digest?: string | undefined;
  /** Tasks that changed something. */
  readonly changed: number;
}

/**
 * What is kept of a host after a good run. The good runs of layers that did not run now still count, unless the host had
 * changed, or a layer before them has now changed something.
 * @param before what was known, where the host was still as it was then
 * @param ends all layers of the environment in order
 */
export function recordOf(
  before: ProvisionedHost | undefined,
  ends: readonly LayerEnd[],
  { state, paths, at }: { readonly state: string; readonly paths: readonly string[]; readonly at: string },
): ProvisionedHost {
  const layers: Record<string, GoodRun> = {};
  let isShaken = false;
  for (const { key, digest, changed } of ends) {
    isShaken ||= changed > 0;
    const kept = before?.layers[key];
    if (digest !== undefined) layers[key] = { digest, at };
    else if (kept !== undefined && !isShaken) layers[key] = kept;
  }
  return { state, paths: [...new Set([...(before?.paths ?? []), ...paths])].sort(), layers };
}
