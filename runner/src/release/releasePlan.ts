export interface ReleasePlan {
  /** The name of the version's tag. */
  readonly tag: string;
  /** The version to release; that of HEAD where it is released already. */
  readonly version: string;
  readonly previous: string | undefined;
  /** The tag of the repository that an application goes on from that has none of its own yet. */
  readonly goesOnFrom?: string;
  /** False where HEAD carries the version's tag. */
  readonly isNew: boolean;
  readonly notes: string;
}
