import { dirname, relative, resolve } from 'node:path';
import { readConfigText, inOrder, invalidConfig, validateConfig } from '../config/load.js';
import { remarksOf } from '../config/remarks.js';
import type { Config } from '../config/schema.js';
import type { ConfigIssue } from '../config/source.js';
import type { ContextWith } from '../context/context.js';
import { ownStageRemarks } from '../pipeline/rules/ownStageRemarks.js';
import { pipelineInput } from '../pipeline/rules/pipelineInput.js';
import { missingFiles } from './configFiles.js';

export interface CheckedConfiguration {
  readonly config: Config;
  /** What may be meant, in the order it stands. */
  readonly warnings: readonly ConfigIssue[];
}

/**
 * Checks a configuration whole, in one pass: its values, the names in it, and the files, playbooks and outputs that it
 * refers to. Nothing outside of this machine is asked.
 * @throws StackError CONFIG_NOT_FOUND; CONFIG_INVALID with every error as `file:line:column message`
 */
export async function checkConfiguration(
  context: ContextWith<'env' | 'kinds' | 'options'>,
): Promise<CheckedConfiguration> {
  const { directory, configFile } = context.options;
  const kinds = await context.kinds();
  const { path, shown, text } = await readConfigText(directory, configFile);
  const { config, issues, raw, locate } = validateConfig(kinds, shown, text, dirname(path), path);
  const remarks = [
    ...remarksOf(raw),
    ...(config === undefined ? [] : ownStageRemarks(pipelineInput(config))),
    ...missingFiles(raw, { directory: dirname(resolve(directory, configFile)), env: context.env, kinds }),
  ];
  const of = (level: 'error' | 'warning') =>
    remarks.filter((remark) => remark.level === level).map((remark) => locate(remark.path, remark.words));
  const errors = inOrder([...issues, ...of('error')]);
  if (config === undefined || errors.length > 0) throw invalidConfig(shown, errors);
  return { config, warnings: inOrder(of('warning')) };
}

/** A warning as a line. */
export function warningLine(
  context: ContextWith<'options'>,
  config: Config,
  { line, column, message }: ConfigIssue,
): string {
  const shown = relative(context.options.directory, config.file);
  return `${shown}:${line}:${column} ${message}`;
}
