import type { NamedEnvironment } from '../context/context.js';

export interface ReleaseRequest {
  /** Whose registry gets the images. */
  readonly environment: NamedEnvironment;
  /** Id of the stage that events belong to. */
  readonly stage: string;
  /** Builds and pushes although a release of this content is there. */
  readonly force?: boolean;
  /** Asked before anything is built; not where the release is there already. */
  readonly beforeBuild?: () => Promise<void>;
}
