import { existsSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { findProgram } from '../adapters/process/program.js';
import { homeDirectory, isKnownUser } from '../adapters/process/user.js';
import type { Config } from '../config/schema.js';
import type { ContextWith } from '../context/context.js';
import type { Check, Finding, Needs } from '../domain/finding.js';

/** `ps` that takes longer hangs. */
const TOOL_LIMIT_MS = 15_000;
const RECIPE = 'or use the image of pipelines/agent/Dockerfile';
const PROCPS = `Install procps in the image (apt-get install procps, apk add procps), ${RECIPE}.`;

/** Where a runner stands. */
export interface Machine {
  readonly isJenkins: boolean;
  readonly isContainer: boolean;
}

/** Told from what Jenkins sets in every build, and from what container engines leave in every container. */
export function machineOf({ env }: ContextWith<'env'>): Machine {
  return {
    isJenkins: env['JENKINS_URL'] !== undefined || env['AUTOMATION_STACK_RUN'] !== undefined,
    isContainer:
      existsSync('/.dockerenv') ||
      existsSync('/run/.containerenv') ||
      env['KUBERNETES_SERVICE_HOST'] !== undefined,
  };
}

/**
 * What an agent needs beside the tools; nothing where this is none. In a container Jenkins ends a step by `ps` and `kill`
 * (docker-workflow: `ps -A -o pid,command e`, then `kill PID …`): without them an abort kills the container in the middle
 * of an apply.
 */
export function agentChecks(
  context: ContextWith<'env' | 'processes' | 'signal'>,
  config: Config | undefined,
  needs: Needs,
  { isJenkins, isContainer }: Machine = machineOf(context),
): readonly Check[] {
  const tests = hostTests(config).map(([image, command]) => ({
    id: `test:${image}`,
    title: `Test of ${image}`,
    required: true,
    run: () => onPath(context, command, `images.${image}.test runs it beside the sources`),
  }));
  if (!isJenkins && !isContainer) return tests;
  // An agent that is no container reads /proc itself.
  const required = isJenkins && isContainer;
  return [
    { id: 'agent:ps', title: 'ps (agent)', required, run: () => ps(context) },
    { id: 'agent:kill', title: 'kill (agent)', required, run: () => kill(context) },
    { id: 'agent:user', title: 'User (agent)', required: needs.ansible, run: () => user(context) },
    ...tests,
  ];
}

async function ps(context: ContextWith<'processes' | 'signal'>): Promise<Finding> {
  const result = await run(context, 'ps', '-A', '-o', 'pid,command', 'e');
  if (result === undefined) return { status: 'failed', found: 'is not on PATH', next: PROCPS };
  if (result.exitCode === 0) return { status: 'ok', found: 'lists processes as Jenkins asks for them' };
  const words = result.tail.find((line) => line.trim() !== '') ?? '';
  return { status: 'failed', found: `does not know \`ps -A -o pid,command e\`: ${words}`, next: PROCPS };
}

/** The program, not the shell's own word for it: Jenkins calls it without a shell. */
async function kill(context: ContextWith<'processes' | 'signal'>): Promise<Finding> {
  const result = await run(context, 'kill', '-0', String(process.pid));
  if (result?.exitCode === 0) return { status: 'ok', found: 'is a program' };
  return {
    status: 'failed',
    found: 'is not a program on PATH (the builtin of a shell is not enough for Jenkins)',
    next: PROCPS,
  };
}

/** Docker runs an agent's image as the agent's own user, whom the image need not know. */
async function user({ env }: ContextWith<'env'>): Promise<Finding> {
  const home = homeDirectory(env);
  const isWritable = await access(home, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!isKnownUser())
    return {
      status: 'failed',
      found: `user ${process.getuid?.()} is not in /etc/passwd: ssh and Ansible refuse to work`,
      next: `Add the agent's user to the image (useradd --uid ${process.getuid?.()} agent), ${RECIPE}.`,
    };
  if (!isWritable)
    return {
      status: 'failed',
      found: `cannot write to its home, ${home}`,
      next: 'Set HOME to a separate directory by jenkins.agent.arguments: -e HOME=…',
    };
  return { status: 'ok', found: `known, with ${home}` };
}

/** Tests that run beside the sources, each with the program it begins with. */
function hostTests(config: Config | undefined): readonly (readonly [string, string])[] {
  return Object.entries(config?.images ?? {}).flatMap(([image, { test }]) =>
    test === undefined || Array.isArray(test) || test.on !== 'host' || test.command[0] === undefined
      ? []
      : [[image, test.command[0]] as const],
  );
}

async function onPath({ env }: ContextWith<'env'>, program: string, why: string): Promise<Finding> {
  // One with a folder is of the project, and looked for when it runs.
  if (program.includes('/')) return { status: 'skipped', found: `${program} is in the project` };
  const file = await findProgram(env, program);
  if (file !== undefined) return { status: 'ok', found: file };
  return {
    status: 'failed',
    found: `${program} is not on PATH; ${why}`,
    next: `Install ${program}, or run the test in its image: remove \`on: host\`.`,
  };
}

async function run(context: ContextWith<'processes' | 'signal'>, file: string, ...args: readonly string[]) {
  const options = { timeoutMs: TOOL_LIMIT_MS, signal: context.signal };
  return context.processes.run({ file, args }, options).catch(() => undefined);
}
