/** One file, directory or link that a build sees. */
export interface InputFile {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  readonly executable: boolean;
  /** SHA-256 in hex of the content, target of a link, empty for a directory. */
  readonly content: string;
}
