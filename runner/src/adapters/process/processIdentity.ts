import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { processStat } from './alive.js';
import { definedOnly } from '../../base/definedOnly.js';

/** Identifies one process of one machine, so that another process can check whether it still lives. */
export interface ProcessIdentity {
  readonly hostname: string;
  readonly pid: number;
  /** Changes with every start of the machine (Linux). */
  readonly bootId?: string;
  /** Process ids are valid only inside of one namespace; containers have their own (Linux). */
  readonly pidNamespace?: string;
  /** Clock ticks from boot to the start of the process: detects a reused pid (Linux). */
  readonly startTime?: string;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  const { startTime } = processStat(process.pid) ?? {};
  return { hostname: hostname(), pid: process.pid, ...definedOnly({ ...machine(), startTime }) };
}

/**
 * Whether a process lives. `dead` only if that is certain: on this machine since its last start, in this
 * process namespace. Two agents can have the same host name, so everything else is `unknown`.
 */
export function processState(identity: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
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
