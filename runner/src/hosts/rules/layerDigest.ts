import { createHash, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Host } from '../../domain/host.js';

const stretch = promisify<string, string, number, object, Buffer>(scrypt);
/** A digest of a short password must not tell it to who tries all of them: some 10 ms a try. */
const COST = { N: 4096, r: 8, p: 1 };

/** Everything that a run of a layer on hosts follows from, the hosts aside. */
export interface LayerInputs {
  /** Digest of its files. */
  readonly files: string;
  /** Version of ansible-core, strategy. */
  readonly tools: readonly string[];
  readonly variables: unknown;
  readonly looksAtOthers: boolean;
}

/**
 * Digests of a layer by the name of the host: they stay the same as long as a run would do the same.
 * @param all hosts of the environment, which count where the layer looks at others
 */
export function layerDigests(
  { files, tools, variables, looksAtOthers }: LayerInputs,
  hosts: readonly Host[],
  all: readonly Host[],
): ReadonlyMap<string, string> {
  const shared = JSON.stringify([files, tools, variables, looksAtOthers ? all.map(facts) : []]);
  return new Map(
    hosts.map((host) => {
      const text = `${shared}${JSON.stringify(facts(host))}`;
      return [host.name, createHash('sha256').update(text).digest('hex')];
    }),
  );
}

/** What the inventory says of a host that its playbooks may use. */
function facts({ name, address, groups, vars, privateAddress, instanceId, httpPort }: Host): unknown {
  return [name, address, [...groups].sort(), vars, privateAddress, instanceId, httpPort];
}

/**
 * A value in which every text that holds a secret is replaced by what nobody can compute back.
 * @param isSecret whether a text holds one
 * @param salt of the environment
 */
export async function withoutSecrets<T>(
  value: T,
  isSecret: (text: string) => boolean,
  salt: string,
): Promise<T> {
  const known = new Map<string, Promise<string>>();
  const digest = (text: string): Promise<string> => {
    const begun = known.get(text) ?? stretch(text, salt, 32, COST).then((bytes) => bytes.toString('hex'));
    known.set(text, begun);
    return begun;
  };
  const walk = async (item: unknown): Promise<unknown> => {
    if (typeof item === 'string') return isSecret(item) ? digest(item) : item;
    if (Array.isArray(item)) return Promise.all(item.map(walk));
    if (typeof item !== 'object' || item === null) return item;
    const entries = Object.entries(item).map(async ([key, one]) => [key, await walk(one)] as const);
    return Object.fromEntries(await Promise.all(entries));
  };
  return (await walk(value)) as T;
}
