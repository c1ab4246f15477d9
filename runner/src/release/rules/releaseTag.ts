import { NOTHING } from './changelog.js';

/** What the runner writes into the tag of a version, and how its notes are read back. */

/** The message of a version's tag: its name, then the notes. */
export const tagMessage = (name: string, notes: string): string => `${name}\n\n${notes}\n`;

/**
 * The notes in a tag's message; undefined where the runner has not written it.
 * @param message undefined of a tag without words of its own
 */
export function notesOfTag(name: string, message: string | undefined): string | undefined {
  if (message?.startsWith(`${name}\n\n`) !== true) return undefined;
  // Behind the notes there may be a signature.
  const notes = message
    .slice(name.length)
    .replace(/\n-----BEGIN [A-Z ]+-----\n[\s\S]*$/, '')
    .trim();
  return notes.startsWith('### ') || notes === NOTHING ? notes : undefined;
}

/** Notes that are no longer than a forge takes: whole lines, and a word that some are left out. */
export function cutNotes(notes: string, longest: number): string {
  if ([...notes].length <= longest) return notes;
  const rest = '\n\n… and more: the tag has all of it.';
  const kept = [...notes].slice(0, longest - rest.length).join('');
  return `${kept.slice(0, Math.max(0, kept.lastIndexOf('\n')))}${rest}`;
}
