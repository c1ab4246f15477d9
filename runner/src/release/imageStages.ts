import pMap from 'p-map';
import type { Context } from '../context/context.js';
import { asRun } from '../context/runEvents.js';
import { inStage, type Stage } from '../events/stage.js';

/**
 * Runs one stage an image, side by side, as `run` does for a branch.
 *
 * @param verb `build` or `test`: names the run, and the stages as in the stage graph
 * @param names images of the configuration
 * @param body does the work of one stage
 * @param reason what the stage says in its end
 * @throws the first failure, after every stage has ended
 */
export function asImageStages<T>(
  context: Context,
  verb: 'build' | 'test',
  names: readonly string[],
  body: (name: string, stage: Stage) => Promise<T>,
  reason: (result: T) => string,
): Promise<readonly T[]> {
  const title = verb === 'build' ? 'Build' : 'Test';
  const stages = names.map((name) => ({ id: `${verb}:${name}`, title: `${title} ${name}`, needs: [] }));
  return asRun(
    context,
    verb,
    stages,
    async () => {
      const { concurrency } = await context.config();
      const ended = await pMap(
        names,
        async (name) => {
          const stage = { id: `${verb}:${name}`, title: `${title} ${name}` };
          try {
            const work = (telling: Stage) => body(name, telling);
            return { result: await inStage(context, stage, work, (result) => ({ reason: reason(result) })) };
          } catch (error) {
            return { error };
          }
        },
        { concurrency },
      );
      return ended.map((stage) => {
        if ('error' in stage) throw stage.error;
        return stage.result;
      });
    },
    (results) => results.map(reason).join(' · '),
  );
}
