import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { AnsiblePaths } from './rules/ansibleSettings.js';

/** What a host is told to run, as /ansible/pull/pull.py reads it. */
export interface PullRequest {
  /** A run of the same name is not repeated; its result is told again. */
  readonly id: string;
  readonly region: string;
  readonly bucket: string;
  readonly bundle: ObjectOfRun;
  /** An object with the play; its secrets make it one that is removed after the run. */
  readonly values?: ObjectOfRun;
  /** The play itself, where it has no secrets. */
  readonly play?: Play;
  readonly objects?: readonly PulledObject[];
  /** Where the host itself reads the password of Ansible Vault. */
  readonly vault?: { readonly parameter: string } | { readonly secret: string };
}

/** A host that is told to print an object, and nothing else. */
export interface PrintRequest {
  readonly region: string;
  readonly object: ObjectOfRun & { readonly bucket: string };
}

interface ObjectOfRun {
  readonly key: string;
  readonly sha256: string;
}

/** A file that the host gets from S3 for the playbook. */
export interface PulledObject extends ObjectOfRun {
  /** Its path on the host. */
  readonly file: string;
  readonly bucket?: string;
  readonly version?: string;
}

/** One call of ansible-playbook on a host; `{name}` in a word is the name of the host. */
export interface Play {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly { readonly path: string; readonly text: string; readonly mode: number }[];
  /** Names of hosts by the ids of their instances; an instance that is not among them has its id as name. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly inventory: { readonly path: string; readonly document: unknown };
}

const END = 'AUTOMATION_STACK_REQUEST';
const MARK = '#automation-stack:events\n';

/** Text of the program that works on the hosts. @throws Error where the runner is not whole */
export const pullProgram = ({ library }: Pick<AnsiblePaths, 'library'>): Promise<string> =>
  readFile(join(library, 'pull', 'pull.py'), 'utf8');

/**
 * The script by which a host runs a play: for Run Command, and as user data.
 * @param program text of pull.py
 */
export function pullScript(program: string, request: PullRequest | PrintRequest): string {
  const packed = gzipSync(program, { level: 9 }).toString('base64');
  return [
    '#!/bin/sh',
    'umask 077',
    'd=$(mktemp -d) || exit 1',
    `trap 'rm -rf "$d"' EXIT`,
    `echo ${packed} | base64 -d | gzip -d >"$d/pull.py"`,
    `python3 "$d/pull.py" <<'${END}'`,
    // JSON has no line breaks of its own, so no text can be the line that ends it.
    JSON.stringify(request),
    END,
    '',
  ].join('\n');
}

/**
 * The lines of our callback that a host has printed.
 * @returns undefined where the play did not come to its end
 */
export function pulledEvents(stdout: string): readonly string[] | undefined {
  if (!stdout.startsWith(MARK)) return undefined;
  try {
    return gunzipSync(Buffer.from(stdout.slice(MARK.length).trim(), 'base64'))
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return undefined;
  }
}
