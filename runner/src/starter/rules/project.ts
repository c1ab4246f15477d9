import { posix } from 'node:path';

/** The files of a project, as far as `init` looks: paths relative to the configuration, `/` between the parts. */
export interface ProjectFiles {
  /** Sorted; without what tools put there (dependencies, caches, build results). */
  readonly paths: readonly string[];
  /** The text of a file that tells something; undefined where it was not read. */
  read(path: string): string | undefined;
}

/** What was guessed or not understood, in one sentence each. */
export type Note = (note: string) => void;

export const directoryOf = (path: string): string => posix.dirname(path);
export const nameOf = (path: string): string => posix.basename(path);

/** Paths right in a directory. */
export function filesIn({ paths }: ProjectFiles, directory: string): readonly string[] {
  return paths.filter((path) => directoryOf(path) === directory);
}

/** Whether a file or folder of the project is there. */
export function has({ paths }: ProjectFiles, path: string): boolean {
  const wanted = posix.normalize(path).replace(/\/$/, '');
  return wanted === '.' || paths.some((known) => known === wanted || known.startsWith(`${wanted}/`));
}

/** The path of `to` as seen from a directory; `.` for itself. */
export const inside = (directory: string, to: string): string => posix.normalize(posix.join(directory, to));

/** Names joined for a sentence: `a, b and c`. */
export function listed(names: readonly string[], most = 6): string {
  if (names.length > most) return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
