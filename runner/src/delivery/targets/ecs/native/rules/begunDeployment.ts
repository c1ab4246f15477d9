/** An entry of the journal. */
interface Begun {
  readonly action: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The last deployment that a run began, as the journal tells. */
export interface BegunDeployment {
  readonly from: string;
  readonly to: string;
  /** It undoes another one. */
  readonly isUndo: boolean;
  /** The deployment that was the service's last one before, and when the service was last changed by AWS's clock. */
  readonly before?: string;
  readonly sinceMs?: number;
  /** Its own ARN, once that was known. */
  readonly arn?: string;
  /** It was told to go back. */
  readonly isStopped: boolean;
  /** Pauses that were ended, by the id of the hook. */
  readonly ended: readonly string[];
  /** Its checks have passed. */
  readonly isChecked: boolean;
}

/** @returns undefined where the journal has none */
export function begunDeployment(begun: readonly Begun[] = []): BegunDeployment | undefined {
  let last: BegunDeployment | undefined;
  for (const { action, data = {} } of begun) {
    if (action === 'update') last = updateOf(data);
    if (last === undefined) continue;
    const { arn, hook } = data;
    if (action === 'deployment' && typeof arn === 'string') last = { ...last, arn };
    if (action === 'stop') last = { ...last, isStopped: true };
    if (action === 'continue' && typeof hook === 'string') last = { ...last, ended: [...last.ended, hook] };
    if (action === 'checked') last = { ...last, isChecked: true };
  }
  return last;
}

function updateOf({ from, to, undo, before, since }: Readonly<Record<string, unknown>>): BegunDeployment {
  return {
    from: String(from),
    to: String(to),
    isUndo: undo === true,
    ...(typeof before === 'string' ? { before } : {}),
    ...(typeof since === 'number' ? { sinceMs: since } : {}),
    isStopped: false,
    ended: [],
    isChecked: false,
  };
}

/** ARNs of all deployments that runs before this one began. */
export const begunArns = (begun: readonly Begun[] = []): ReadonlySet<string> =>
  new Set(
    begun.flatMap(({ action, data }) =>
      action === 'deployment' && typeof data?.['arn'] === 'string' ? [data['arn']] : [],
    ),
  );
