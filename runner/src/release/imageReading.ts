import { StackError } from '../base/errors.js';
import { systemFailure } from '../base/systemFailure.js';

/** What a kind of image reads of it. */
export interface ImageReading {
  readonly name: string;
  /** Directory of the configuration. */
  readonly directory: string;
  /** Folder of the runner's own files. */
  readonly state: string;
  /** Looks references up in a value; `free` where it may become a map or a list. */
  readonly resolved: <T>(value: T, form?: 'free') => Promise<T>;
}

/** What the system refuses in a context has a way out that other files have not. */
export function unreadable(error: unknown, image: string): unknown {
  const refused = systemFailure(error);
  if (refused === undefined) return error;
  return new StackError('BUILD_FAILED', `image ${image}: ${refused.message}`, {
    ...(refused.where === undefined ? {} : { where: refused.where }),
    next: 'Let this user read it, or exclude it from the image by a line in .dockerignore.',
    cause: error,
  });
}
