import { join } from 'node:path';
import type { FoundObject } from '../adapters/aws/s3Artifacts.js';
import { privateFolder } from '../adapters/process/privateFolder.js';
import { StackError } from '../base/errors.js';
import type { ArtifactConfig } from '../config/artifactsSchema.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import type { Stage } from '../events/stage.js';
import type { MadeElsewhere } from './treeArtifacts.js';

/** An artifact whose bytes were read. */
export interface TakenArtifact {
  /** `sha256:…` of its bytes. */
  readonly digest: string;
  readonly sizeBytes: number;
  readonly seconds: number;
}

/**
 * The object that a release would take: the newest one below the prefix of an artifact.
 * @throws StackError BUILD_FAILED where there is none, or it says that it is of another application; AWS_*
 */
export async function newestObject(
  context: Context,
  environment: NamedEnvironment,
  name: string,
  { bucket: named, prefix = '' }: ArtifactConfig,
): Promise<FoundObject> {
  const bucket = await context.resolve(named, environment);
  const { lastObject } = await import('../adapters/aws/lastObject.js');
  const found = await lastObject(await context.aws(environment), { bucket, prefix }, context.signal);
  const { application } = await context.config();
  const of = found?.metadata['application'];
  if (found !== undefined && (of === undefined || of === application)) return found;
  const why = found === undefined ? 'nobody has uploaded any' : `the newest one says that it is of ${of}`;
  throw new StackError('BUILD_FAILED', `artifact ${name}: ${why}`, {
    where: `s3://${bucket}/${found?.key ?? prefix}`,
    next: `Upload it, or correct \`bucket\` or \`prefix\` of artifacts.${name}.`,
  });
}

/**
 * Reads what others have uploaded, and holds it against what they said of it: the checksum in its metadata (`sha256`).
 * @throws StackError ARTIFACT_CHANGED where it is gone, or has other bytes; AWS_*
 */
export async function takeArtifact(
  context: Context,
  environment: NamedEnvironment,
  { name, object }: MadeElsewhere,
  stage: Stage,
): Promise<TakenArtifact> {
  const startedMs = context.clock.now().getTime();
  const subject = stage.subject(name);
  const { bucket, key, sizeBytes, metadata } = object;
  subject.progress('build', `reading s3://${bucket}/${key}, ${sizeBytes} bytes`);
  const { downloadObject } = await import('../adapters/aws/s3Artifacts.js');
  const folder = await privateFolder(context.env, 'disk');
  try {
    const file = join(folder.path, 'artifact');
    const found = await downloadObject(await context.aws(environment), object, file, context.signal);
    const said = metadata['sha256']?.toLowerCase();
    const why =
      found === undefined
        ? 'it is no longer there'
        : found.sizeBytes !== sizeBytes
          ? `it has ${found.sizeBytes} bytes, not ${sizeBytes}`
          : said !== undefined && found.digest !== `sha256:${said}`
            ? `its checksum is ${found.digest}, its metadata says sha256:${said}`
            : undefined;
    if (found === undefined || why !== undefined)
      throw new StackError('ARTIFACT_CHANGED', `artifact ${name} is not what was uploaded: ${why ?? ''}`, {
        where: `s3://${bucket}/${key}`,
        next: 'Have it uploaded again, then run this once more.',
      });
    const { version, commit } = metadata;
    const words = [version, commit?.slice(0, 12), found.digest.slice(0, 19)];
    subject.progress('build', `taken: ${words.filter((one) => one !== undefined).join(', ')}`, 'ok');
    const seconds = (context.clock.now().getTime() - startedMs) / 1000;
    return { digest: found.digest, sizeBytes, seconds };
  } finally {
    await folder.remove();
  }
}
