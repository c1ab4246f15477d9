import { StackError } from '../../../../base/errors.js';
import { isRecord, jsonIn } from '../../../../base/toolJson.js';
import type { SshHosts } from '../../../../adapters/ssh/sshHosts.js';
import type { Host } from '../../../../domain/host.js';
import type { Container, HostContainers } from '../containers.js';

/** What the role release_directory wrote beside a release, once it was complete. */
interface Note {
  readonly id: string;
  readonly version: string;
  readonly digest: string;
}

/** A link of an application's directory. */
export interface ReleaseLink {
  /** Name of the release's directory. */
  readonly id: string;
  readonly isThere: boolean;
}

/** The argv that lists the links of an application's directory. */
export const listLinks = (root: string): string[] => [
  ...['find', root, '-maxdepth', '1', '-type', 'l', '-printf', '%f|%l|%Y\\n'],
];

/** Reads what `listLinks` printed, by the name of the link. */
export function parseLinks(stdout: string): ReadonlyMap<string, ReleaseLink> {
  const rows = stdout.split('\n').map((line) => line.trim().split('|'));
  return new Map(
    rows.flatMap(([link, target, type]) =>
      link === undefined || target === undefined
        ? []
        : [[link, { id: target.replace(/^.*\//, ''), isThere: type === 'd' }] as const],
    ),
  );
}

/** File that is there when a release is complete. */
export const noteOf = (root: string, id: string): string => `${root}/releases/${id}.json`;

/** Reads notes, one a line. */
export function parseNotes(stdout: string): ReadonlyMap<string, Note> {
  const isNote = (value: unknown): value is Note =>
    isRecord(value) && ['id', 'version', 'digest'].every((key) => typeof value[key] === 'string');
  return new Map(
    stdout.split('\n').flatMap((line) => {
      const note = jsonIn(line, isNote);
      return note === undefined ? [] : [[note.id, note] as const];
    }),
  );
}

/**
 * What the links say: `next` is there while a release is not yet known to be healthy, so that what `current` leads to
 * counts only if it is another one.
 */
export function releasesOf(
  links: ReadonlyMap<string, ReleaseLink>,
  notes: ReadonlyMap<string, Note>,
): HostContainers {
  const find = (name: string): Container | undefined => {
    const link = links.get(name);
    if (link === undefined) return undefined;
    const { id, isThere } = link;
    const note = notes.get(id);
    const known = note === undefined ? { digest: '', version: '' } : note;
    return {
      image: `releases/${id}`,
      state: isThere ? 'running' : 'gone',
      definition: id,
      digest: known.digest,
      version: known.version,
      content: note === undefined ? [] : [note.digest],
    };
  };
  const [current, candidate, previous] = ['current', 'next', 'previous'].map(find);
  const isProven = current !== undefined && current.definition !== candidate?.definition;
  return {
    ...(isProven ? { current } : {}),
    ...(candidate === undefined ? {} : { candidate }),
    ...(previous === undefined ? {} : { previous }),
  };
}

/**
 * Which releases are in use on a host now.
 * @param root directory of the application
 * @throws StackError SSH_* where it cannot be reached; DEPLOY_FAILED where its directory cannot be read
 */
export async function readReleases(
  ssh: SshHosts,
  host: Host,
  root: string,
  signal?: AbortSignal,
): Promise<HostContainers> {
  const options = signal === undefined ? {} : { signal };
  const { exitCode, stdout, stderr } = await ssh.execAsRoot(host, listLinks(root), options);
  if (exitCode !== 0 && /No such file or directory/.test(stderr)) return {};
  if (exitCode !== 0)
    throw new StackError(
      'DEPLOY_FAILED',
      `${root} cannot be read: ${stderr.trim().split('\n').at(-1) ?? ''}`,
      {
        where: host.name,
        evidence: stderr.trim().split('\n').slice(-5),
        next: 'Look at it on the host; the user needs sudo without a password.',
      },
    );
  const links = parseLinks(stdout);
  const files = [...new Set([...links.values()].map(({ id }) => noteOf(root, id)))];
  if (files.length === 0) return {};
  // A release without a note is none that was ever complete: it has no digest, and none is believed.
  const notes = await ssh.execAsRoot(host, ['cat', ...files], options);
  return releasesOf(links, parseNotes(notes.stdout));
}
