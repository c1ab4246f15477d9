import type { ImageScan } from './imageScan.js';

/** One image of a release: the same bytes everywhere, by digest. */
export interface ReleaseImage {
  /** Repository name without the registry host, e.g. `shop/web`. */
  readonly repository: string;
  /** `sha256:…` of the manifest as the registry knows it. */
  readonly digest: string;
  readonly tags: readonly string[];
  /** Digest of the build's inputs (`sha256:…`): Dockerfile, context, build arguments, platform. */
  readonly inputs: string;
  readonly sizeBytes?: number;
  /** What a scanner found when it was pushed, where the configuration asks for one. */
  readonly scan?: ImageScan;
  /** Key of its signature, by name: a file or an address. */
  readonly signedBy?: string;
}

/** One artifact of a release: one object of S3, pinned so that another one under its key is noticed. */
export interface ReleaseArtifact {
  readonly bucket: string;
  readonly key: string;
  /** `sha256:…` of its bytes. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** Version of the object, where the bucket keeps versions. */
  readonly objectVersion?: string;
  readonly etag?: string;
  /** Digest of the build's inputs (`sha256:…`): files, command, path. */
  readonly inputs: string;
  /** What others said of it who uploaded it; absent of what a build of this deployment made. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What one build made; an environment only ever receives one of these. Written once, never changed. */
export interface ReleaseRecord {
  readonly version: string;
  readonly application: string;
  readonly commit: string;
  readonly branch: string;
  /** True where the working tree had uncommitted changes; production refuses such a release. */
  readonly dirty: boolean;
  /** By the image's name in the configuration. */
  readonly images: Readonly<Record<string, ReleaseImage>>;
  /** By the artifact's name in the configuration; absent of releases without any. */
  readonly artifacts?: Readonly<Record<string, ReleaseArtifact>>;
  /** Digest over the inputs of all images and artifacts: how a merge commit finds the release its content already made. */
  readonly inputs: string;
  readonly createdAt: string;
  readonly createdBy: string;
  /** The version under which this content was built and delivered before it got this one. */
  readonly builtAs?: string;
  /** True of one that ran before there was a ledger: no build of ours made it, and a service may name its image by a tag. */
  readonly adopted?: boolean;
  /** Name of the run that made it, where several processes were one run (Jenkins). */
  readonly run?: string;
  readonly runUrl?: string;
}

/**
 * A release, where it was made of this content; a clean tree is never answered with the release of a dirty one.
 * @param content digest of all images' inputs, and whether the tree has uncommitted changes
 */
export function withContent(
  release: ReleaseRecord | undefined,
  content: { readonly inputs: string; readonly dirty: boolean },
): ReleaseRecord | undefined {
  return release?.inputs === content.inputs && (content.dirty || !release.dirty) ? release : undefined;
}

/** What a target runs, as the configuration names it. */
export interface RunsOf {
  readonly image?: string | undefined;
  readonly artifact?: string | undefined;
}

/** The digest of what a target runs of a release; undefined where the release has no such thing. */
export const digestOfRelease = (release: ReleaseRecord | undefined, { image, artifact }: RunsOf) =>
  artifact === undefined ? release?.images[image ?? '']?.digest : release?.artifacts?.[artifact]?.digest;

/** `catch-up` brings hosts that are behind to the release that their environment runs already. */
export type DeploymentKind = 'deploy' | 'promote' | 'rollback' | 'catch-up';
/**
 * `partial`: the release runs, healthy, but not on every host; no more are behind than `max-failed` allows. `unproven`: it
 * is what would run, but where no task is wanted nothing shows that it works. `paused`: the platform waits until somebody
 * says how it goes on; no run is at work.
 */
export type DeploymentStatus =
  | 'running'
  | 'paused'
  | 'healthy'
  | 'partial'
  | 'unproven'
  | 'failed'
  | 'rolled-back'
  | 'interrupted'
  | 'cut-off';

/** One attempt to bring a release to an environment. */
export interface DeploymentRecord {
  /** Counts up from 1 in each environment. */
  readonly sequence: number;
  readonly environment: string;
  readonly kind: DeploymentKind;
  readonly version: string;
  /** Version that ran before, where there was one: what a rollback returns to. */
  readonly previous?: string;
  readonly status: DeploymentStatus;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly who: string;
  readonly run?: string;
  readonly runUrl?: string;
  /** Commit of the release. */
  readonly commit: string;
  /** Commit whose configuration was followed, which may be a later one; absent where it was not all committed. */
  readonly checkedOut?: string;
  /** Applications it needed then, with where their releases were recorded. */
  readonly needs?: Readonly<Record<string, string>>;
  /** Where a promotion came from. */
  readonly from?: string;
  /** Hosts there that did not run it then. */
  readonly fromBehind?: readonly string[];
  /** Names of all who approved it, with commas between them. */
  readonly approvedBy?: string;
  /** Names of all who ended a pause of it, with commas between them. */
  readonly continuedBy?: string;
  /** Who wrote what was new there, where somebody had to approve it. */
  readonly authors?: readonly string[];
  readonly forcedBy?: string;
  readonly forcedReason?: string;
  readonly reason?: string;
  /** Where people found the environment then. */
  readonly url?: string;
  /** By target name: contract steps that came with the release, as configured then; their names, where they have one. */
  readonly contracts?: Readonly<Record<string, { readonly id?: string }>>;
  /** What ran before anything was moved; kept also where the deployment failed. */
  readonly migrations?: readonly MigrationEntry[];
  /** Of one that failed in part: targets that run its release all the same. */
  readonly moved?: readonly string[];
  /** By target name: what was moved, in words and numbers (task definition, hosts). */
  readonly targets?: Readonly<Record<string, TargetRecord>>;
}

/** A migration of a deployment, as far as it came. */
export interface MigrationEntry {
  readonly target: string;
  /** Its task or container, once it had ended well. */
  readonly task?: string;
  /** Snapshot of the database from before it, by its ARN. */
  readonly snapshot?: string;
  /** Engine of that database. */
  readonly engine?: string;
  readonly at: string;
}

/** What ran before a change, as plain JSON: enough to restore it, also in another process after a crash. */
export type TargetSnapshot = Readonly<Record<string, unknown>>;

export interface TargetRecord {
  readonly kind: string;
  readonly status: DeploymentStatus | 'unchanged';
  readonly digest?: string;
  readonly facts?: Readonly<Record<string, string>>;
  /** Of a fleet: how many hosts it has, and which of them do not run the release. */
  readonly hosts?: FleetHosts;
}

export interface FleetHosts {
  readonly total: number;
  readonly behind: readonly BehindHost[];
}

/**
 * Why a host is behind: it could not be reached; the image could not be had there; the playbook failed; the playbook
 * ended well and the host runs something else all the same; the release was not healthy there; the load balancer does
 * not send requests to it.
 */
export type BehindCause = 'unreachable' | 'image' | 'playbook' | 'not-replaced' | 'unhealthy' | 'not-served';

/** A host that does not run the release of its environment. It is kept out of the target group, where there is one. */
export interface BehindHost {
  readonly host: string;
  /** What it runs, as far as that is known; null for nothing. */
  readonly version: string | null;
  readonly cause: BehindCause;
  /** In words. */
  readonly reason: string;
  /** The reason without the host's name, where it begins with that. */
  readonly words?: string;
}
