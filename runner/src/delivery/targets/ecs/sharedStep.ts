interface Step {
  readonly key: string;
  readonly result: Promise<unknown>;
  readonly taken: Set<string>;
}

/** What several targets do together is done once, by the first that comes to it. */
export class SharedStep {
  private step: Step | undefined;

  /**
   * Does a step once for all members; one that asks for it a second time begins it anew.
   * @param key tells steps apart: who comes with another one begins that
   */
  together<T>(key: string, member: string, work: () => Promise<T>): Promise<T> {
    const open = this.step !== undefined && this.step.key === key && !this.step.taken.has(member);
    const step: Step = open && this.step ? this.step : { key, result: work(), taken: new Set() };
    step.taken.add(member);
    this.step = step;
    return step.result as Promise<T>;
  }
}
