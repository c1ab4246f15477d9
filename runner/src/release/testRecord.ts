import type { Context } from '../context/context.js';
import { runField } from '../base/sharedRun.js';
import { cleanCommit } from '../context/checkedOut.js';
import { workingTreeInputs } from './treeInputs.js';

/** Remembers that a test has passed, for a run that goes on from here. What cannot be written costs nobody a build. */
export async function recordTest(context: Context, image: string): Promise<void> {
  if (Object.keys((await context.config()).environments).length === 0) return;
  const commit = await cleanCommit(context);
  if (commit === undefined) return;
  const { inputs } = (await workingTreeInputs(context)).images[image] ?? {};
  if (inputs === undefined) return;
  const passed = {
    commit,
    at: context.clock.now().toISOString(),
    who: context.who,
    ...runField(context.env),
    ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
  };
  await context
    .state()
    .then(({ ledger }) => ledger.tests.put(image, inputs, passed))
    .catch(() => undefined);
}
