import { readdir, readFile, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { ProjectFiles, Note } from './rules/project.js';

/** How far `init` looks: enough for a repository of many services, and never through a home directory. */
const DEEPEST = 6;
const MOST_FILES = 20_000;
const LONGEST_TEXT = 256 * 1024;
const MOST_SOURCES = 600;

/** What tools put there: dependencies, caches, results. */
const SKIPPED =
  /^(?:node_modules|bower_components|vendor|dist|out|target|coverage|venv|__pycache__|site-packages|wp-content|wp-includes|wp-admin)$/;
/** Folders with a dot are tools' own, but for these. */
const SHOWN = /^\.(?:docker|deploy|ci)$/;
/** Files that say how a project is built, run and provisioned. */
const READ_IN_FULL =
  /(?:^|\/)(?:(?:Dockerfile|Containerfile)[^/]*|[^/]+\.(?:Dockerfile|Containerfile)|[^/]+\.(?:tf|ya?ml|ini|txt|in|cfg|toml)|[^/]+\.tf\.json|hosts|inventory|package\.json|composer\.json|Pipfile)$/i;
const SOURCE = /\.(?:py|js|mjs|cjs|ts|go|php|rb|java|kt|rs|cs|ex|exs|sh|conf)$/;

/**
 * The files of a project with the text of those that tell something. Looks a few levels deep, follows no links to
 * folders, and passes over what it may not read, saying so.
 * @param directory absolute
 */
export async function readProject(directory: string, note: Note): Promise<ProjectFiles> {
  const paths = await walk(directory, note);
  const sources = paths.filter((path) => SOURCE.test(path)).slice(0, MOST_SOURCES);
  const wanted = new Set([...paths.filter((path) => READ_IN_FULL.test(path)), ...sources]);
  const texts = new Map<string, string>();
  for (const path of wanted) {
    const text = await readShort(join(directory, path));
    if (text !== undefined) texts.set(path, text);
  }
  return { paths: [...paths].sort(), read: (path) => texts.get(posix.normalize(path)) };
}

async function walk(directory: string, note: Note): Promise<readonly string[]> {
  const paths: string[] = [];
  const unread: string[] = [];
  let level = [''];
  for (let depth = 0; depth <= DEEPEST && level.length > 0; depth++) {
    const next: string[] = [];
    for (const below of level) {
      const entries = await readdir(join(directory, below), { withFileTypes: true }).catch(() => {
        unread.push(below === '' ? '.' : below);
        return [];
      });
      // A virtual environment of Python, whatever it is called.
      if (entries.some(({ name }) => name === 'pyvenv.cfg')) continue;
      for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
        const path = posix.join(below, entry.name);
        if (entry.isDirectory()) {
          if (!SKIPPED.test(entry.name) && (!entry.name.startsWith('.') || SHOWN.test(entry.name)))
            next.push(path);
        } else if (paths.length < MOST_FILES) paths.push(path);
      }
    }
    level = next;
  }
  if (unread.length > 0) note(`${unread.join(', ')} could not be read`);
  if (level.length > 0) note(`folders more than ${DEEPEST} levels deep were not read`);
  if (paths.length >= MOST_FILES) note(`only the first ${MOST_FILES} files were read`);
  return paths;
}

/** The text of a file that is one, and not too long to be written by hand. */
async function readShort(file: string): Promise<string | undefined> {
  try {
    const found = await stat(file);
    return found.isFile() && found.size <= LONGEST_TEXT ? await readFile(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
