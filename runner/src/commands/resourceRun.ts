import type { Context, NamedEnvironment } from '../context/context.js';
import type { Stage } from '../events/stage.js';

/**
 * Runs a change of what a deployment has in AWS as a run of one stage.
 * @param verb as it was typed: `instances stop`
 * @param summary how it ended, in one line
 */
export async function runOfOne<T>(
  context: Context,
  environment: NamedEnvironment,
  verb: string,
  body: (stage: Stage) => Promise<T>,
  summary: (result: T) => string,
): Promise<T> {
  const [{ asRun }, { inStage }] = await Promise.all([
    import('../context/runEvents.js'),
    import('../events/stage.js'),
  ]);
  const id = `${verb.replaceAll(' ', '-')}:${environment.name}`;
  const title = titleOf(verb, environment.name);
  return asRun(
    context,
    verb,
    [{ id, title, needs: [] }],
    () =>
      inStage(context, { id, title, environment: environment.name }, body, (result) => ({
        reason: summary(result),
      })),
    summary,
    { environment: environment.name },
  );
}

/** `Stop instances of staging`, `Power off staging`. */
function titleOf(verb: string, environment: string): string {
  const [what = '', act = ''] = verb.split(' ');
  if (what === 'power') return `Power ${act} ${environment}`;
  if (act === '') return `${what[0]?.toUpperCase()}${what.slice(1)} ${environment}`;
  return `${act[0]?.toUpperCase()}${act.slice(1)} ${what} of ${environment}`;
}
