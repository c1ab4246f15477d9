import { join } from 'node:path';
import { StackError } from '../base/errors.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import { requireAccount } from '../context/account.js';
import type { ReleaseArtifact } from '../domain/records.js';
import type { Stage } from '../events/stage.js';
import { artifactKey, artifactPrefix } from './rules/artifactKeys.js';
import {
  fileFacts,
  isMadeElsewhere,
  type MadeElsewhere,
  type MadeHere,
  type TreeArtifact,
} from './treeArtifacts.js';
import { workingTreeInputs } from './treeInputs.js';

export interface MadeArtifact {
  readonly name: string;
  readonly inputs: string;
  readonly outcome: 'built' | 'pushed';
  /** `sha256:…` of its bytes. */
  readonly digest: string;
  readonly sizeBytes: number;
  readonly seconds?: number;
}

/** What artifacts are made and uploaded for. */
export interface ArtifactsRequest {
  readonly environment: NamedEnvironment;
  readonly stage: Stage;
  readonly version: string;
  readonly commit: string;
  readonly force?: boolean | undefined;
}

/**
 * Makes the file of an artifact, by its command where it has one.
 * @throws StackError BUILD_FAILED where the command fails or makes no such file; TOOL_MISSING
 */
export async function makeArtifact(
  context: Context,
  { name, config, directory, file, inputs }: MadeHere,
  stage: Stage,
): Promise<MadeArtifact> {
  const { command } = config;
  const startedMs = context.clock.now().getTime();
  const subject = stage.subject(name);
  if (command !== undefined) {
    subject.progress('build', command.join(' '));
    const [tool, ...args] = command as [string, ...string[]];
    const { exitCode, tail } = await context.processes.run(
      { file: tool, args, cwd: directory },
      {
        signal: context.signal,
        onLine: (line, stream) => stage.output(`build ${name}`, line, stream),
      },
    );
    if (exitCode !== 0)
      throw new StackError('BUILD_FAILED', `artifact ${name}: ${tool} ended with exit code ${exitCode}`, {
        where: `artifacts.${name}.command, in ${directory}`,
        evidence: tail,
        next: 'Correct what the lines above say, then run it again.',
      });
  }
  const facts = await fileFacts(name, file);
  const seconds = (context.clock.now().getTime() - startedMs) / 1000;
  subject.progress('build', `${config.path ?? file}: ${facts.sizeBytes} bytes, ${short(facts.digest)}`, 'ok');
  return { name, inputs, outcome: 'built', ...facts, seconds };
}

/** What is known to be in the bucket of an artifact, made of the same inputs; local reads only. */
export async function knownArtifact(
  context: Context,
  artifact: TreeArtifact,
  environment: NamedEnvironment,
): Promise<ReleaseArtifact | undefined> {
  const place = await placeOf(context, artifact, environment);
  const { ledger } = await context.state();
  const known = await ledger.buildByInputs(place.known, artifact.inputs);
  const key = known?.repository.slice(`s3://${place.bucket}/`.length);
  if (known === undefined || key === undefined || known.sizeBytes === undefined) return undefined;
  const [objectVersion] = known.tags;
  return {
    ...{
      bucket: place.bucket,
      key,
      digest: known.digest,
      sizeBytes: known.sizeBytes,
      inputs: artifact.inputs,
    },
    ...(objectVersion === undefined ? {} : { objectVersion }),
  };
}

/**
 * Uploads every artifact of the configuration under a key of its content. One whose inputs were uploaded before, and that is
 * still there, is neither made nor uploaded.
 * @returns by the artifact's name
 * @throws StackError BUILD_FAILED, ARTIFACT_CHANGED, AWS_*
 */
export async function pushArtifacts(
  context: Context,
  request: ArtifactsRequest,
): Promise<Readonly<Record<string, ReleaseArtifact>>> {
  const { artifacts } = await workingTreeInputs(context);
  if (Object.keys(artifacts).length === 0) return {};
  await requireAccount(context, request.environment);
  const pushed = await Promise.all(
    Object.values(artifacts).map(async (artifact) => {
      const known = request.force === true ? undefined : await stillThere(context, artifact, request);
      const one =
        known ??
        (isMadeElsewhere(artifact)
          ? await take(context, artifact, request)
          : await upload(context, artifact, request));
      request.stage.fact(`artifact ${artifact.name}`, `s3://${one.bucket}/${one.key} ${one.digest}`);
      return [artifact.name, one] as const;
    }),
  );
  return Object.fromEntries(pushed);
}

async function stillThere(
  context: Context,
  artifact: TreeArtifact,
  { environment, stage }: ArtifactsRequest,
): Promise<ReleaseArtifact | undefined> {
  const known = await knownArtifact(context, artifact, environment);
  if (known === undefined) return undefined;
  const { headObject } = await import('../adapters/aws/s3Artifacts.js');
  const found = await headObject(await context.aws(environment), known, context.signal);
  if (found === undefined || found.sizeBytes !== known.sizeBytes) {
    const message = `s3://${known.bucket}/${known.key} is no longer what was uploaded: it is made and uploaded again`;
    context.events.emit({ type: 'notice', level: 'warning', message });
    return undefined;
  }
  stage.subject(artifact.name).progress('push', `inputs unchanged: uploaded as ${short(known.digest)}`, 'ok');
  const isTaken = isMadeElsewhere(artifact) && Object.keys(found.metadata).length > 0;
  return { ...known, etag: found.etag, ...(isTaken ? { metadata: found.metadata } : {}) };
}

/** Pins what others have uploaded, once its bytes were read. */
async function take(
  context: Context,
  artifact: MadeElsewhere,
  { environment, stage }: ArtifactsRequest,
): Promise<ReleaseArtifact> {
  const { object, inputs } = artifact;
  const { takeArtifact } = await import('./foundArtifact.js');
  const { digest, sizeBytes } = await takeArtifact(context, environment, artifact, stage);
  const { known } = await placeOf(context, artifact, environment);
  const { bucket, key, etag, objectVersion, metadata } = object;
  const { ledger } = await context.state();
  await ledger.putBuild(known, inputs, {
    ...{ repository: `s3://${bucket}/${key}`, digest, sizeBytes },
    tags: objectVersion === undefined ? [] : [objectVersion],
    builtAt: context.clock.now().toISOString(),
  });
  return {
    ...{ bucket, key, digest, sizeBytes, etag, inputs },
    ...(objectVersion === undefined ? {} : { objectVersion }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

async function upload(
  context: Context,
  artifact: MadeHere,
  request: ArtifactsRequest,
): Promise<ReleaseArtifact> {
  const { name, file, inputs } = artifact;
  const { environment, stage, version, commit } = request;
  const { digest, sizeBytes } = await makeArtifact(context, artifact, stage);
  const { bucket, prefix, known } = await placeOf(context, artifact, environment);
  const { application } = await context.config();
  const place = { bucket, key: artifactKey(prefix, name, digest, file) };
  const subject = stage.subject(name);
  subject.progress('push', `uploading ${sizeBytes} bytes to s3://${bucket}/${place.key}`);
  const { headObject, uploadObject } = await import('../adapters/aws/s3Artifacts.js');
  const aws = await context.aws(environment);
  const sha256 = digest.replace('sha256:', '');
  const metadata = { sha256, application, artifact: name, version, commit, inputs };
  const tell = (done: number) =>
    stage.progress('uploading', {
      subject: name,
      phase: 'push',
      status: 'running',
      done,
      total: sizeBytes,
      unit: 'B',
    });
  const { signal } = context;
  const written =
    (await uploadObject(aws, place, { path: file, sizeBytes, metadata }, { signal, tell })) ??
    (await headObject(aws, place, signal));
  // A key is its content's: what is there already is the same, or somebody else wrote to it.
  if (written?.sizeBytes !== sizeBytes || written.metadata['sha256'] !== sha256)
    throw new StackError('ARTIFACT_CHANGED', `another object stands in the place of artifact ${name}`, {
      where: `s3://${bucket}/${place.key}`,
      evidence: [`wanted: ${sizeBytes} bytes, ${digest}`, `there: ${written?.sizeBytes ?? 0} bytes`],
      next: 'Delete it, or name another `prefix`; then push again.',
    });
  subject.progress('push', `uploaded ${short(digest)}`, 'ok');
  const { etag, objectVersion } = written;
  const { ledger } = await context.state();
  await ledger.putBuild(known, inputs, {
    ...{ repository: `s3://${bucket}/${place.key}`, digest, sizeBytes },
    tags: objectVersion === undefined ? [] : [objectVersion],
    builtAt: context.clock.now().toISOString(),
  });
  return {
    ...place,
    digest,
    sizeBytes,
    etag,
    inputs,
    ...(objectVersion === undefined ? {} : { objectVersion }),
  };
}

/** Where an artifact of an environment is kept, and by which name the ledger knows what is there. */
async function placeOf(context: Context, { name, config }: TreeArtifact, environment: NamedEnvironment) {
  const { application } = await context.config();
  const bucket = await context.resolve(config.bucket, environment);
  const prefix = config.prefix ?? artifactPrefix(application);
  return { bucket, prefix, known: join('artifact', name, bucket, prefix) };
}

const short = (digest: string): string => digest.slice(0, 19);
