import { flag, type CommandDefinition } from './command.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'release',
    summary: 'Name what is checked out as the next version',
    description: `The version follows from the commits since the last \`vX.Y.Z\` tag (conventional commits): a breaking change raises major (below 1.0.0 minor), \`feat\` minor, anything else patch; the first one is 0.1.0.

Puts the notes into \`CHANGELOG.md\`, commits it as \`release: vX.Y.Z\`, makes an annotated tag, and gives the images that were pushed with this content the version as a tag: the same digests, nothing is built. With \`--push\` the branch and the tag go to \`origin\` in one step.

It looks before it writes (uncommitted changes, the tag on another branch or in \`origin\`, \`origin\` ahead), undoes what it wrote where a hook, a signature or the push fails, and goes on where it was cut off. A clone without a version tag that HEAD can reach asks its remote and fetches the tags, for a shallow clone the history too; where it cannot, there is no version. What was reverted before it was released is in no notes.

A released commit has the version itself; a commit after it has \`NEXT-COUNT.gCOMMIT\`, a dirty tree adds \`.dirty-INPUTS\`. Keep \`CHANGELOG.md\` out of images (\`.dockerignore\`), so that the release's commit does not change their content.`,
    options: [{ name: 'push', description: 'Push the branch and the tag to origin.' }],
    examples: [
      { command: 'release --dry-run', explains: 'the next version and its notes' },
      { command: 'release --push', explains: 'make it and push it' },
    ],
    changes: true,
    environment: 'optional',
    async run(context, input) {
      const { planRelease, tagRelease } = await import('../steps/tagRelease.js');
      const plan = await planRelease(context);
      if (context.options.dryRun) {
        const would = plan.isNew
          ? `Would release v${plan.version}:\n\n${plan.notes}\n`
          : `HEAD is v${plan.version} already.`;
        return { data: { dryRun: true, ...plan }, text: `${would}\nNothing was changed.` };
      }
      const [{ asRun }, { inStage }] = await Promise.all([
        import('../steps/runEvents.js'),
        import('../steps/stage.js'),
      ]);
      const stage = { id: 'release', title: `Release v${plan.version}` };
      const done = await asRun(
        context,
        'release',
        [{ ...stage, needs: [] }],
        () => {
          const work = () => tagRelease(context, plan, { push: flag(input, 'push'), stage: stage.id });
          return inStage(context, stage, work, () => ({ reason: `v${plan.version}` }));
        },
        () => `v${plan.version}`,
      );
      const text = plan.isNew ? `v${plan.version}\n\n${plan.notes}` : `HEAD is v${plan.version} already.`;
      return { data: { ...done, record: done.record ?? null }, text };
    },
  },
];
