/** What a person needs who meets a code for the first time, in Markdown. */
export interface ErrorWords {
  /** One sentence: what the runner says by this code. */
  readonly means: string;
  /** The usual causes, the most frequent one first. */
  readonly causes: string;
  /** What to type or to change; the message itself often names the exact command. */
  readonly next: string;
}
