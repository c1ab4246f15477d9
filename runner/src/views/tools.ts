import type { FoundTool } from '../domain/tools.js';
import { pad } from './text.js';
import { table } from './table.js';

/** A tool as `tools list` shows it. */
export interface ListedTool extends FoundTool {
  readonly tool: string;
  readonly oldest?: string | undefined;
  readonly installs: readonly string[];
  readonly neededBy: readonly string[];
}

/** What installing came to, as `tools install` shows it. */
export interface ToolOutcome {
  readonly title: string;
  readonly status: 'ok' | 'installed' | 'planned' | 'by-hand' | 'failed';
  readonly words: string;
  readonly next?: string;
}

const HEADERS = ['tool', 'wanted', 'installs', 'found', 'where', 'needed by'];
const FOUND: Readonly<Record<FoundTool['status'], string>> = {
  ok: '',
  missing: '-',
  old: ' (too old)',
  broken: 'does not run',
  stopped: ' (no answer)',
};

/** One line a tool, and what to type where a needed one is not well. */
export function listText(tools: readonly ListedTool[]): string {
  const rows = tools.map(({ tool, oldest, installs, status, version = '', path, neededBy }) => [
    tool,
    oldest === undefined ? 'any' : `≥ ${oldest}`,
    installs[0] ?? '-',
    `${version}${FOUND[status]}`,
    path ?? '-',
    neededBy.join(', ') || '-',
  ]);
  const ill = tools.filter(({ status, neededBy }) => status !== 'ok' && neededBy.length > 0);
  const next = `Type: node runner tools install ${ill.map(({ tool }) => tool).join(' ')}`;
  return [table(HEADERS, rows), ...(ill.length === 0 ? [] : ['', next])].join('\n');
}

const OUTCOME: Readonly<Record<ToolOutcome['status'], string>> = {
  ok: 'ok',
  installed: 'new',
  planned: 'plan',
  'by-hand': 'BY HAND',
  failed: 'FAILED',
};

/** One line a tool, with what to type below each that is not there. */
export function resultsText(results: readonly ToolOutcome[], dryRun: boolean): string {
  if (results.length === 0) return 'Nothing is needed: name a tool, or --all.';
  const width = Math.max(...results.map(({ title }) => title.length));
  const indent = ' '.repeat(7 + 2 + width + 2);
  const lines = results.flatMap(({ title, status, words, next }) => {
    const [first = '', ...others] = words.split('\n');
    return [
      `${pad(OUTCOME[status], 7)}  ${pad(title, width)}  ${first}`,
      ...others.map((line) => `${indent}${line}`),
      ...(next === undefined ? [] : [`${indent}→ ${next}`]),
    ];
  });
  return [...lines, ...(dryRun ? ['', 'Nothing was changed.'] : [])].join('\n');
}
