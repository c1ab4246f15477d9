import { constants, inflateRawSync } from 'node:zlib';
import type { Context } from '../container.js';
import type { StateVersion } from '../core/planBinding.js';
import type { StateJson } from '../core/resourceIds.js';
import { isState } from '../core/terraformJson.js';
import { toolJson } from '../core/toolJson.js';
import { terraformStatePull, type TerraformRoot } from '../invocations/terraform.js';
import { terraformFailure } from './terraformFailure.js';
import { runTerraform } from './terraformRun.js';

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
export function plannedState(plan: Buffer): StateVersion | undefined {
  const entry = entryOf(plan, STATE_ENTRY);
  if (entry === undefined) return undefined;
  try {
    // Only the head is inflated: a state may be large.
    const head = entry.stored
      ? entry.data
      : inflateRawSync(entry.data.subarray(0, HEAD_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
    return parseHead(head.toString('utf8'));
  } catch {
    return undefined;
  }
}

/**
 * The state as it is now.
 * @throws StackError TERRAFORM_FAILED, TOOL_MISSING, INTERRUPTED
 */
export async function currentState(context: Context, root: TerraformRoot): Promise<StateVersion> {
  const { serial, lineage } = (await pullState(context, root)) ?? { serial: 0, lineage: '' };
  return { serial, lineage };
}

/**
 * The state as its backend keeps it, with sensitive values in clear text.
 * @returns undefined where nothing was applied yet
 * @throws StackError TERRAFORM_FAILED, TOOL_FAILED, TOOL_MISSING, INTERRUPTED
 */
export async function pullState(
  context: Context,
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

/**
 * One entry of a zip, found by its central directory (entries that were streamed have no length before them).
 * Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
function entryOf(zip: Buffer, name: string): { readonly data: Buffer; readonly stored: boolean } | undefined {
  const END = Buffer.from('PK\u0005\u0006', 'latin1');
  const end = zip.lastIndexOf(END);
  if (end === -1 || end + 22 > zip.length) return undefined;
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  for (let index = 0; index < count && at + 46 <= zip.length; index++) {
    if (zip.readUInt32LE(at) !== 0x02014b50) return undefined;
    const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    if (zip.toString('utf8', at + 46, at + 46 + nameLength) === name) {
      const header = zip.readUInt32LE(at + 42);
      if (header + 30 > zip.length) return undefined;
      const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
      return { data: zip.subarray(start, start + size), stored: method === 0 };
    }
    at += 46 + nameLength + extra + comment;
  }
  return undefined;
}
