// Runs the linters of Terraform code, all parts or those named, and shows what they found:
//   node --import tsx scripts/terraformLint.ts [tflint|checkov] [PATH …]     PATH: terraform/modules/ecr
import { rm } from 'node:fs/promises';
import { checkovUp, tflintUp } from '../test/support/terraform/linterTools.js';
import { runCheckov } from '../test/support/terraform/checkov.js';
import { runTflint } from '../test/support/terraform/tflint.js';
import { concerns, readLintParts, tell, type LintFinding } from '../test/support/terraform/lintParts.js';
import { checkovSkips, notSkipped } from '../test/support/terraform/lintSkips.js';
import { scanCopy } from '../test/support/terraform/scanCopy.js';
import { testLocalContext } from '../test/support/localContext.js';

const words = process.argv.slice(2);
const tools = words.filter((word) => ['tflint', 'checkov'].includes(word));
const paths = words.filter((word) => !tools.includes(word)).map((path) => path.replace(/\/$/, ''));
const all = readLintParts();
const unknown = paths.filter((path) => !all.some((part) => part.path === path));
if (unknown.length > 0) {
  console.error(
    `No module and no root ${unknown.join(', ')}; there are:\n${all.map(({ path }) => `  ${path}`).join('\n')}`,
  );
  process.exit(2);
}
const parts = all.filter(({ path }) => paths.length === 0 || paths.includes(path));
const localContext = {
  ...testLocalContext(),
  say: (news: { message: string }) => console.error(news.message),
};

/** All of it, also where parts are named: a part may call others. */
async function scan(): Promise<LintFinding[]> {
  const copy = await scanCopy(all);
  try {
    return notSkipped(await runCheckov(await checkovUp(localContext), copy), checkovSkips(all));
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

const chosen = (tool: string) => tools.length === 0 || tools.includes(tool);
const found = [
  ...(chosen('tflint') ? await runTflint(await tflintUp(localContext), parts) : []),
  ...(chosen('checkov') ? await scan() : []),
].filter((finding) => parts.some((part) => concerns(part, finding)));
console.log(found.length === 0 ? `Nothing found in ${parts.length} modules and roots.` : tell(found));
process.exitCode = found.length === 0 ? 0 : 1;
