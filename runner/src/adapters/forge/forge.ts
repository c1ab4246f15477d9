/** The state of a commit; each forge has its own words for it. */
export type CommitState = 'running' | 'success' | 'failure' | 'error' | 'cancelled';

export interface CommitStatus {
  readonly commit: string;
  /** Tells statuses of one commit apart. */
  readonly context: string;
  readonly state: CommitState;
  readonly description: string;
  /** The link of the status. */
  readonly url?: string | undefined;
  /** Branch of the commit, if known. */
  readonly branch?: string | undefined;
  /** The result of setting the same context before. */
  readonly place?: string | undefined;
}

/** A pull request of GitHub, a merge request of GitLab. */
export interface PullRequest {
  readonly number: number;
  /** The last commit of its branch: what statuses belong to. */
  readonly head: string;
  readonly branch: string;
}

/** What a token may do. */
export interface TokenAnswer {
  readonly status: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly next?: string;
}

/** What a forge shows of a version: its tag, with a title and notes in Markdown. */
export interface ForgeRelease {
  readonly tag: string;
  readonly name: string;
  readonly notes: string;
}

export interface FoundRelease {
  /** Where it is edited: an id, or the tag itself. */
  readonly id: string;
  readonly notes: string;
  /** Where people read it; undefined where the forge does not say. */
  readonly url: string | undefined;
}

/** Where a repository and its pull requests are; every method throws `ForgeFailure`. */
export interface Forge {
  /** Maximum length of a status' description, in characters. */
  readonly longestDescription: number;
  /** Sets a status, or changes the one of the same context. @returns the place to give with the next, where there is one */
  setStatus(status: CommitStatus): Promise<string | undefined>;
  pullRequest(number: number): Promise<PullRequest>;
  /** Open pull requests that end in a commit, the oldest first. */
  pullRequestsOf(commit: string): Promise<readonly PullRequest[]>;
  /** Ids of the commits of a pull request. */
  commitsOf(number: number): Promise<readonly string[]>;
  /** The oldest comment of this token's own that begins with a mark. */
  findComment(number: number, mark: string): Promise<string | undefined>;
  addComment(number: number, text: string): Promise<string>;
  editComment(number: number, id: string, text: string): Promise<void>;
  /** Maximum length of a release's notes, in characters. */
  readonly longestNotes: number;
  /** The release of a tag; undefined where there is none, or none that this token sees. */
  release(tag: string): Promise<FoundRelease | undefined>;
  /** Makes the release of a tag that is there. @returns undefined where another run has made it meanwhile */
  makeRelease(release: ForgeRelease): Promise<FoundRelease | undefined>;
  editRelease(id: string, release: ForgeRelease): Promise<void>;
  /** Checks what the token may do; changes nothing. */
  testToken(): Promise<TokenAnswer>;
}
