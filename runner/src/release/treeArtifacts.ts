import { createHash } from 'node:crypto';
import { createReadStream, existsSync, realpathSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { StackError } from '../base/errors.js';
import type { ArtifactConfig } from '../config/artifactsSchema.js';
import type { Config } from '../config/schema.js';
import type { Context } from '../context/context.js';
import type { FoundObject } from '../adapters/aws/s3Artifacts.js';
import { artifactInputsDigest, objectInputsDigest } from './rules/inputs.js';

/** One artifact as it would be made, or taken, now. */
export type TreeArtifact = MadeHere | MadeElsewhere;

interface AnyArtifact {
  readonly name: string;
  readonly config: ArtifactConfig;
  /** Digest of its inputs, `sha256:…`. */
  readonly inputs: string;
}

export interface MadeHere extends AnyArtifact {
  /** Absolute. */
  readonly directory: string;
  /** The file that is uploaded, absolute. */
  readonly file: string;
}

/** One that others upload: the newest object below its prefix. */
export interface MadeElsewhere extends AnyArtifact {
  readonly object: FoundObject;
}

export const isMadeElsewhere = (artifact: TreeArtifact): artifact is MadeElsewhere => 'object' in artifact;

/**
 * The artifacts of a configuration with the digest of what decides each: the files of its directory as git knows them, with
 * uncommitted changes, and the command. What git ignores is made, and decides nothing; a file that no command makes does.
 * Of one without a path the object decides that `find` tells of.
 * @throws StackError BUILD_FAILED where its directory is outside, or a file that no command makes is not there; GIT_FAILED
 */
export async function treeArtifacts(
  context: Context,
  config: Config,
  settle: (text: string) => Promise<string>,
  find: (name: string, artifact: ArtifactConfig) => Promise<FoundObject>,
): Promise<Readonly<Record<string, TreeArtifact>>> {
  const entries = Object.entries(config.artifacts);
  if (entries.length === 0) return {};
  const [{ commit }, changes] = await Promise.all([context.git.workingTree(), context.git.changes()]);
  const found = await Promise.all(
    entries.map(async ([name, artifact]): Promise<readonly [string, TreeArtifact]> => {
      const { path } = artifact;
      if (path === undefined) {
        const object = await find(name, artifact);
        return [name, { name, config: artifact, object, inputs: objectInputsDigest(object) }];
      }
      const directory = resolve(config.directory, await settle(artifact.context));
      if (directory !== config.directory && !directory.startsWith(`${config.directory}${sep}`))
        throw unusable(name, directory, 'its context is outside of the directory of the configuration');
      if (!existsSync(directory)) throw unusable(name, directory, 'its context is not there');
      const file = join(directory, path);
      const ours = changes
        .map((one) => resolve(config.directory, one))
        .filter((one) => one.startsWith(`${directory}${sep}`) && one !== file);
      const committed = await context.git.committed(realpathSync(directory), commit);
      const inputs = artifactInputsDigest({
        command: artifact.command,
        path,
        committed: [...committed].map(([of, { mode, id }]) => ({ path: of, mode, id })),
        changed: await Promise.all(
          ours.map(async (one) => ({ path: relative(directory, one), content: await contentOf(one) })),
        ),
        file: artifact.command === undefined ? (await fileFacts(name, file)).digest : undefined,
      });
      return [name, { name, config: artifact, directory, file, inputs }];
    }),
  );
  return Object.fromEntries(found);
}

/**
 * The digest and size of the file of an artifact.
 * @throws StackError BUILD_FAILED where it is not there
 */
export async function fileFacts(
  name: string,
  file: string,
): Promise<{ readonly digest: string; readonly sizeBytes: number }> {
  if (!existsSync(file) || !statSync(file).isFile()) throw unusable(name, file, 'there is no such file');
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return { digest: `sha256:${hash.digest('hex')}`, sizeBytes: statSync(file).size };
}

/** A file that was deleted has none, and so has a directory that git tells as one. */
async function contentOf(path: string): Promise<string> {
  if (!existsSync(path) || !statSync(path).isFile()) return '';
  return (await fileFacts(path, path)).digest;
}

const unusable = (name: string, where: string, why: string): StackError =>
  new StackError('BUILD_FAILED', `artifact ${name}: ${why}`, {
    where,
    next: `Correct \`context\`, \`path\` or \`command\` of artifacts.${name}.`,
  });
