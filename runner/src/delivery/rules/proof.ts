/** What was seen of a release that counts as healthy. */
export interface Proof {
  /** What answered the probes: `its URL`, `2 tasks`; undefined where nothing was probed, or nothing can be seen from here. */
  readonly answered?: string;
  /** Why nothing answered though it was asked. */
  readonly unseen?: string;
  /** `2/2 targets healthy`. */
  readonly targets?: string;
  /** How long its tasks were watched, in words: what is left where nothing else tells. */
  readonly watched: string;
  /** All its tasks are healthy by their containers' own checks. */
  readonly checked?: boolean;
}

/** What a verdict rests on, in words: `2 tasks answer, 2/2 targets healthy`. */
export function proofWords({ answered, unseen, targets, watched, checked = false }: Proof): string {
  const seen = [
    ...(answered === undefined ? [] : [`${answered} ${/^\d+ tasks$/.test(answered) ? 'answer' : 'answers'}`]),
    ...(targets === undefined ? [] : [targets]),
    ...(checked ? ['healthy by its containers’ own checks'] : []),
  ];
  const words = seen.length > 0 ? seen.join(', ') : `its tasks kept running for ${watched}`;
  return unseen === undefined ? words : `${words}; not probed, as ${unseen}`;
}
