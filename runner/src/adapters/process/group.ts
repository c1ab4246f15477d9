/** How long a group may take to end before it is killed. */
const KILL_AFTER_MS = 30_000;

/** A child's process group: its own children end with it, so that no grandchild keeps its pipes open for ever. */
export class ProcessGroup {
  private timer: NodeJS.Timeout | undefined;
  private asked = false;

  /**
   * @param leader process id of a child that was started detached
   * @param killAfterMs how long it may take to end after SIGTERM
   */
  constructor(
    private readonly leader: number | undefined,
    private readonly killAfterMs = KILL_AFTER_MS,
  ) {}

  /**
   * Asks once for an orderly end. After SIGTERM the group is killed if it does not end. SIGINT goes to the leader
   * only and is never followed by a kill: terraform then waits until its provider has finished, however long that
   * takes, and saves its state. A kill would lose the state. `SIGINT-GROUP` is the same for all of the group.
   */
  end(signal: 'SIGINT' | 'SIGTERM' | 'SIGINT-GROUP'): void {
    const { leader } = this;
    if (leader === undefined || this.asked) return;
    this.asked = true;
    if (signal === 'SIGTERM') send(-leader, signal);
    else return send(signal === 'SIGINT' ? leader : -leader, 'SIGINT');
    this.timer = setTimeout(() => send(-leader, 'SIGKILL'), this.killAfterMs);
  }

  /** It has ended: nothing is left to kill. */
  ended(): void {
    this.asked = true;
    clearTimeout(this.timer);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already, as wanted.
  }
}
