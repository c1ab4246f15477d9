import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { download } from '../adapters/http/download.js';
import { StackError } from '../base/errors.js';
import type { Tool } from '../domain/tools.js';
import { putFolder, putProgram, withDraft } from './drafts.js';
import type { ToolsPlace } from './machine.js';
import type { Step } from './rules/installPlan.js';
import type { VendorFile } from './rules/ways.js';
import { checkSignature } from './signature.js';
import { toolFolders } from './toolFolders.js';
import { unpackDeb, unpackZip } from './unpack.js';

type DownloadStep = Extract<Step, { readonly action: 'download' }>;

/**
 * Downloads a tool, checks that it is its vendor's, unpacks it beside its place, and puts it there in one step.
 * @throws StackError TOOL_FAILED with the reason; nothing is left then
 */
export async function installByDownload(place: ToolsPlace, tool: Tool, step: DownloadStep): Promise<void> {
  const { way, url, file: vendors } = step;
  const folder = join(toolFolders(place.env).tools, `${tool.name}-${way.version}`);
  await withDraft(place.env, async (draft) => {
    const file = join(draft, 'download');
    const { sha256 } = await download(url, file, place);
    await check(place, { step, vendors, file, sha256, draft });
    const whole = join(draft, 'whole');
    await mkdir(whole);
    try {
      await (way.format === 'zip' ? unpackZip(file, whole) : unpackDeb(file, whole, way.program));
    } catch (error) {
      throw new StackError('TOOL_FAILED', `cannot be unpacked: ${(error as Error).message}`, {
        where: url,
        cause: error,
      });
    }
    await putFolder(whole, folder);
  });
  await putProgram(place.env, join(folder, way.program), tool.program);
}

async function check(
  place: ToolsPlace,
  of: {
    readonly step: DownloadStep;
    readonly vendors: VendorFile;
    readonly file: string;
    readonly sha256: string;
    readonly draft: string;
  },
): Promise<void> {
  const { step, vendors, file, sha256, draft } = of;
  const { way, url } = step;
  if (vendors.sha256 !== undefined) {
    if (sha256 === vendors.sha256) return;
    throw new StackError('TOOL_FAILED', 'is not what its vendor published: its checksum is another', {
      where: url,
      evidence: [`wanted SHA-256 ${vendors.sha256}`, `got    SHA-256 ${sha256}`, `source: ${way.source}`],
      next: 'Nothing was installed. Something between here and the vendor changes files: ask for its logs, or install the tool by hand.',
    });
  }
  if (way.key === undefined) throw new Error(`${way.version} has neither a checksum nor a key`);
  const signature = join(draft, 'signature');
  await download(`${url}.sig`, signature, place);
  await checkSignature(place, { file, signature, key: way.key, scratch: draft });
}
