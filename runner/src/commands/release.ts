import type { Stage } from '../events/stage.js';
import { flag, type CommandDefinition } from './command.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'release',
    summary: 'Release what is checked out as the next version',
    description: `The version follows from the commits since the last \`vX.Y.Z\` tag (conventional commits): a breaking change raises major (below 1.0.0 minor), \`feat\` minor, anything else patch; the first one is 0.1.0.

Puts the notes into \`CHANGELOG.md\`, commits it as \`release: vX.Y.Z\`, creates an annotated tag, and adds the version as a tag to the images that were pushed with this content: the same digests, nothing is built. With \`--push\` the branch and the tag go to \`origin\` in one step.

It checks before it writes (uncommitted changes, the tag on another branch or in \`origin\`, \`origin\` ahead), undoes what it wrote if a hook, a signature or the push fails, and continues a release that was cut off. If the clone has no version tag that HEAD can reach, the tags are fetched from the remote, for a shallow clone the history too; if that fails, there is no version. Changes that were reverted before the release are not in the notes.

A released commit has the version itself; a commit after it has \`NEXT-COUNT.gCOMMIT\`, a dirty tree adds \`.dirty-INPUTS\`. Exclude \`CHANGELOG.md\` from images (\`.dockerignore\`), so that the release commit does not change their content.`,
    options: [
      { name: 'push', description: 'Push the branch and the tag to origin.' },
      {
        name: 'tag-only',
        description:
          'Make no commit: tag what is checked out, push the tag to origin, and make the release at the forge, as the stage `release` does.',
      },
    ],
    examples: [
      { command: 'release --dry-run', explains: 'the next version and its notes' },
      { command: 'release --push', explains: 'make it and push it' },
      { command: 'release --tag-only', explains: 'what the stage `release` of a pipeline does' },
    ],
    changes: true,
    environment: 'optional',
    async run(context, input) {
      const isTagOnly = flag(input, 'tag-only');
      const { planRelease, tagRelease } = await import('../release/tagRelease.js');
      const plan = await planRelease(context);
      if (context.options.dryRun) {
        const would = plan.isNew ? `Would release ${plan.tag}:\n\n${plan.notes}\n` : nothingNew(plan.tag);
        return { data: { dryRun: true, ...plan }, text: `${would}\nNothing was changed.` };
      }
      const [{ asRun }, { inStage }] = await Promise.all([
        import('../context/runEvents.js'),
        import('../events/stage.js'),
      ]);
      const stage = { id: 'release', title: isTagOnly ? 'Release' : `Release ${plan.tag}` };
      const work = async (telling: Stage) => {
        if (!isTagOnly) return tagRelease(context, plan, { push: flag(input, 'push'), stage: telling });
        const { publishRelease } = await import('../release/publishRelease.js');
        return publishRelease(context, telling);
      };
      const done = await asRun(
        context,
        'release',
        [{ ...stage, needs: [] }],
        () => inStage(context, stage, work, ({ tag }) => ({ reason: tag })),
        ({ tag }) => tag,
      );
      const text = done.isNew ? `${done.tag}\n\n${done.notes}` : nothingNew(done.tag);
      return { data: { ...done, record: done.record ?? null }, text };
    },
  },
];

const nothingNew = (tag: string) => `${tag} is released already: nothing has changed since.`;
