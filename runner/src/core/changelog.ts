import type { Change } from './commits.js';

/** Headings in the order in which they are read; types that are not here are housekeeping and left out. */
const SECTIONS: readonly { readonly title: string; readonly takes: (change: Change) => boolean }[] = [
  { title: 'Breaking changes', takes: (change) => change.breaking !== undefined },
  { title: 'Features', takes: (change) => change.type === 'feat' },
  { title: 'Fixes', takes: (change) => change.type === 'fix' },
  { title: 'Faster', takes: (change) => change.type === 'perf' },
  { title: 'Reverted', takes: (change) => change.type === 'revert' },
  { title: 'Other changes', takes: (change) => change.type === undefined && !isMerge(change) },
];

const HASH = 7;
export const CHANGELOG_TITLE = '# Changelog';

/**
 * Notes of a release in Markdown, grouped by conventional type. Changes are given newest first, as git tells them, and
 * told oldest first, as they are read.
 */
export function releaseNotes(changes: readonly Change[]): string {
  const told = [...changes].reverse();
  const sections = SECTIONS.flatMap(({ title, takes }) => {
    const lines = told.filter(takes).map((change) => line(change, title === 'Breaking changes'));
    return lines.length === 0 ? [] : [`### ${title}\n\n${lines.join('\n')}`];
  });
  return sections.length === 0 ? 'Maintenance only: nothing a user would notice.' : sections.join('\n\n');
}

/**
 * A changelog with a section put before the others; everything that was there stays as it is, also what people wrote
 * above the first section.
 *
 * @param existing the file's text, undefined where there is none
 * @param date `YYYY-MM-DD`
 */
export function prependSection(
  existing: string | undefined,
  section: { readonly version: string; readonly date: string; readonly notes: string },
): string {
  const text = `## ${section.version} (${section.date})\n\n${section.notes}\n`;
  const before = (existing ?? '').replace(/\r\n/g, '\n');
  if (before.trim() === '') return `${CHANGELOG_TITLE}\n\n${text}`;
  const first = /^## /m.exec(before)?.index;
  if (first === undefined) return `${before.trimEnd()}\n\n${text}`;
  return `${before.slice(0, first)}${text}\n${before.slice(first)}`;
}

function line(change: Change, breaking: boolean): string {
  const scope = change.scope === undefined ? '' : `**${change.scope}:** `;
  const words = breaking ? (change.breaking as string).replace(/\s*\n\s*/g, ' ') : change.subject;
  return `- ${scope}${words} (${change.hash.slice(0, HASH)})`;
}

/** A merge commit says nothing that the merged commits have not said. */
function isMerge(change: Change): boolean {
  return /^Merge (?:branch|pull request|remote-tracking branch|tag|commit)\b/.test(change.subject);
}
