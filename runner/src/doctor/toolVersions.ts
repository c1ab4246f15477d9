import type { ContextWith } from '../context/context.js';
import type { Check, Finding, Needs } from '../domain/finding.js';
import { installNext, TOOLS, type Tool } from '../domain/tools.js';
import { findTool } from '../tools/findTool.js';

/** The tools on this machine: all that any configuration may need, and what only sessions do where this one has them. */
export function toolChecks(
  context: ContextWith<'docker' | 'env' | 'processes' | 'signal'>,
  needs: Needs,
): readonly Check[] {
  const rare = new Set<Tool['need']>(['sessions', 'packer', 'trivy', 'cosign', 'buildx']);
  return TOOLS.filter(({ need }) => need === 'always' || !rare.has(need) || needs[need]).map((tool) => ({
    id: tool.name,
    title: tool.title,
    required: tool.need === 'always' || needs[tool.need],
    run: () => (tool.name === 'docker' ? docker(context) : installed(context, tool)),
  }));
}

/** The engine is spoken to directly: its client need not be there. */
async function docker(context: ContextWith<'docker'>): Promise<Finding> {
  const engine = await context.docker();
  const [{ version }, { builder }] = await Promise.all([engine.info(), engine.ping()]);
  const found = `${version} at ${engine.address}, builds with ${builder === 'buildkit' ? 'BuildKit' : 'the classic builder'}`;
  return { status: 'ok', found };
}

async function installed(context: ContextWith<'env' | 'processes' | 'signal'>, tool: Tool): Promise<Finding> {
  const { status, words } = await findTool(context, tool);
  if (status === 'ok') return { status, found: words };
  return {
    status: 'failed',
    found: words,
    next:
      tool.name === 'node' ? `Install Node.js ${tool.oldest} or newer: ${tool.page}` : installNext(tool.name),
  };
}
