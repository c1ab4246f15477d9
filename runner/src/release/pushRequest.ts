import type { NamedEnvironment } from '../context/context.js';
import type { Stage } from '../events/stage.js';

export interface PushRequest {
  readonly environment: NamedEnvironment;
  /** Tells of it. */
  readonly stage: Stage;
  /** The first one names the release and must be new; the others are kept where they stand on other bytes. */
  readonly tags: readonly string[];
  readonly force?: boolean;
}
