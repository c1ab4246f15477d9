/** The response of a forge. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Its JSON; undefined where it was none. */
  readonly body: unknown;
}
