/** A file of S3, known to a playbook by a variable with its path. */
export interface ObjectForPlaybook {
  readonly variable: string;
  /** Its name. */
  readonly file: string;
  readonly bucket: string;
  readonly key: string;
  readonly version?: string;
  /** In hex. */
  readonly sha256: string;
}
