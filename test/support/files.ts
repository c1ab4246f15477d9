import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Every file below a directory, absolute; hidden folders (`.terraform`) and installed packages left out. */
export function filesIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}
