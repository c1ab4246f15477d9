/** How long a group gets to end by itself before it is killed. */
const KILL_AFTER_MS = 30_000;

/** A child's process group: what it started goes with it, so that no grandchild holds its pipes open for ever. */
export class ProcessGroup {
  private timer: NodeJS.Timeout | undefined;

  /** @param leader process id of a child that was started detached */
  constructor(private readonly leader: number | undefined) {}

  /**
   * Asks for an orderly end, and kills the group where there is none after 30 s.
   * SIGINT goes to the leader alone: terraform then ends its own children in order, and must not be overtaken.
   */
  end(signal: 'SIGINT' | 'SIGTERM'): void {
    if (this.leader === undefined || this.timer !== undefined) return;
    send(signal === 'SIGINT' ? this.leader : -this.leader, signal);
    this.timer = setTimeout(() => send(-(this.leader as number), 'SIGKILL'), KILL_AFTER_MS);
  }

  /** It has ended: nothing is left to kill. */
  ended(): void {
    clearTimeout(this.timer);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already, which is what was wanted.
  }
}
