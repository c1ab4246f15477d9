import { open, readFile, rm } from 'node:fs/promises';
import { createKeyPair, deleteKeyPair, importKeyPair, listKeyPairs } from '../adapters/aws/keyPairs.js';
import { StackError } from '../base/errors.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { APPLICATION_TAG_FORMS, tagsOf } from '../domain/deploymentTags.js';
import type { KeyPair } from '../domain/keyPair.js';
import type { Stage } from '../events/stage.js';
import { deploymentOf } from '../infrastructure/ownership.js';
import { recordedWork } from './recordedWork.js';
import { chosen, hasTags, ownOf } from './rules/choose.js';
import { isPublicKey } from './rules/publicKey.js';
import { accountAws } from './accountAws.js';

/** Key pairs of an environment, by its tags. @throws StackError AWS_* */
export async function keysOf(
  context: ContextWith<'aws' | 'config' | 'signal'>,
  environment: NamedEnvironment,
  tags: readonly string[],
): Promise<readonly KeyPair[]> {
  const self = await deploymentOf(context, environment);
  const all = await listKeyPairs(
    await accountAws(context, environment),
    { tagNames: APPLICATION_TAG_FORMS },
    context.signal,
  );
  return ownOf(all, self).filter((one) => hasTags(one.tags, tags));
}

/** Where a new key pair comes from, and where its private half goes. */
export type KeySource =
  /** A public key that there is, absolute. */
  | { readonly publicKey: string }
  /** File for the private half that AWS makes, absolute. */
  | { readonly out: string };

/**
 * Refuses a key pair that cannot be made, before anything is.
 * @throws StackError RESOURCE_EXISTS where the name is taken; FILE_EXISTS where the file is there; USAGE where a file holds
 * no public key
 */
export async function checkNewKey(
  context: Context,
  environment: NamedEnvironment,
  name: string,
  source: KeySource,
): Promise<void> {
  const [there] = await listKeyPairs(await accountAws(context, environment), { name }, context.signal);
  if (there !== undefined) {
    throw new StackError('RESOURCE_EXISTS', `there is a key pair ${name} already (${there.id})`, {
      where: environment.name,
      next: `Use another name; or delete it: node runner keys delete ${name} --env ${environment.name}`,
    });
  }
  if ('publicKey' in source) await readPublicKey(source.publicKey);
}

/**
 * Makes a key pair with the tags of the deployment. The private half that AWS makes is written to a file that only its
 * owner can read, and shown nowhere.
 * @throws StackError FILE_EXISTS, USAGE, AWS_*
 */
export async function createKey(
  context: Context,
  environment: NamedEnvironment,
  { name, source, stage }: { readonly name: string; readonly source: KeySource; readonly stage: Stage },
): Promise<{ readonly id: string; readonly fingerprint: string }> {
  const tags = tagsOf(await deploymentOf(context, environment));
  const work = { kind: 'keys' as const, summary: `create ${name}`, stage, waitMs: undefined };
  return recordedWork(context, environment, work, async (signal) => {
    const aws = await accountAws(context, environment);
    if ('publicKey' in source) {
      const publicKey = await readPublicKey(source.publicKey);
      return importKeyPair(aws, { name, publicKey, tags }, signal);
    }
    // The file first: what cannot be kept must not be made.
    const file = await open(source.out, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      throw new StackError('FILE_EXISTS', `${source.out} is there already: no key is written over it`, {
        where: source.out,
        next: 'Name another file by --out.',
      });
    });
    try {
      const { privateKey, ...made } = await createKeyPair(aws, { name, tags }, signal);
      context.secrets.register(privateKey);
      await file.writeFile(privateKey.endsWith('\n') ? privateKey : `${privateKey}\n`);
      await file.close();
      return made;
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(source.out, { force: true });
      throw error;
    }
  });
}

/** The key pairs that are meant. @throws StackError RESOURCE_UNKNOWN, RESOURCE_FOREIGN; AWS_* */
export async function keysMeant(
  context: Context,
  environment: NamedEnvironment,
  words: readonly string[],
): Promise<readonly KeyPair[]> {
  const aws = await accountAws(context, environment);
  const self = await deploymentOf(context, environment);
  const tagged = await listKeyPairs(aws, { tagNames: APPLICATION_TAG_FORMS }, context.signal);
  const missing = words.filter((word) => !tagged.some(({ id, name }) => id === word || name === word));
  const named = await Promise.all(missing.map((name) => listKeyPairs(aws, { name }, context.signal)));
  return chosen([...tagged, ...named.flat()], {
    words,
    self,
    what: 'key pair',
    listed: `keys list --env ${environment.name}`,
  });
}

/** Deletes key pairs; instances keep the public half that they were launched with. @throws StackError AWS_* */
export function deleteKeys(
  context: Context,
  environment: NamedEnvironment,
  { keys, stage }: { readonly keys: readonly KeyPair[]; readonly stage: Stage },
): Promise<void> {
  const summary = `delete ${keys.map(({ name }) => name).join(', ')}`;
  const work = { kind: 'keys' as const, summary, stage, waitMs: undefined };
  return recordedWork(context, environment, work, async (signal) => {
    const aws = await accountAws(context, environment);
    for (const { name } of keys) {
      await deleteKeyPair(aws, name, signal);
      stage.subject(name).progress('delete', 'deleted', 'ok');
    }
  });
}

async function readPublicKey(file: string): Promise<Buffer> {
  const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new StackError('USAGE', `the public key cannot be read: ${error.message}`, {
      where: file,
      next: 'Name a file such as ~/.ssh/id_ed25519.pub.',
    });
  });
  if (isPublicKey(content.toString('utf8'))) return content;
  throw new StackError('USAGE', 'the file holds no public key', {
    where: file,
    next: 'Name the file that ends in .pub: ssh-ed25519 or ssh-rsa, in one line.',
  });
}
