/**
 * A deploy in a process of its own, for tests that kill it: prints `HOST PHASE` for every step, and deploys the
 * release of WORKER_RELEASE from the directory WORKER_DIRECTORY.
 */
import { createContext } from '../../runner/src/container.js';
import type { ReleaseRecord } from '../../runner/src/domain/records.js';
import { createTargets } from '../../runner/src/delivery/targets/createTargets.js';
import { stageOf } from './stage.js';

const context = createContext({
  options: {
    directory: process.env['WORKER_DIRECTORY'] as string,
    configFile: 'automation-stack.yml',
    environment: 'staging',
    json: false,
    resultFile: undefined,
    errorFile: undefined,
    dryRun: false,
    verbose: false,
    color: false,
  },
  env: process.env,
  signal: new AbortController().signal,
});
context.events.subscribe({
  handle: (event) => {
    if (event.type === 'stage.progress')
      process.stdout.write(`${event.subject ?? ''} ${event.phase ?? ''}\n`);
  },
});
const [target] = await createTargets(context, await context.environment());
await target?.deploy(JSON.parse(process.env['WORKER_RELEASE'] as string) as ReleaseRecord, {
  stage: stageOf('deploy:staging', context),
  signal: context.signal,
  journal: () => Promise.resolve(),
});
