import type { ContextWith } from '../context/context.js';
import type { StateVersion } from './rules/planBinding.js';
import type { StateJson } from './rules/resourceIds.js';
import { isState } from './rules/terraformJson.js';
import { toolJson } from '../base/toolJson.js';
import { terraformStatePull, type TerraformRoot } from './rules/terraformArguments.js';
import { terraformFailure } from './rules/terraformFailure.js';
import { runTerraform } from './terraformRun.js';
import { zipEntryHead } from './zipEntry.js';

/**
 * Terraform's plan file is a zip; this entry is the state that the plan was made on, with the serial that Terraform
 * itself holds against the state when the plan is applied.
 */
const STATE_ENTRY = 'tfstate';
/** Serial and lineage stand at the beginning of a state, before its outputs and resources. */
const HEAD_BYTES = 4096;

/**
 * The state a plan was made on, read from the plan file itself: no process is needed.
 * @returns undefined where the file is no plan, or one of a format that is not known
 */
export async function plannedState(plan: Buffer): Promise<StateVersion | undefined> {
  const head = await zipEntryHead(plan, STATE_ENTRY, HEAD_BYTES).catch(() => undefined);
  return head === undefined ? undefined : parseHead(head.toString('utf8'));
}

/**
 * The state as it is now.
 * @throws StackError TERRAFORM_FAILED, TOOL_MISSING, INTERRUPTED
 */
export async function currentState(
  context: ContextWith<'env' | 'events' | 'processes' | 'secrets' | 'signal'>,
  root: TerraformRoot,
): Promise<StateVersion> {
  const { serial, lineage } = (await pullState(context, root)) ?? { serial: 0, lineage: '' };
  return { serial, lineage };
}

/**
 * The state as its backend keeps it, with sensitive values in clear text.
 * @returns undefined where nothing was applied yet
 * @throws StackError TERRAFORM_FAILED, TOOL_FAILED, TOOL_MISSING, INTERRUPTED
 */
export async function pullState(
  context: ContextWith<'env' | 'events' | 'processes' | 'secrets' | 'signal'>,
  root: TerraformRoot,
): Promise<(StateVersion & StateJson) | undefined> {
  const pulled = await runTerraform(context, root, terraformStatePull(root), { captureStdout: true });
  if (pulled.exitCode !== 0) throw terraformFailure('state pull', root, pulled);
  // Where there is no state Terraform prints nothing; a wrapper may still print its words.
  if (!pulled.stdout.includes('"lineage"')) return undefined;
  return toolJson('terraform state pull', pulled, isState<StateVersion & StateJson>);
}

function parseHead(text: string): StateVersion | undefined {
  const serial = /^\s*"serial":\s*(\d+)/m.exec(text)?.[1];
  const lineage = /^\s*"lineage":\s*"([^"]*)"/m.exec(text)?.[1];
  return serial === undefined || lineage === undefined ? undefined : { serial: Number(serial), lineage };
}
