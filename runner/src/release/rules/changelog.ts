import semver from 'semver';
import { type Change, lastingChanges } from './commits.js';

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
/** The notes of a version that has none. */
export const NOTHING = 'Maintenance only: nothing a user would notice.';
export const CHANGELOG_TITLE = '# Changelog';

/**
 * Notes of a release in Markdown, grouped by conventional type. Changes are given newest first, as git tells them, and
 * told oldest first, as they are read.
 */
export function releaseNotes(changes: readonly Change[]): string {
  const told = [...lastingChanges(changes)].reverse();
  const sections = SECTIONS.flatMap(({ title, takes }) => {
    const lines = told.filter(takes).map((change) => line(change, title === 'Breaking changes'));
    return lines.length === 0 ? [] : [`### ${title}\n\n${lines.join('\n')}`];
  });
  return sections.length === 0 ? NOTHING : sections.join('\n\n');
}

/**
 * A changelog with a section put before the others; everything that was there stays as it is, also what people wrote
 * above the first section, and its line ends. A section on top of a version that was never released (its run was
 * cut off) gives way.
 *
 * @param existing the file's text, undefined where there is none
 * @param section its date is `YYYY-MM-DD`
 * @param previous version of the last release
 */
export function prependSection(
  existing: string | undefined,
  section: { readonly version: string; readonly date: string; readonly notes: string },
  previous?: string,
): string {
  const text = `## ${section.version} (${section.date})\n\n${section.notes}\n`;
  const windows = existing?.includes('\r\n') === true;
  const before = withoutUnreleased((existing ?? '').replace(/\r\n/g, '\n'), section.version, previous);
  const first = /^## /m.exec(before)?.index;
  const whole =
    before.trim() === ''
      ? `${CHANGELOG_TITLE}\n\n${text}`
      : first === undefined
        ? `${before.trimEnd()}\n\n${text}`
        : `${before.slice(0, first)}${text}\n${before.slice(first)}`;
  return windows ? whole.replace(/\n/g, '\r\n') : whole;
}

const SECTION = /^## (\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)$/m;

/** The version that a changelog begins with, and its day; undefined where it begins otherwise. */
export function topSection(text: string): { readonly version: string; readonly date: string } | undefined {
  const heading = /^## .*$/m.exec(text.replace(/\r\n/g, '\n'))?.[0] ?? '';
  const version = SECTION.exec(heading)?.[1];
  return version === undefined ? undefined : { version, date: heading.slice(-11, -1) };
}

/** Takes away sections on top between the last release and the one to come. */
function withoutUnreleased(text: string, next: string, previous: string | undefined): string {
  for (let rest = text; ;) {
    const first = /^## .*$/m.exec(rest);
    const version = first === null ? undefined : SECTION.exec(first[0])?.[1];
    const isOver = version === undefined || semver.gt(version, next);
    if (first === null || isOver || (previous !== undefined && semver.lte(version, previous))) return rest;
    if (previous === undefined && version !== next) return rest;
    const end = rest.slice(first.index + first[0].length).search(/^## /m);
    rest = rest.slice(0, first.index) + (end < 0 ? '' : rest.slice(first.index + first[0].length + end));
  }
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
