import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A file of `resources/`, which stands beside `runner/`. The bundled code stands at another depth than its sources, so
 * the folder is looked for upwards.
 * @param path below `resources/`
 */
export function resourceFile(...path: readonly string[]): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const file = join(directory, 'resources', ...path);
    if (existsSync(file) || dirname(directory) === directory) return file;
    directory = dirname(directory);
  }
}
