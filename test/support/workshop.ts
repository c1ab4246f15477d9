import { createProcesses } from '../../runner/src/adapters/process/processes.js';
import { SecretRegistry } from '../../runner/src/secrets/redact.js';
import { systemClock } from '../../runner/src/adapters/process/clock.js';
import { localSettings } from '../../runner/src/local/settings.js';
import type { LocalNews, Workshop } from '../../runner/src/local/workshop.js';

export interface TestWorkshop extends Workshop {
  /** Everything that was said, in order. */
  readonly news: LocalNews[];
}

/**
 * The real workshop of the local environment, with its words kept instead of shown.
 * @param env added to this process's environment
 */
export function testWorkshop(env: Readonly<Record<string, string>> = {}): TestWorkshop {
  const whole = { ...process.env, ...env };
  const news: LocalNews[] = [];
  return {
    settings: localSettings(whole),
    env: whole,
    processes: createProcesses({
      cwd: process.cwd(),
      env: whole,
      redactor: () => new SecretRegistry().lines(),
    }),
    clock: systemClock,
    signal: undefined,
    say: (item) => void news.push(item),
    news,
  };
}
