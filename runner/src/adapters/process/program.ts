import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/**
 * Where a program is.
 * @param kept folders that are looked at after PATH
 * @returns its path; undefined where it is in none of them
 */
export async function findProgram(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  kept: readonly string[] = [],
): Promise<string | undefined> {
  const folders = [...(env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''), ...kept];
  for (const folder of folders) {
    const file = join(folder, name);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
}
