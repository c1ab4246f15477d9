import { containerRuntime } from './containerRuntime.js';
import type { FleetWorld } from './dependencies.js';
import { directoryRuntime } from './directories/directoryRuntime.js';
import type { Runtime } from './runtime.js';

/** How a fleet runs its releases. */
export const createRuntime = (fleet: FleetWorld): Runtime =>
  fleet.config.strategy.kind === 'symlink' ? directoryRuntime(fleet) : containerRuntime(fleet);
