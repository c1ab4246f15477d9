import type { RunningImage } from './livingService.js';
import type { Origin } from './origin.js';
import type { ServiceFacts } from './serviceFacts.js';

/** What was recorded of the release that runs, or why it was not. */
export type Recorded =
  | {
      readonly release: { readonly version: string; readonly commit: string };
      readonly origin: Origin;
      readonly status: string;
    }
  | { readonly refused: string };

/** What somebody has to know of the first release, before the next one. */
export function adoptionNotes(
  { environment }: ServiceFacts,
  running: RunningImage,
  recorded: Recorded,
  isClean: boolean,
): readonly string[] {
  if ('refused' in recorded)
    return [
      `what runs is not recorded as a release: ${recorded.refused}; the first deploy builds what is checked out`,
    ];
  const { release, origin, status } = recorded;
  const short = release.commit.slice(0, 8);
  const notes = [
    origin.from === 'elsewhere'
      ? `what runs is recorded as release ${release.version} of commit ${short}, as its tag ${running.tag ?? ''} says; another one is checked out, so \`diff\` shows what is newer here`
      : !isClean
        ? `what runs is recorded as release ${release.version}; there are uncommitted changes, so \`diff\` shows the image that would be built of them`
        : origin.isProven
          ? `what runs is recorded as release ${release.version}, made of what is checked out (${short}), as its tag says`
          : `what runs is recorded as release ${release.version}, as if made of what is checked out (${short}), since nothing tells its sources; if it was made of something older, commit this first, then \`node runner push --force\` builds what is here and a deploy brings it`,
  ];
  if (!running.tagHolds && running.tag !== undefined)
    notes.push(
      `the tag ${running.tag} means another image by now: the first deploy names what runs by its digest`,
    );
  if (status === 'unproven')
    notes.push(`not all tasks run that are wanted: the release in ${environment} counts as unproven`);
  return notes;
}
