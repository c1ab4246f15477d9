import { StackError } from '../base/errors.js';
import { connectForge } from '../context/connectForge.js';
import type { Context, ContextWith } from '../context/context.js';
import { forgeWords, type ForgeKey } from '../domain/channels.js';
import type { Stage } from '../events/stage.js';
import { cutNotes } from './rules/releaseTag.js';

/** A version as a forge shows it. */
export interface PublishedVersion {
  readonly tag: string;
  readonly notes: string;
}

/** Forges that show the versions of this application; none where `release` is not configured. */
export async function releaseForges({ config }: ContextWith<'config'>): Promise<readonly ForgeKey[]> {
  const { release, notifications } = await config();
  if (release === undefined || release.forge === 'none') return [];
  const keys = Object.keys(forgeWords) as ForgeKey[];
  const configured = keys.filter((key) => notifications[key] !== undefined);
  const { forge } = release;
  if (forge === undefined) return configured;
  if (configured.includes(forge)) return [forge];
  throw new StackError(
    'CONFIG_INVALID',
    `release.forge is ${forge}, and notifications.${forge} is not there`,
    {
      where: 'release.forge',
      next: `Add notifications.${forge} with a token; with status: false and comment: false it only makes releases.`,
    },
  );
}

/**
 * The releases of versions at each forge: made where they are missing, completed where they have no notes. Notes that
 * people wrote stay.
 * @returns where people read that of the last version; undefined where no forge says
 * @throws StackError GITHUB_FAILED, GITLAB_FAILED: the tags stand all the same; CONFIG_*
 */
export async function publishAtForges(
  context: Context,
  versions: readonly PublishedVersion[],
  stage: Stage,
): Promise<string | undefined> {
  let url: string | undefined;
  for (const key of await releaseForges(context)) {
    const { name } = forgeWords[key];
    for (const version of versions) {
      try {
        url = await publish(context, key, version, (words) =>
          stage.progress(`${name}: release ${version.tag} ${words}`, { status: 'ok' }),
        );
      } catch (error) {
        throw error instanceof StackError ? notPublished(name, version.tag, error) : error;
      }
    }
  }
  if (url !== undefined) stage.fact('release notes', url);
  return url;
}

async function publish(
  context: Context,
  key: ForgeKey,
  { tag, notes: whole }: PublishedVersion,
  say: (words: string) => void,
): Promise<string | undefined> {
  const forge = await connectForge(key, context, context.signal);
  const notes = context.secrets.text(cutNotes(whole, forge.longestNotes));
  const wanted = { tag, name: tag, notes };
  const there = await forge.release(tag);
  if (there === undefined) {
    const made = await forge.makeRelease(wanted);
    say(made === undefined ? 'is there: another run has made it' : 'made');
    return made?.url;
  }
  if (there.notes.trim() === '' && notes !== '') {
    await forge.editRelease(there.id, wanted);
    say('got its notes');
  } else say(there.notes.trim() === notes.trim() ? 'is there' : 'is there, with notes of its own');
  return there.url;
}

function notPublished(name: string, tag: string, error: StackError): StackError {
  return new StackError(
    error.code,
    `${tag} is tagged and pushed, and ${name} has no release of it: ${error.message}`,
    {
      where: tag,
      evidence: error.evidence,
      next: `${error.next ?? ''} Then run this stage again: what is there is not made anew.`.trim(),
      cause: error,
    },
  );
}
