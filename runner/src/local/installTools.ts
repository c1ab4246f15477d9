import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ANSIBLE_PINS } from '../tools/rules/ways.js';
import { UNPACK_COLLECTIONS } from '../tools/unpackCollections.js';
import { askCommand, asProcessGroup, runCommand, type LocalContext } from './localContext.js';

/** The same as `tools install ansible` installs. */
const [ANSIBLE] = ANSIBLE_PINS;

/** Pinned tools of the virtualenv. */
const PYTHON_PINS: readonly string[] = [
  'ministack==1.5.33', // the AWS emulator
  'docker==7.2.0', // without it the emulator silently runs no containers
  ...ANSIBLE.packages,
  'requests==2.34.2', // Ansible's docker modules, where they run on this machine
];

/** Collections come from the `ansible` distribution on PyPI, so Galaxy is not needed. */
const COLLECTIONS_PIN = ANSIBLE.collections.from;
const COLLECTIONS: readonly string[] = [
  'community.docker',
  'community.library_inventory_filtering_v1',
  'ansible.posix',
];

const wanted = createHash('sha256')
  .update(JSON.stringify([PYTHON_PINS, COLLECTIONS_PIN, COLLECTIONS]))
  .digest('hex');

/** Whether the pinned tools are installed, in exactly these versions. */
export async function toolsPresent(local: LocalContext): Promise<boolean> {
  try {
    return (await readFile(join(local.settings.tools, 'pins'), 'utf8')) === wanted;
  } catch {
    return false;
  }
}

/** Creates the virtualenv and unpacks the collections. The machine's own Python does not change. */
export async function toolsUp(local: LocalContext): Promise<void> {
  const { tools, venv, collections } = local.settings;
  if (await toolsPresent(local)) {
    local.report({
      piece: 'tools',
      status: 'skipped',
      message: `${PYTHON_PINS.slice(0, 3).join(', ')} are in ${venv}`,
    });
    return;
  }
  local.report({
    piece: 'tools',
    status: 'running',
    message: `installing ${PYTHON_PINS.join(', ')} into ${venv} (the AWS emulator, and Ansible)`,
  });
  await mkdir(tools, { recursive: true });
  await rm(join(tools, 'pins'), { force: true });
  const python = join(venv, 'bin', 'python');
  const purpose = 'set up the Python tools';
  if ((await askCommand(local, python, ['-m', 'pip', '--version'])) === undefined) {
    await rm(venv, { recursive: true, force: true });
    await runCommand(local, asProcessGroup('python3', ['-m', 'venv', venv]), { purpose });
  }
  const pip = ['-m', 'pip', '--disable-pip-version-check', '--quiet'];
  await runCommand(local, asProcessGroup(python, [...pip, 'install', ...PYTHON_PINS]), { purpose });
  await unpackCollections(local, python, pip, collections);
  await writeFile(join(tools, 'pins'), wanted);
  local.report({
    piece: 'tools',
    status: 'ok',
    message: `Python tools and Ansible collections are in ${tools}`,
  });
}

async function unpackCollections(
  local: LocalContext,
  python: string,
  pip: readonly string[],
  collections: string,
): Promise<void> {
  const purpose = `unpack ${COLLECTIONS.join(', ')}`;
  const download = await mkdtemp(join(local.settings.tools, 'download-'));
  try {
    const args = [...pip, 'download', '--no-deps', '--dest', download, COLLECTIONS_PIN];
    await runCommand(local, asProcessGroup(python, args), { purpose });
    const wheel = (await readdir(download)).find((file) => file.endsWith('.whl'));
    await rm(collections, { recursive: true, force: true });
    const unpack = ['-c', UNPACK_COLLECTIONS, join(download, wheel ?? ''), collections, ...COLLECTIONS];
    await runCommand(local, { file: python, args: unpack }, { purpose });
  } finally {
    await rm(download, { recursive: true, force: true });
  }
}
