import type { PullRequest } from '../../adapters/forge/forge.js';
import { isBoolean, object, record, text, whole } from '../../base/recordShape.js';

/** What the processes of a run know of what a forge was told, so that none tells it again. */
export interface ForgeMemory {
  /** Nothing more is told: it was refused, and said so. */
  refused?: boolean;
  /** It did not answer: only the end is tried again. */
  missed?: boolean;
  /** The commit that statuses go to. */
  head?: string;
  /** The pull request of this build; absent before it was looked for. */
  request?: PullRequest | { readonly number: 0 };
  /** By context: what was said last, and where. */
  statuses: Record<string, { said: string; place?: string }>;
  /** The comment, and a digest of what it says. */
  comment?: { id: string; said: string };
}

export const isForgeMemory = object({
  'refused?': isBoolean,
  'missed?': isBoolean,
  'head?': text,
  'request?': object({ number: whole(0), 'head?': text, 'branch?': text }),
  statuses: record(object({ said: text, 'place?': text })),
  'comment?': object({ id: text, said: text }),
});
