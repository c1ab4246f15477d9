import { dirname, join } from 'node:path';
import { findProgram } from '../../adapters/process/program.js';
import { StackError } from '../../base/errors.js';
import { newerOrSame } from '../../base/versionOrder.js';
import type { ContextWith } from '../../context/context.js';
import { localSettings } from '../../local/settings.js';

/** A tool that takes longer to tell its version hangs. */
const VERSION_LIMIT_MS = 30_000;
/** The first that knows plugins and `packer init`. */
const FIRST_WITH_PLUGINS = '1.7.0';
/** The first that has variables, `path.root` and `build.ID` in HCL2, and post-processors that `-except` leaves out. */
export const OLDEST_PACKER = '1.6.2';

/** What a build by Packer calls. */
export interface PackerTools {
  readonly version: string;
  /** Folder of ansible-playbook, where the template needs it. */
  readonly ansible: string | undefined;
}

/**
 * The version of the Packer on PATH.
 * @throws StackError TOOL_MISSING where there is none, or it is too old; TOOL_FAILED where it does not tell
 */
export async function packerVersion(context: ContextWith<'env' | 'processes' | 'signal'>): Promise<string> {
  if ((await findProgram(context.env, 'packer')) === undefined) throw missingTool('packer', 'packer');
  const { exitCode, tail, stdout } = await context.processes.run(
    { file: 'packer', args: ['version'], env: { CHECKPOINT_DISABLE: '1' } },
    { signal: context.signal, timeoutMs: VERSION_LIMIT_MS, captureStdout: true },
  );
  // Red Hat's cracklib has a program of this name, which waits for input and knows no version.
  const version = /^Packer v(\d+\.\d+\.\d+)/m.exec(stdout)?.[1];
  if (exitCode !== 0 || version === undefined)
    throw new StackError('TOOL_FAILED', 'the packer on PATH does not tell its version', {
      where: (await findProgram(context.env, 'packer')) ?? 'packer',
      evidence: tail.slice(-5),
      next: 'Install HashiCorp Packer (`node runner tools install packer`), and see that it is the first one on PATH.',
    });
  if (!newerOrSame(version, OLDEST_PACKER))
    throw new StackError('TOOL_MISSING', `Packer ${version} is too old: ${OLDEST_PACKER} is the oldest`, {
      where: 'packer on PATH',
      next: 'Install a newer one: node runner tools install packer',
    });
  return version;
}

/** Whether a Packer knows `packer init` and plugins that a template requires. */
export const knowsPlugins = (version: string): boolean => newerOrSame(version, FIRST_WITH_PLUGINS);

/**
 * What a build needs on this machine.
 * @throws StackError TOOL_MISSING, TOOL_FAILED
 */
export async function packerTools(
  context: ContextWith<'env' | 'processes' | 'signal'>,
  needs: { readonly ansible: boolean },
): Promise<PackerTools> {
  const version = await packerVersion(context);
  // Packer works through Docker's client, not by the engine's own interface.
  if ((await findProgram(context.env, 'docker')) === undefined) throw missingTool('docker', 'docker');
  if (!needs.ansible) return { version, ansible: undefined };
  const kept = join(localSettings(context.env).venv, 'bin');
  const ansible = await findProgram(context.env, 'ansible-playbook', [kept]);
  if (ansible === undefined) throw missingTool('ansible-playbook', 'ansible');
  return { version, ansible: dirname(ansible) };
}

const missingTool = (program: string, name: string): StackError =>
  new StackError('TOOL_MISSING', `${program} is not on PATH, and images of \`kind: packer\` need it`, {
    where: program,
    next: `Install it: node runner tools install ${name}`,
  });
