import type { ContextWith } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { isOlder } from '../base/versionOrder.js';
import { installNext, toolNamed } from '../domain/tools.js';
import { isVersion } from './rules/terraformJson.js';
import { plainLines } from './rules/terraformMessages.js';
import { jsonIn } from '../base/toolJson.js';
import { terraformVersion } from './rules/terraformArguments.js';

const { oldest: OLDEST_TERRAFORM = '' } = toolNamed('terraform');

const checked = new WeakMap<object, Promise<string>>();

/**
 * The version of the terraform on PATH; asked once.
 * @throws StackError TOOL_MISSING where there is none or it is too old; TOOL_FAILED where it does not say its version
 */
export async function checkedTerraform(context: ContextWith<'processes'>): Promise<string> {
  const known = checked.get(context) ?? ask(context);
  checked.set(context, known);
  return refuseOld(await known);
}

/** Takes the version from what a terraform that runs anyway says of itself: it need not be asked. */
export function noteTerraform(context: object, version: string): void {
  checked.set(context, Promise.resolve(version));
}

async function ask(context: ContextWith<'processes'>): Promise<string> {
  const result = await context.processes.run(terraformVersion(), { captureStdout: true, timeoutMs: 30_000 });
  const version = jsonIn(result.stdout, isVersion)?.terraform_version;
  if (result.exitCode !== 0 || version === undefined) {
    throw new StackError('TOOL_FAILED', 'terraform does not print its version', {
      where: 'terraform version -json',
      evidence: plainLines(result.tail),
      next: 'Run `node runner doctor`.',
    });
  }
  return version;
}

function refuseOld(version: string): string {
  if (isOlder(version, OLDEST_TERRAFORM)) {
    throw new StackError(
      'TOOL_MISSING',
      `Terraform ${version} is too old: ${OLDEST_TERRAFORM} is the oldest`,
      {
        where: 'terraform on PATH',
        next: `${installNext('terraform')}   (installs one beside it)`,
      },
    );
  }
  return version;
}
