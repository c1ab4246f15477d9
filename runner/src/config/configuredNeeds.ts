import { join } from 'node:path';
import { StackError } from '../base/errors.js';
import { schemaIssues } from './schemaIssues.js';
import { neededSchema, type Config } from './schema.js';
import { readText, UnreadableText } from './readText.js';
import { parseYaml } from './source.js';
import { ofPath, told } from './path.js';
import { folderOf, type StoreLocation } from './storeLocation.js';

/** Applications by name, with where their releases are recorded: absolute, sorted by name. */
export type Needs = Readonly<Record<string, string>>;

/**
 * What an application needs, in a form that means the same from every directory.
 * @param stores kinds of places that a location may be
 */
export function absoluteNeeds(
  { needs, directory }: Pick<Config, 'needs' | 'directory'>,
  stores: readonly StoreLocation[],
): Needs {
  return Object.fromEntries(
    Object.entries(needs)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, location]) => [name, folderOf(stores, location, directory) ?? location]),
  );
}

/** The sources of an application that is needed, as far as those who need it must know. */
export interface NeededProject {
  readonly application: string;
  readonly file: string;
  /** Its own `state.location`, absolute. */
  readonly location: string;
  readonly environments: readonly string[];
  readonly needs: Needs;
}

/**
 * What stands in the `automation-stack.yml` of another application's directory; undefined where there is none. Only
 * the keys that matter are looked at: what else is in it is that application's affair.
 * @param directory of that application, absolute
 * @param stores kinds of places that a location may be
 * @throws StackError CONFIG_INVALID where these are not readable
 */
export async function readProject(
  directory: string,
  stores: readonly StoreLocation[],
): Promise<NeededProject | undefined> {
  const file = join(directory, 'automation-stack.yml');
  const text = await readText(file).catch((error: unknown) => {
    if (error instanceof UnreadableText && error.isAbsent) return undefined;
    throw new StackError('CONFIG_INVALID', `cannot read ${file}: ${(error as Error).message}`, {
      where: file,
      next: `Correct that file: it says where the releases of the needed application are recorded.`,
      cause: error,
    });
  });
  if (text === undefined) return undefined;
  const source = parseYaml(file, text);
  const { application, state, needs, environments } = (source.value ?? {}) as Record<string, unknown>;
  const { value, issues } = schemaIssues(neededSchema, {
    application,
    ...(state == null ? {} : { state }),
    ...(needs == null ? {} : { needs }),
  });
  const parsed = neededSchema.safeParse(value);
  if (source.issues.length > 0 || issues.length > 0 || !parsed.success) {
    const found = [
      ...issues.map(({ path, words }) => told(words, path)),
      ...(parsed.success ? [] : parsed.error.issues).map(({ path, message }) => told(ofPath(message), path)),
    ];
    throw new StackError('CONFIG_INVALID', `${file} does not say where its releases are recorded`, {
      where: file,
      evidence: [...source.issues.map((issue) => `${issue.line}:${issue.column} ${issue.message}`), ...found],
      next: `node runner config check -C ${directory}`,
    });
  }
  const { location } = parsed.data.state;
  return {
    application: parsed.data.application,
    file,
    location: folderOf(stores, location, directory) ?? location,
    environments: Object.keys(environments ?? {}),
    needs: absoluteNeeds({ needs: parsed.data.needs, directory }, stores),
  };
}

/**
 * What an application needs, for those who do not have the sources: a project's directory becomes the place where that
 * project records its releases.
 */
export async function recordedNeeds(
  config: Pick<Config, 'needs' | 'directory'>,
  stores: readonly StoreLocation[],
): Promise<Needs> {
  const places = Object.entries(absoluteNeeds(config, stores)).map(async ([name, location]) => {
    // One that cannot be read was complained of before; whoever goes on by force records what is written.
    const folder = folderOf(stores, location, config.directory);
    const project =
      folder === undefined ? undefined : await readProject(folder, stores).catch(() => undefined);
    return [name, project?.location ?? location] as const;
  });
  return Object.fromEntries(await Promise.all(places));
}
