import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectories } from '../adapters/process/directories.js';
import { withFileLock } from '../adapters/process/fileLock.js';
import { StackError, toErrorRecord } from '../base/errors.js';
import type { FoundTool, Tool } from '../domain/tools.js';
import { installByDownload } from './downloadTool.js';
import { DRAFT, putProgram } from './drafts.js';
import { findTool } from './findTool.js';
import { machineOf, type ToolsPlace } from './machine.js';
import { installPackages, refreshLists } from './packages.js';
import { installPython } from './pythonTool.js';
import { planOf, type Step } from './rules/installPlan.js';
import { WAYS, type Way } from './rules/ways.js';
import { toolFolders, withTools } from './toolFolders.js';

/** Longer than the longest holder, which downloads everything on a slow line. */
const PATIENCE_MS = 30 * 60_000;

/** How it went with a tool. */
export interface ToolResult {
  readonly tool: string;
  readonly title: string;
  /** `ok`: it was there; `planned`: it would be installed; `by-hand`: the runner cannot. */
  readonly status: 'ok' | 'installed' | 'planned' | 'by-hand' | 'failed';
  readonly version?: string;
  readonly path?: string;
  /** For people: what was found, is there now, would be done, or is wrong. */
  readonly words: string;
  /** What to type, where it is not well. */
  readonly next?: string;
}

export interface InstallOptions {
  readonly dryRun?: boolean;
  /** How each tool is installed; a test brings its own. */
  readonly ways?: Readonly<Partial<Record<string, readonly Way[]>>>;
}

/**
 * Installs tools that are missing, too old or broken: by the system's packages, or into the user's home. It says what it does
 * before it does it, leaves what is well as it is (and then asks no network), and goes on where one fails. Two at once
 * take turns; what a killed one left half is removed by the next.
 * @returns one result a tool, in the order of `tools`
 * @throws StackError LOCKED where another one works for half an hour; the signal's reason
 */
export async function installTools(
  place: ToolsPlace,
  tools: readonly Tool[],
  { dryRun = false, ways = WAYS }: InstallOptions = {},
): Promise<readonly ToolResult[]> {
  const seen = await lookFor(place, tools);
  const lacking = tools.filter((tool) => seen.get(tool)?.status !== 'ok');
  if (lacking.length === 0) return tools.map((tool) => kept(tool, seen.get(tool) as FoundTool));
  if (dryRun) {
    const steps = await plan(place, tools, seen, ways);
    return steps.map(intended);
  }
  const folders = toolFolders(place.env);
  makeDirectories(folders.tools);
  return withFileLock(join(folders.tools, 'install.lock'), () => work(place, tools, ways), {
    pollMs: 50,
    giveUpAfterMs: PATIENCE_MS,
    busy: 'another process has been installing tools for half an hour',
    signal: place.signal,
    onWait: () => place.report('tools', 'another installation is running: waiting for it', 'running'),
  });
}

async function lookFor(place: ToolsPlace, tools: readonly Tool[]): Promise<ReadonlyMap<Tool, FoundTool>> {
  return new Map(await Promise.all(tools.map(async (tool) => [tool, await findTool(place, tool)] as const)));
}

async function work(
  before: ToolsPlace,
  tools: readonly Tool[],
  ways: Readonly<Partial<Record<string, readonly Way[]>>>,
): Promise<readonly ToolResult[]> {
  await sweep(toolFolders(before.env).tools);
  // Whoever had the lock may have installed it meanwhile, and made the folder of programs.
  const place = { ...before, env: withTools(before.env) };
  const seen = await lookFor(place, tools);
  const wanted = tools
    .filter((tool) => seen.get(tool)?.status !== 'ok')
    .flatMap(({ name }) => ways[name] ?? []);
  await refreshLists(place, wanted);
  const results: ToolResult[] = [];
  for (const step of await plan(place, tools, seen, ways)) {
    before.signal?.throwIfAborted();
    results.push(await carryOut(place, step));
  }
  return results;
}

async function plan(
  place: ToolsPlace,
  tools: readonly Tool[],
  seen: ReadonlyMap<Tool, FoundTool>,
  ways: Readonly<Partial<Record<string, readonly Way[]>>>,
): Promise<readonly Step[]> {
  const lacking = tools.filter((tool) => seen.get(tool)?.status !== 'ok');
  const machine = await machineOf(
    place,
    lacking.flatMap(({ name }) => ways[name] ?? []),
  );
  const mirror = place.env['AUTOMATION_STACK_TOOLS_MIRROR'] || undefined;
  return tools.map((tool) =>
    planOf(tool, seen.get(tool) as FoundTool, ways[tool.name] ?? [], machine, mirror),
  );
}

async function carryOut(place: ToolsPlace, step: Step): Promise<ToolResult> {
  const { tool, found } = step;
  if (step.action === 'keep' || step.action === 'by-hand') return intended(step);
  place.report(tool.name, `${found.words}: installing ${step.what}`, 'running');
  try {
    if (step.action === 'packages') await installPackages(place, step.way);
    else if (step.action === 'download') await installByDownload(place, tool, step);
    else await installPython(place, tool, step);
    const now = await foundNow(place, step);
    if (now.status === 'ok') {
      place.report(tool.name, now.words, 'ok');
      return { ...named(tool), status: 'installed', ...facts(now), words: now.words };
    }
    throw new StackError('TOOL_FAILED', `is installed, but ${now.words}`, { next: nextOfIll(now) });
  } catch (error) {
    place.signal?.throwIfAborted();
    const { message, evidence = [], next } = toErrorRecord(error);
    place.report(tool.name, message, 'failed');
    const said = evidence.length === 0 ? '' : `\n${evidence.slice(-8).join('\n')}`;
    const byHand = `Install it by hand: ${tool.page}`;
    return { ...named(tool), status: 'failed', words: `${message}${said}`, next: next ?? byHand };
  }
}

/** A package's program that another one hides on PATH is put before it. */
async function foundNow(place: ToolsPlace, { tool, action }: Step): Promise<FoundTool> {
  const look = () => findTool({ ...place, env: withTools(place.env) }, tool);
  const found = await look();
  const isHidden = found.status === 'old' || found.status === 'broken';
  const packaged = join('/usr/bin', tool.program);
  if (action !== 'packages' || !isHidden || found.path === packaged) return found;
  await putProgram(place.env, packaged);
  return look();
}

const nextOfIll = ({ status }: FoundTool): string =>
  status === 'stopped'
    ? 'Start it: sudo systemctl start docker   (where there is no systemd, `node runner local up` starts one)'
    : 'Run `node runner tools list` to see which one comes first on PATH.';

const named = ({ name, title }: Tool) => ({ tool: name, title });
const facts = ({ version, path }: FoundTool) => ({
  ...(version === undefined ? {} : { version }),
  ...(path === undefined ? {} : { path }),
});
const kept = (tool: Tool, found: FoundTool): ToolResult => ({
  ...named(tool),
  status: 'ok',
  ...facts(found),
  words: found.words,
});

/** What a step that is not carried out comes to. */
function intended(step: Step): ToolResult {
  const { tool, found } = step;
  if (step.action === 'keep') return kept(tool, found);
  if (step.action === 'by-hand')
    return { ...named(tool), status: 'by-hand', words: `${found.words}; ${step.why}`, next: step.next };
  return { ...named(tool), status: 'planned', words: `${found.words}: would install ${step.what}` };
}

/** Removes what killed runs left half: only the holder of the lock makes such folders. */
async function sweep(tools: string): Promise<void> {
  const names = await readdir(tools).catch(() => []);
  const left = names.filter((name) => name.startsWith(DRAFT));
  await Promise.all(left.map((name) => rm(join(tools, name), { recursive: true, force: true })));
}
