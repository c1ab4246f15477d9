import { join } from 'node:path';
import type { ContextWith } from '../context/context.js';
import type { Check, Finding, Needs } from '../domain/finding.js';
import { localSettings } from '../local/settings.js';
import { findAnsible } from '../hosts/ansiblePaths.js';
import { checkedTerraform, isOlder, OLDEST_TERRAFORM } from '../infrastructure/terraformVersion.js';

const OLDEST_NODE = '20.0.0';
const OLDEST_ANSIBLE = '2.15.0';
/** The first that sessions over SSH work with, by AWS's documentation. */
const OLDEST_PLUGIN = '1.1.23';
const PLUGIN_PAGE =
  'https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html';
/** A tool that takes longer to tell its version hangs. */
const TOOL_LIMIT_MS = 15_000;

/** The tools on this machine. */
export function toolChecks(
  context: ContextWith<'docker' | 'env' | 'processes' | 'signal'>,
  needs: Needs,
): readonly Check[] {
  return [
    { id: 'node', title: 'Node.js', required: true, run: () => Promise.resolve(node(process.versions.node)) },
    {
      id: 'git',
      title: 'git',
      required: true,
      run: () => tool(context, ['git', '--version'], 'Install git.'),
    },
    { id: 'docker', title: 'Docker engine', required: needs.docker, run: () => docker(context) },
    { id: 'terraform', title: 'Terraform', required: needs.terraform, run: () => terraform(context) },
    { id: 'ansible', title: 'Ansible', required: needs.ansible, run: () => ansible(context) },
    {
      id: 'ssh',
      title: 'SSH client',
      required: needs.ansible,
      run: () => tool(context, ['ssh', '-V'], 'Install it: sudo apt-get install openssh-client'),
    },
    {
      id: 'python',
      title: 'Python',
      required: needs.ansible,
      run: () => tool(context, ['python3', '--version'], 'Install Python 3, which Ansible runs on.'),
    },
    ...(needs.sessions ? sessionChecks(context) : []),
  ];
}

/** What a session of Session Manager is opened with. */
function sessionChecks(context: ContextWith<'processes' | 'signal'>): readonly Check[] {
  const plugin = async (): Promise<Finding> => {
    const next = `Install it: ${PLUGIN_PAGE}`;
    const finding = await tool(context, ['session-manager-plugin', '--version'], next);
    if (finding.status !== 'ok' || !isOlder(finding.found, OLDEST_PLUGIN)) return finding;
    return { status: 'failed', found: `${finding.found} is too old (needs ${OLDEST_PLUGIN})`, next };
  };
  const page = 'https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html';
  return [
    {
      id: 'aws-cli',
      title: 'AWS CLI',
      required: true,
      run: () => tool(context, ['aws', '--version'], `Install it: ${page}`),
    },
    { id: 'session-manager', title: 'Session Manager plugin', required: true, run: plugin },
  ];
}

function node(version: string): Finding {
  if (!isOlder(version, OLDEST_NODE)) return { status: 'ok', found: version };
  const next = 'Install Node.js 20 or newer: https://nodejs.org';
  return { status: 'failed', found: `${version} is too old`, next };
}

async function docker(context: ContextWith<'docker'>): Promise<Finding> {
  const engine = await context.docker();
  const [{ version }, { builder }] = await Promise.all([engine.info(), engine.ping()]);
  const found = `${version} at ${engine.address}, builds with ${builder === 'buildkit' ? 'BuildKit' : 'the classic builder'}`;
  return { status: 'ok', found };
}

async function terraform(context: ContextWith<'processes'>): Promise<Finding> {
  return { status: 'ok', found: `${await checkedTerraform(context)} (needs ${OLDEST_TERRAFORM})` };
}

async function ansible(context: ContextWith<'env' | 'processes' | 'signal'>): Promise<Finding> {
  const file = await findAnsible(context.env, join(localSettings(context.env).venv, 'bin'));
  const result = await context.processes.run(
    { file, args: ['--version'] },
    { timeoutMs: TOOL_LIMIT_MS, captureStdout: true, signal: context.signal },
  );
  const version = /core (\d[\w.]*)/.exec(result.stdout)?.[1];
  if (result.exitCode !== 0 || version === undefined) {
    return {
      status: 'failed',
      found: `${file} does not run: ${result.tail.at(-1) ?? ''}`,
      next: 'Install Ansible again: pip install ansible-core',
    };
  }
  if (isOlder(version, OLDEST_ANSIBLE)) {
    return {
      status: 'failed',
      found: `${version} is too old (needs ${OLDEST_ANSIBLE})`,
      next: 'pip install --upgrade ansible-core',
    };
  }
  return { status: 'ok', found: `${version} at ${file}` };
}

/** A tool that only has to be there. */
async function tool(
  context: ContextWith<'processes' | 'signal'>,
  [file, ...args]: readonly [string, ...string[]],
  next: string,
): Promise<Finding> {
  const result = await context.processes.run(
    { file, args },
    { timeoutMs: TOOL_LIMIT_MS, signal: context.signal },
  );
  const line = result.tail.find((text) => text.trim() !== '') ?? '';
  if (result.exitCode !== 0) return { status: 'failed', found: `${file} does not run: ${line}`, next };
  return { status: 'ok', found: /\d+(?:\.\d+)[\w.]*/.exec(line)?.[0] ?? line };
}
