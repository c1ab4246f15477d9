import { mkdir, mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBlocks, type HclBlock } from '../../../scripts/terraformReader.js';
import { repository, type LintPart } from './lintParts.js';

/** Say what is refused and in which words; a scan finds nothing in them. */
const conditions = new Set(['validation', 'precondition', 'postcondition']);

function conditionsIn(blocks: readonly HclBlock[]): HclBlock[] {
  return blocks.flatMap((block) => (conditions.has(block.type) ? [block] : conditionsIn(block.blocks)));
}

/**
 * A file as checkov can read it: its parser knows no template inside of a template, which messages of conditions have.
 * Conditions become empty lines, so that all else stands where it stood.
 */
export function withoutConditions(text: string, file: string): string {
  let blocks: readonly HclBlock[];
  try {
    blocks = readBlocks(text, file);
  } catch {
    return text; // What is no HCL is for checkov to report.
  }
  return conditionsIn(blocks).reduce(
    (rest, block) => rest.replace(block.text, () => block.text.replace(/[^\n]+/g, '')),
    text,
  );
}

/**
 * Copies the code of the parts for checkov to read, with nothing left out of the scan.
 * @returns a temporary directory, the caller's to remove
 */
export async function scanCopy(parts: readonly LintPart[]): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'automation-stack-scan-'));
  for (const { path } of parts.flatMap((part) => part.directories)) {
    await mkdir(join(copy, path), { recursive: true });
    for (const file of (await readdir(join(repository, path))).filter((name) => name.endsWith('.tf'))) {
      const text = await readFile(join(repository, path, file), 'utf8');
      await writeFile(
        join(copy, path, file),
        withoutConditions(text, file).replaceAll('checkov:skip=', 'checkov skip='),
      );
    }
  }
  return copy;
}
