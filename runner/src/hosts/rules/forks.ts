/** What one process of Ansible that works on a host takes, in bytes, with some room. */
const FORK_BYTES = 120 * 1024 * 1024;
const LEAST = 5;
/** Waiting for hosts takes no processor: several fit on each. */
const BY_PROCESSOR = 5;

/**
 * Hosts that Ansible works on side by side where nobody says it.
 * @param machine its processors, and the memory that is free, in bytes
 */
export function usualForks(
  hosts: number,
  machine: { readonly processors: number; readonly freeBytes: number },
): number {
  const fitting = Math.max(1, Math.floor(machine.freeBytes / FORK_BYTES));
  const wanted = Math.max(LEAST, machine.processors * BY_PROCESSOR);
  return Math.max(1, Math.min(hosts, wanted, fitting));
}
