import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { processStat } from './alive.js';
import { definedOnly } from '../../base/definedOnly.js';

/** Names one process of one machine so exactly that another process can tell whether it still lives. */
export interface ProcessIdentity {
  readonly hostname: string;
  readonly pid: number;
  /** Changes with every start of the machine (Linux). */
  readonly bootId?: string;
  /** Process ids mean something only inside one of these: containers have their own (Linux). */
  readonly pidNamespace?: string;
  /** Clock ticks from boot to the start of the process: tells a reused pid apart (Linux). */
  readonly startTime?: string;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  const { startTime } = processStat(process.pid) ?? {};
  return { hostname: hostname(), pid: process.pid, ...definedOnly({ ...machine(), startTime }) };
}

/**
 * Whether a process lives. `dead` only where that is certain: on this very machine since its last start, in this very
 * process namespace. Two agents may well share a host name, so everything else is `unknown`.
 */
export function vitality(identity: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  const here = machine();
  const comparable =
    identity.hostname === hostname() &&
    here.bootId !== undefined &&
    identity.bootId === here.bootId &&
    identity.pidNamespace === here.pidNamespace;
  if (!comparable) return 'unknown';
  const found = processStat(identity.pid);
  if (found === undefined) return 'dead';
  return identity.startTime === undefined || identity.startTime === found.startTime ? 'alive' : 'dead';
}

function machine() {
  return {
    bootId: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
  };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
