import type { Stage } from '../events/stage.js';
import pMap from 'p-map';
import type { ImageConfig } from '../config/schema.js';
import type { Context } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { ensureLocal } from './ensureLocal.js';
import type { TreeImage } from './treeImage.js';
import { chooseImages, freezeInputs, workingTreeInputs } from './treeInputs.js';

interface TestPlan {
  readonly command: readonly string[];
  readonly target: string | undefined;
  readonly on: 'image' | 'host';
}

/**
 * Runs the images' unit tests side by side: each in its image (built first, by the Dockerfile stage that has the test
 * tools where one is named), or beside the sources on this machine.
 *
 * @param names images of the configuration; all that have a test where empty
 * @returns the outcome in one line
 * @throws StackError TEST_FAILED with the last lines, after all have ended; USAGE where there is no such image
 */
export async function testImages(context: Context, names: readonly string[], stage: Stage): Promise<string> {
  const config = await context.config();
  const tree = await workingTreeInputs(context);
  freezeInputs(context);
  const chosen = chooseImages(config, names).filter((name) => config.images[name]?.test !== undefined);
  const untested = names.filter((name) => !chosen.includes(name));
  if (chosen.length === 0)
    return untested.length > 0 ? `no test: ${untested.join(', ')}` : 'no image has a test';
  const results = await pMap(
    chosen,
    async (name) => {
      try {
        return { name, seconds: await testOne(context, tree.images[name] as TreeImage, stage) };
      } catch (error) {
        return { name, error };
      }
    },
    { concurrency: config.concurrency },
  );
  context.signal.throwIfAborted();
  for (const result of results) if ('error' in result) throw result.error;
  return results
    .map((result) => `${result.name} passed in ${(result.seconds as number).toFixed(1)} s`)
    .join(' · ');
}

/** @returns seconds that the test itself took */
async function testOne(context: Context, image: TreeImage, stage: Stage): Promise<number> {
  const plan = planOf(image.config);
  const onLine = (line: string, stream: 'stdout' | 'stderr') =>
    stage.output(`test ${image.name}`, line, stream);
  const subject = stage.subject(image.name);
  const words = plan.command.join(' ');
  let run: () => Promise<Outcome>;
  if (plan.on === 'image') {
    const options = plan.target === undefined ? {} : { target: plan.target };
    const built = await ensureLocal(context, image, stage, options);
    const engine = await context.docker();
    const request = { image: built.id as string, command: plan.command, signal: context.signal };
    run = () => engine.run(request, onLine);
  } else {
    const [file = '', ...args] = plan.command;
    const invocation = { file, args, cwd: image.directory };
    run = () => context.processes.run(invocation, { signal: context.signal, onLine });
  }
  subject.progress('test', `${words} (${plan.on === 'image' ? 'in the image' : 'on this machine'})`);
  const startedAt = context.clock.now().getTime();
  const outcome = await run();
  const seconds = (context.clock.now().getTime() - startedAt) / 1000;
  if (outcome.exitCode !== 0) {
    subject.progress('test', `${words} failed`, 'failed');
    throw testFailed(image, plan, outcome);
  }
  subject.progress('test', `${words} passed`, 'ok');
  return seconds;
}

interface Outcome {
  readonly exitCode: number;
  readonly tail: readonly string[];
  readonly outOfMemory?: boolean;
}

/** `test: "pytest -q"` and `test: {command, target, on}` in one shape. */
function planOf(image: ImageConfig): TestPlan {
  const test = image.test;
  if (test === undefined) return { command: [], target: undefined, on: 'image' };
  if (Array.isArray(test)) return { command: test, target: undefined, on: 'image' };
  return { command: test.command, target: 'target' in test ? test.target : undefined, on: test.on };
}

/** What shells and init processes end with where there is no such command. */
const NOT_FOUND = 127;

function testFailed(image: TreeImage, plan: TestPlan, outcome: Outcome): StackError {
  if (outcome.exitCode === NOT_FOUND) {
    const where = plan.on === 'image' ? `image ${image.name}` : 'this machine';
    return new StackError('TEST_FAILED', `${where} has no \`${plan.command[0]}\``, {
      where: plan.command.join(' '),
      evidence: outcome.tail.slice(-5),
      next: 'Correct the command, or name the Dockerfile stage that has the test tools with `target:` under `test:`.',
    });
  }
  const why =
    outcome.outOfMemory === true
      ? 'was killed because it ran out of memory'
      : `ended with exit code ${outcome.exitCode}`;
  return new StackError('TEST_FAILED', `the test of image ${image.name} ${why}`, {
    where: plan.command.join(' '),
    evidence: outcome.tail.slice(-20),
    next: `Run it alone, with all its output: node runner test ${image.name} --verbose`,
  });
}
