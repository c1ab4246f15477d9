import { createProcesses } from '../../runner/src/adapters/process/processes.js';
import { SecretRegistry } from '../../runner/src/secrets/redact.js';
import { systemClock } from '../../runner/src/adapters/process/clock.js';
import { localSettings } from '../../runner/src/local/settings.js';
import type { LocalProgress, LocalContext } from '../../runner/src/local/localContext.js';

export interface TestWorkshop extends LocalContext {
  /** Everything that was said, in order. */
  readonly news: LocalProgress[];
}

/**
 * The real localContext of the local environment, with its words kept instead of shown.
 * @param env added to this process's environment
 */
export function testLocalContext(env: Readonly<Record<string, string>> = {}): TestWorkshop {
  const whole = { ...process.env, ...env };
  const news: LocalProgress[] = [];
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
    report: (item) => void news.push(item),
    news,
  };
}
