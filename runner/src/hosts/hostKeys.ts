import type { HostKeys, TrustedKey } from '../adapters/ssh/sshSettings.js';
import type { KeyFile } from '../adapters/ssh/keyFile.js';
import { fingerprint, keyType } from '../adapters/ssh/knownHosts.js';
import { StackError } from '../base/errors.js';
import { hostAddress } from '../domain/host.js';
import {
  keysOnConsole,
  replacement,
  instanceAt,
  withInstance,
  withKeys,
  type KeySource,
  type KnownInstance,
} from './rules/learnedKeys.js';
import { keyName, type Route } from '../domain/route.js';
import { shellQuote } from '../base/shell.js';

/** So long after its start an instance may still have nothing on its console. */
const BOOTING_MS = 10 * 60_000;
/** A console is asked no more often. */
const ASK_MS = 5000;

export interface HostKeyDependencies {
  readonly file: KeyFile;
  /** Whether an EC2 instance's console is believed. */
  readonly fromConsole: boolean;
  /** Whether the first key that an unknown host shows is taken on trust. */
  readonly acceptFirst: boolean;
  readonly console: (instanceId: string, signal?: AbortSignal) => Promise<string>;
  /** The key that an authority's certificate names; undefined where the host has none that OpenSSH believes. */
  readonly certified: (route: Route, signal?: AbortSignal) => Promise<TrustedKey | undefined>;
  readonly tell: (message: string) => void;
  readonly now: () => Date;
}

/**
 * Learns the keys of hosts in the ways that the configuration allows, and tells each that it learns.
 * @returns what throws StackError SSH_HOST_KEY_CHANGED, SSH_HOST_REPLACED and SSH_UNREACHABLE where a key is not believed
 */
export function createHostKeys(dependencies: HostKeyDependencies): HostKeys {
  const { file } = dependencies;
  const asked = new Map<string, number>();
  /** When an instance was first met whose start nobody tells. */
  const met = new Map<string, number>();

  /** What the instance printed; undefined where it was asked a moment ago. */
  const console = async (
    instanceId: string,
    signal?: AbortSignal,
  ): Promise<readonly string[] | undefined> => {
    const now = dependencies.now().getTime();
    if (now - (asked.get(instanceId) ?? -Infinity) < ASK_MS) return undefined;
    asked.set(instanceId, now);
    return keysOnConsole(await dependencies.console(instanceId, signal));
  };
  const isBooting = (instanceId: string, launched: string | undefined): boolean => {
    const now = dependencies.now().getTime();
    const since = launched === undefined ? (met.get(instanceId) ?? now) : Date.parse(launched);
    met.set(instanceId, since);
    return now - since < BOOTING_MS;
  };
  const keep = async (route: Route, keys: readonly string[], source: KeySource) => {
    const name = keyName(route);
    const instance = instanceOf(route);
    await file.change((text) => {
      const kept = withKeys(text, name, keys, source);
      return instance === undefined ? kept : withInstance(kept, name, instance);
    });
  };

  return {
    async learn(route, key, verdict, signal) {
      if (verdict.kind === 'revoked') return undefined;
      const shown = { fingerprint: fingerprint(key), type: keyType(key) };
      const line = `${shown.type} ${key.toString('base64')}`;
      if (verdict.byAuthority) {
        const certified = await dependencies.certified(route, signal);
        if (certified !== undefined) return certified;
      }
      const before = instanceAt(await file.read(), keyName(route));
      const now = instanceOf(route);
      const replaced =
        before !== undefined && now !== undefined && before.instanceId !== now.instanceId
          ? replacement(before, now)
          : undefined;
      const told = replaced === undefined ? '' : ` It was replaced: ${replaced}.`;
      const notes: string[] = [];

      if (dependencies.fromConsole && route.instanceId !== undefined) {
        const keys = await console(route.instanceId, signal);
        if (keys?.includes(line) === true) {
          await keep(route, keys, 'console');
          dependencies.tell(
            `${route.name}: learned its host keys from the console of ${route.instanceId}.${told}`,
          );
          return shown;
        }
        if (keys !== undefined && keys.length > 0) throw otherThanConsole(route, shown, keys);
        if (isBooting(route.instanceId, route.launched)) throw notYet(route);
        notes.push(`the console of ${route.instanceId} shows no host keys`);
      }
      const mayBeNew = verdict.kind === 'unknown' || replaced !== undefined;
      if (dependencies.acceptFirst && mayBeNew && !verdict.byAuthority) {
        await keep(route, [line], 'first-use');
        dependencies.tell(
          `${route.name}: trusted its host key ${shown.fingerprint} at its first use.${told}`,
        );
        return shown;
      }
      if (replaced !== undefined) throw hostReplaced(route, shown, line, replaced, notes);
      return undefined;
    },
    async seen(route) {
      const instance = instanceOf(route);
      if (instance === undefined) return;
      const name = keyName(route);
      if (instanceAt(await file.read(), name)?.instanceId === instance.instanceId) return;
      await file.change((text) => withInstance(text, name, instance));
    },
  };
}

/** Puts keys that the hosts' own source says into the file, for OpenSSH; nothing is written that stands there. */
export async function keepGiven(file: KeyFile, routes: readonly Route[]): Promise<void> {
  const all = routes.flatMap((route) => [...route.jumps, route]);
  const given = all.filter(({ hostKeys }) => hostKeys !== undefined);
  if (given.length === 0) return;
  await file.change((text) =>
    given.reduce((kept, route) => {
      const lines = (route.hostKeys ?? []).map((key) => `${keyName(route)} ${key} given`);
      if (lines.every((line) => kept.includes(`${line}\n`))) return kept;
      return withKeys(kept, keyName(route), route.hostKeys ?? [], 'given');
    }, text),
  );
}

function instanceOf({ instanceId, launched }: Route): KnownInstance | undefined {
  return instanceId === undefined ? undefined : { instanceId, launched };
}

function notYet(route: Route): StackError {
  return new StackError(
    'SSH_UNREACHABLE',
    `${route.name} has not shown its host keys on its console yet: ${route.instanceId} is starting`,
    {
      where: hostAddress(route),
      next: `Wait some minutes, or look at the console: aws ec2 get-console-output --latest --output text --instance-id ${route.instanceId}`,
    },
  );
}

function otherThanConsole(route: Route, shown: TrustedKey, keys: readonly string[]): StackError {
  return new StackError(
    'SSH_HOST_KEY_CHANGED',
    `${route.name} shows another host key than ${route.instanceId} printed on its console: someone may intercept the connection`,
    {
      where: hostAddress(route),
      evidence: [
        `host key now: ${shown.type} ${shown.fingerprint}`,
        ...keys.map((key) => {
          const [type = '', body = ''] = key.split(' ');
          return `on the console: ${type} ${fingerprint(Buffer.from(body, 'base64'))}`;
        }),
      ],
      next: `Check that ${route.address} belongs to ${route.instanceId}. If its keys were replaced on purpose, add the new one to the known_hosts file.`,
    },
  );
}

/** That an address belongs to another instance now is a reason for another key; AWS says so, not the host. */
function hostReplaced(
  route: Route,
  shown: TrustedKey,
  line: string,
  replaced: string,
  notes: readonly string[],
): StackError {
  const [file = ''] = route.knownHosts;
  const name = keyName(route);
  return new StackError('SSH_HOST_REPLACED', `was replaced by another instance: ${replaced}`, {
    subject: route.name,
    where: hostAddress(route),
    evidence: [`host key now: ${shown.type} ${shown.fingerprint}`, `known_hosts: ${file}`, ...notes],
    next:
      'Learn the keys of new instances (`inventory: { host-keys: { from: [console] } }`), or compare the ' +
      `fingerprint with its console output, then: ssh-keygen -R '${name}' -f ${shellQuote(file)}; echo '${name} ${line}' >> ${shellQuote(file)}`,
  });
}
