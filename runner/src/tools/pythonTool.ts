import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from '../base/errors.js';
import type { Tool } from '../domain/tools.js';
import { putProgram, removeProgram, withDraft } from './drafts.js';
import type { ToolsPlace } from './machine.js';
import type { Step } from './rules/installPlan.js';
import type { PythonPins } from './rules/ways.js';
import { toolFolders } from './toolFolders.js';
import { UNPACK_COLLECTIONS } from './unpackCollections.js';

type PythonStep = Extract<Step, { readonly action: 'python' }>;

/** The folder of collections inside an environment that was made here. */
const COLLECTIONS_FOLDER = 'collections';

/**
 * Makes an environment of its own for a tool from PyPI. It cannot be moved (its scripts name its Python), so it is made in its
 * place, which nothing leads to: the links to its programs come last, and without them the next run makes it anew.
 * @throws StackError TOOL_FAILED with the last lines of pip; nothing is left then
 */
export async function installPython(place: ToolsPlace, tool: Tool, step: PythonStep): Promise<void> {
  const { pins, python, way } = step;
  const folder = join(toolFolders(place.env).tools, `${tool.name}-${pins.version}`);
  for (const program of way.programs) await removeProgram(place.env, program);
  await rm(folder, { recursive: true, force: true });
  try {
    await run(place, python, ['-m', 'venv', folder], 'make a Python environment');
    const pip = [
      join(folder, 'bin', 'python'),
      '-m',
      'pip',
      '--disable-pip-version-check',
      '--quiet',
    ] as const;
    await pipRun(
      place,
      pip,
      ['install', '--no-input', ...pins.packages, ...(pins.libraries ?? [])],
      `install ${pins.packages.join(', ')}`,
    );
    await collections(place, pip, pins, join(folder, COLLECTIONS_FOLDER));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  // The program that is looked for comes last: with it all others are there.
  for (const program of [...way.programs.filter((name) => name !== tool.program), tool.program])
    await putProgram(place.env, join(folder, 'bin', program));
}

/** The collections of the Ansible that was installed here; undefined where none was. */
export async function installedCollections(
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const program = await realpath(join(toolFolders(env).programs, 'ansible-playbook')).catch(() => undefined);
  return program === undefined ? undefined : join(program, '..', '..', COLLECTIONS_FOLDER);
}

async function collections(
  place: ToolsPlace,
  pip: readonly [string, ...string[]],
  { collections: wanted }: PythonPins,
  folder: string,
): Promise<void> {
  if (wanted === undefined) return;
  await withDraft(place.env, async (draft) => {
    const purpose = `download the collections of ${wanted.from}`;
    await pipRun(
      place,
      pip,
      ['download', '--no-input', '--no-deps', '--only-binary', ':all:', '--dest', draft, wanted.from],
      purpose,
    );
    const wheel = (await readdir(draft)).find((name) => name.endsWith('.whl')) ?? '';
    await mkdir(folder);
    const args = ['-c', UNPACK_COLLECTIONS, join(draft, wheel), folder, ...wanted.names];
    await run(place, pip[0], args, 'unpack the collections');
  });
}

const pipRun = (
  place: ToolsPlace,
  [file, ...before]: readonly [string, ...string[]],
  args: readonly string[],
  purpose: string,
) => run(place, file, [...before, ...args], purpose);

/** `timeout` hands a signal on to all that the command started: pip and venv would leave theirs behind. */
async function run(place: ToolsPlace, file: string, args: readonly string[], purpose: string): Promise<void> {
  const { signal } = place;
  const call = { file: 'timeout', args: ['--kill-after=5s', '30m', file, ...args] };
  const { exitCode, tail } = await place.processes.run(call, signal === undefined ? {} : { signal });
  if (exitCode === 0) return;
  throw new StackError('TOOL_FAILED', `cannot ${purpose} (exit code ${exitCode})`, {
    where: [file, ...args].join(' ').slice(0, 300),
    evidence: tail.slice(-8),
    next: 'Where PyPI is not reached from here, name a mirror of it (PIP_INDEX_URL) or a proxy (HTTPS_PROXY), then run the command again.',
  });
}
