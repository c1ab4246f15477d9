import { displayWidth, pad } from './text.js';

/**
 * Rows under headers, in columns as wide as they need to be; no lines between them, so that `grep` and `awk` are at
 * home in it.
 */
export function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headers.map((header) => header.toUpperCase()), ...rows];
  const widths = headers.map((_, column) =>
    Math.max(...lines.map((line) => displayWidth(line[column] ?? ''))),
  );
  return lines
    .map((line) =>
      widths
        .map((width, column) => pad(line[column] ?? '', width))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
