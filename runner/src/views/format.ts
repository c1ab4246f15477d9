import { formatDuration } from '../base/duration.js';

/** How values look to people, the same in every view. */

export { formatDuration };

/** Seconds, as events carry them, in the shortest form people read at a glance: `4.2s`, `3m12s`. */
export function formatSeconds(seconds: number): string {
  return formatDuration(seconds * 1000);
}

/** A digest as people compare it: `sha256:1a2b3c4d5e6f…` becomes `sha256:1a2b3c4d5e6f`; other text stays as it is. */
export function shortDigest(text: string): string {
  return text.replace(/\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b/g, 'sha256:$1');
}

/** The first twelve characters of a commit. */
export function shortCommit(commit: string): string {
  return /^[0-9a-f]{40,64}$/.test(commit) ? commit.slice(0, 12) : commit;
}

/** Local time of day, `12:01:03`. */
export function timeOfDay(time: string | Date): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** A point in time for a report that is read elsewhere and later: `2026-11-08 12:01:03 UTC`. */
export function utcTime(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Bytes in binary steps with one decimal where it says something: `512 B`, `3.4 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit] as string}`;
}

export interface Progress {
  readonly done?: number | undefined;
  readonly total?: number | undefined;
  readonly unit?: string | undefined;
}

/** True where a progress counts bytes: such lines come by the hundred. */
export function countsBytes({ unit }: Progress): boolean {
  return unit === 'B' || unit === 'bytes';
}

/** How far: `3/4`, `12.0 MiB/48.2 MiB`, `7 resources`; empty where nothing is counted. */
export function formatProgress(progress: Progress): string {
  const { done, total, unit } = progress;
  if (done === undefined) return '';
  const bytes = countsBytes(progress);
  const show = (value: number) => (bytes ? formatBytes(value) : String(value));
  const suffix = bytes || unit === undefined ? '' : ` ${unit}`;
  return `${total === undefined ? show(done) : `${show(done)}/${show(total)}`}${suffix}`;
}

/** `1 stage`, `3 stages`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
