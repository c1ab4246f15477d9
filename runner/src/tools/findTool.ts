import { findProgram } from '../adapters/process/program.js';
import { StackError } from '../base/errors.js';
import type { Processes } from '../base/ports.js';
import { isOlder } from '../base/versionOrder.js';
import type { FoundTool, Tool } from '../domain/tools.js';
import { toolFolders } from './toolFolders.js';

type Env = Readonly<Record<string, string | undefined>>;

/** A tool that takes longer to tell its version hangs. */
const LIMIT_MS = 15_000;

/** What looking for a tool takes. */
export interface ToolsAsked {
  readonly env: Env;
  readonly processes: Processes;
  readonly signal?: AbortSignal | undefined;
}

/** Looks for a tool and asks it for its version. */
export async function findTool(place: ToolsAsked, tool: Tool): Promise<FoundTool> {
  // The runner runs on it.
  if (tool.name === 'node') return judged(tool, process.execPath, process.versions.node);
  const path = await findProgram(place.env, tool.program, [toolFolders(place.env).localPrograms]);
  if (path === undefined) return { status: 'missing', words: `${tool.program} is not on PATH` };
  const { exitCode, lines } = await said(place, path, tool.ask);
  const version = tool.version.exec(lines.join('\n'))?.[1];
  if (exitCode !== 0 || version === undefined) {
    if (tool.plugin !== undefined && version === undefined)
      return { status: 'missing', words: `${path} has no plugin ${tool.plugin}` };
    const last = lines.findLast((line) => line.trim() !== '')?.trim() ?? `exit code ${exitCode}`;
    return { status: 'broken', path, words: `${path} does not run: ${last}` };
  }
  const found = judged(tool, path, version);
  if (found.status !== 'ok' || tool.service === undefined) return found;
  const answer = await said(place, path, tool.service.ask);
  if (answer.exitCode === 0) return found;
  return {
    ...found,
    status: 'stopped',
    words: `${found.words}, but its ${tool.service.words} does not answer`,
  };
}

function judged(tool: Tool, path: string, version: string): FoundTool {
  if (tool.oldest !== undefined && isOlder(version, tool.oldest))
    return { status: 'old', version, path, words: `${version} at ${path} is too old (needs ${tool.oldest})` };
  return { status: 'ok', version, path, words: `${version} at ${path}` };
}

async function said({ processes, signal }: ToolsAsked, file: string, args: readonly string[]) {
  try {
    const result = await processes.run(
      { file, args },
      { timeoutMs: LIMIT_MS, ...(signal === undefined ? {} : { signal }) },
    );
    return { exitCode: result.exitCode, lines: result.tail };
  } catch (error) {
    // A script whose interpreter is gone.
    if (error instanceof StackError && error.code.startsWith('TOOL_'))
      return { exitCode: 127, lines: [error.message] };
    throw error;
  }
}
