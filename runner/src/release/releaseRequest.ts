import type { Stage } from '../events/stage.js';
import type { NamedEnvironment } from '../context/context.js';

export interface ReleaseRequest {
  /** Whose registry gets the images. */
  readonly environment: NamedEnvironment;
  /** Tells of it. */
  readonly stage: Stage;
  /** Builds and pushes although a release of this content is there. */
  readonly force?: boolean;
  /** Asked before anything is built; not where the release is there already. */
  readonly beforeBuild?: () => Promise<void>;
}
