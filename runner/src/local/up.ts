import { engineFacts, engineUp } from './dockerDaemon.js';
import { emulatorUp } from './emulator.js';
import { missingImages, prepareImage, recordImages } from './localImages.js';
import { findProgram, installPackages } from './machine.js';
import { networkUp, relayUp } from './localNetwork.js';
import { servicesUp } from './localServices.js';
import { sshKeyUp } from './sshTrust.js';
import { toolsUp } from './installTools.js';
import { withStateLock } from './localLock.js';
import { watchLimitUp } from './watchLimit.js';
import { askCommand, type LocalContext } from './localContext.js';

/**
 * Starts the local environment. Existing parts stay as they are, so it can be called at
 * any time. If two run at once, the second one waits and then finds everything done.
 */
export async function localUp(local: LocalContext): Promise<void> {
  await installMissing(local);
  await sshKeyUp(local);
  await withStateLock(local, 'up', async () => {
    // Unpacking needs no engine, and the Python tools need neither, so they run side by side on two processors.
    const [engine, tools] = [engineUp(local), toolsUp(local)];
    const images = engine.then(() => imagesUp(local));
    const networked = engine.then(() => networkUp(local));
    const limit = engine.then(() => watchLimitUp(local));
    await allOf([engine, tools, images, networked, limit]);
    const names = await recordImages(local);
    await emulatorUp(local, names);
    await servicesUp(local);
    await relayUp(local, names);
  });
}

async function imagesUp(local: LocalContext): Promise<void> {
  const missing = await missingImages(local);
  if (missing.length === 0) {
    local.report({ piece: 'images', status: 'skipped', message: 'the base images of this recipe are there' });
    return;
  }
  await allOf(
    missing.map(async ({ recipe, tag }) => {
      const importImage = await prepareImage(local, recipe, tag);
      await importImage();
    }),
  );
}

/** All missing system packages, found first, so that one installation is enough. */
async function installMissing(local: LocalContext): Promise<void> {
  const packages: string[] = [];
  const reasons: string[] = [];
  const need = (names: readonly string[], reason: string) => {
    packages.push(...names);
    reasons.push(reason);
  };
  if ((await engineFacts(local)) === undefined && !(await programs(local, ['dockerd', 'iptables']))) {
    need(['docker.io', 'iptables'], 'no Docker engine answers');
  } else if ((await findProgram(local, 'docker')) === undefined) need(['docker.io'], 'no Docker client');
  if ((await findProgram(local, 'mmdebstrap')) === undefined)
    need(['mmdebstrap'], 'base images are made here');
  if (!(await programs(local, ['ssh', 'ssh-keygen']))) need(['openssh-client'], 'hosts are reached over SSH');
  if ((await askCommand(local, 'python3', ['-c', 'import ensurepip, venv'])) === undefined) {
    need(['python3-venv'], 'the tools live in a virtualenv');
  }
  if (packages.length > 0) await installPackages(local, packages, reasons.join('; '));
  else
    local.report({ piece: 'packages', status: 'skipped', message: 'everything that is needed is installed' });
}

async function programs(local: LocalContext, names: readonly string[]): Promise<boolean> {
  for (const name of names) if ((await findProgram(local, name)) === undefined) return false;
  return true;
}

/** Waits for all, also after a failure, and then throws the first failure, so that nothing continues unseen. */
async function allOf(promises: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure?.status === 'rejected') throw failure.reason;
}
