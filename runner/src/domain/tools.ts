import { didYouMean } from '../base/nearest.js';
import type { ToolNeed } from './finding.js';

/** Names as `doctor`, `tools list` and `tools install` say them. */
export type ToolName =
  | 'node'
  | 'git'
  | 'docker'
  | 'packer'
  | 'terraform'
  | 'ansible'
  | 'ssh'
  | 'python'
  | 'aws-cli'
  | 'session-manager'
  | 'trivy'
  | 'cosign'
  | 'buildx';

/** A program of somebody else that the runner starts. */
export interface Tool {
  readonly name: ToolName;
  readonly title: string;
  /** What is started, as it is found on PATH. */
  readonly program: string;
  /** Where it is a plugin of its program: what fails to tell a version is a program without it. */
  readonly plugin?: string;
  /** Arguments with which it tells its version. */
  readonly ask: readonly string[];
  /** The version in what it says then. */
  readonly version: RegExp;
  /** Older ones do not do the work. */
  readonly oldest?: string;
  /** What it is nothing without, and how to ask whether that answers. */
  readonly service?: { readonly words: string; readonly ask: readonly string[] };
  /** What of a configuration needs it; `always` where the runner needs it for anything. */
  readonly need: 'always' | ToolNeed;
  /** How to get it by hand, where the runner cannot. */
  readonly page: string;
}

/** What was found of a tool. */
export interface FoundTool {
  /** `old`: older than the oldest that does the work; `broken`: it does not run; `stopped`: its service does not answer. */
  readonly status: 'ok' | 'missing' | 'old' | 'broken' | 'stopped';
  readonly version?: string;
  /** Its program. */
  readonly path?: string;
  /** For people: `1.11.4 at /usr/bin/terraform`, `is not on PATH`. */
  readonly words: string;
}

const NUMBER = /(\d+(?:\.\d+)+[\w.]*)/;

/**
 * The tools, in the order that lists show: one table for `doctor`, `tools list`, `tools install`, and for what messages say of a
 * tool that is missing.
 */
export const TOOLS: readonly Tool[] = [
  {
    name: 'node',
    title: 'Node.js',
    program: 'node',
    ask: ['--version'],
    version: NUMBER,
    oldest: '20.0.0',
    need: 'always',
    page: 'https://nodejs.org',
  },
  {
    name: 'git',
    title: 'git',
    program: 'git',
    ask: ['--version'],
    version: NUMBER,
    need: 'always',
    page: 'https://git-scm.com/downloads',
  },
  {
    name: 'docker',
    title: 'Docker engine',
    program: 'docker',
    ask: ['--version'],
    version: NUMBER,
    service: { words: 'engine', ask: ['version', '--format', '{{.Server.Version}}'] },
    need: 'docker',
    page: 'https://docs.docker.com/engine/install/',
  },
  {
    name: 'packer',
    title: 'Packer',
    program: 'packer',
    ask: ['version'],
    version: /Packer v(\d[\w.]*)/,
    // What Debian 12 packages; templates in HCL2 work from here on.
    oldest: '1.6.6',
    need: 'packer',
    page: 'https://developer.hashicorp.com/packer/install',
  },
  {
    name: 'terraform',
    title: 'Terraform',
    program: 'terraform',
    ask: ['version'],
    version: /Terraform v(\d[\w.]*)/,
    // Older ones lack ephemeral values and lock files in S3, which the modules use.
    oldest: '1.11.0',
    need: 'terraform',
    page: 'https://developer.hashicorp.com/terraform/install',
  },
  {
    name: 'ansible',
    title: 'Ansible',
    program: 'ansible-playbook',
    ask: ['--version'],
    version: /core (\d[\w.]*)/,
    oldest: '2.15.0',
    need: 'ansible',
    page: 'https://docs.ansible.com/ansible/latest/installation_guide/intro_installation.html',
  },
  {
    name: 'ssh',
    title: 'SSH client',
    program: 'ssh',
    ask: ['-V'],
    version: NUMBER,
    need: 'ansible',
    page: 'https://www.openssh.com/portable.html',
  },
  {
    name: 'python',
    title: 'Python',
    program: 'python3',
    ask: ['--version'],
    version: NUMBER,
    need: 'ansible',
    page: 'https://www.python.org/downloads/',
  },
  {
    name: 'aws-cli',
    title: 'AWS CLI',
    program: 'aws',
    ask: ['--version'],
    version: /aws-cli\/(\d[\w.]*)/,
    // The first that the plugin works with, by AWS's documentation.
    oldest: '1.16.12',
    need: 'sessions',
    page: 'https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html',
  },
  {
    name: 'session-manager',
    title: 'Session Manager plugin',
    program: 'session-manager-plugin',
    ask: ['--version'],
    version: NUMBER,
    // The first that sessions over SSH work with, by AWS's documentation.
    oldest: '1.1.23',
    need: 'sessions',
    page: 'https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html',
  },
  {
    name: 'trivy',
    title: 'Trivy',
    program: 'trivy',
    ask: ['--version'],
    version: NUMBER,
    need: 'trivy',
    page: 'https://trivy.dev/latest/getting-started/installation/',
  },
  {
    name: 'cosign',
    title: 'cosign',
    program: 'cosign',
    ask: ['version'],
    version: /GitVersion:\s*v?(\d[\w.]*)/,
    need: 'cosign',
    page: 'https://docs.sigstore.dev/cosign/system_config/installation/',
  },
  {
    name: 'buildx',
    title: 'Docker Buildx',
    program: 'docker',
    plugin: 'buildx',
    ask: ['buildx', 'version'],
    version: /buildx v?(\d[\w.]*)/,
    // The first that tells its progress as JSON.
    oldest: '0.13.0',
    need: 'buildx',
    page: 'https://github.com/docker/buildx#installing',
  },
];

/** The tool of this name. */
export const toolNamed = (name: ToolName): Tool => TOOLS.find((tool) => tool.name === name) as Tool;

/** The tool that a user means by this word: its name, or the program it is started by. */
export const toolMeant = (word: string): Tool | undefined =>
  TOOLS.find(({ name, program }) => name === word || program === word);

/** What is said of a word that means no tool. */
export const noSuchTool = (word: string): string =>
  `there is no tool ${word}.${didYouMean(
    word,
    TOOLS.map(({ name }) => name),
  )}`;

/** What to type where a tool is missing or too old; the runner says so itself where it cannot install it. */
export const installNext = (...names: readonly ToolName[]): string =>
  `Type: node runner tools install ${names.join(' ')}`;
