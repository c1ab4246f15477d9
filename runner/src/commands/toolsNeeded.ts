import { StackError } from '../base/errors.js';
import { neededBy } from '../domain/finding.js';
import { noSuchTool, toolMeant, TOOLS, type Tool } from '../domain/tools.js';
import type { Context } from '../context/context.js';
import type { ToolsPlace } from '../tools/machine.js';

/** A tool with the parts of the configuration that need it. */
export interface NeededTool {
  readonly tool: Tool;
  /** `the runner`, or `environments.staging.infrastructure`; none where nothing does. */
  readonly by: readonly string[];
}

/**
 * All tools, each with what needs it: of the environment that `--env` names, else of all.
 * @throws StackError where a configuration is there and cannot be read
 */
export async function toolsNeeded(context: Context): Promise<readonly NeededTool[]> {
  const [config, kinds] = await Promise.all([configOf(context), context.kinds()]);
  const names =
    config === undefined
      ? []
      : context.options.environment === undefined
        ? Object.keys(config.environments)
        : [context.options.environment];
  const environments = await Promise.all(names.map((name) => context.environment(name)));
  const parts = neededBy(config, environments, kinds);
  return TOOLS.map((tool) => ({ tool, by: tool.need === 'always' ? ['the runner'] : parts[tool.need] }));
}

/** Without a configuration nothing but the runner needs anything. */
async function configOf(context: Context) {
  try {
    return await context.config();
  } catch (error) {
    if (error instanceof StackError && error.code === 'CONFIG_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * The tools that these words mean, each once, in the order of lists.
 * @throws StackError USAGE with the nearest name
 */
export function toolsMeant(words: readonly string[]): readonly Tool[] {
  const meant = words.map((word) => {
    const tool = toolMeant(word);
    if (tool !== undefined) return tool;
    const names = TOOLS.map(({ name }) => name).join(', ');
    throw new StackError('USAGE', noSuchTool(word), { next: `The tools: ${names}` });
  });
  return TOOLS.filter((tool) => meant.includes(tool));
}

/** What installing works with: what it does is told by the stage `tools`. */
export async function toolsPlace(context: Context): Promise<ToolsPlace> {
  const { Stage } = await import('../events/stage.js');
  const stage = new Stage(context.events, 'tools');
  const { env, processes, clock, signal } = context;
  const report: ToolsPlace['report'] = (subject, message, status) =>
    stage.progress(message, { subject, status: status === 'running' ? 'running' : status });
  return { env, processes, clock, signal, report };
}
