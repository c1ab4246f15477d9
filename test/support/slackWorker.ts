import type { EventBody } from '../../runner/src/events/events.js';
import { SlackRun } from './slackRun.js';

/** One process of a run: `slackWorker DIRECTORY ENV EVENTS EXITCODE`, the middle two as JSON. Prints its warnings. */
const [directory, env, events, exitCode] = process.argv.slice(2) as [string, string, string, string];
const run = new SlackRun({ directory, env: JSON.parse(env) as Record<string, string> });
run.tell(...(JSON.parse(events) as EventBody[]));
const ended = await run.end(Number(exitCode));
process.stdout.write(ended.text);
process.exit(ended.exitCode);
