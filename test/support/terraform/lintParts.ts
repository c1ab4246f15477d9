import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is linted together and answered for by one test: a module with its examples, or a deployment's root. */
export interface LintPart {
  /** From the root of the repository: `terraform/modules/ecr`. */
  readonly path: string;
  /** The directories with configuration in it, from the root of the repository. */
  readonly directories: readonly { readonly path: string; readonly isExample: boolean }[];
}

/** What a linter found. */
export interface LintFinding {
  readonly rule: string;
  /** From the root of the repository. */
  readonly file: string;
  readonly line: number;
  /** Of the block, for a linter that judges blocks. */
  readonly lastLine?: number;
  readonly message: string;
  /** Where a module is called with what makes the finding true, as `FILE:LINE`. */
  readonly callers: readonly string[];
}

export const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** Directories below one (itself too) that hold Terraform configuration, from the root of the repository. */
function configurations(directory: string): string[] {
  if (!existsSync(directory)) return [];
  const entries = readdirSync(directory, { withFileTypes: true });
  return [
    ...(entries.some(({ name }) => name.endsWith('.tf')) ? [relative(repository, directory)] : []),
    ...entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .flatMap(({ name }) => configurations(join(directory, name))),
  ];
}

/** Every module, then every root, in the order of their paths. */
export function readLintParts(): LintPart[] {
  const modules = readdirSync(join(repository, 'terraform/modules'))
    .sort()
    .map((name) => `terraform/modules/${name}`);
  const roots = configurations(join(repository, 'examples')).sort();
  return [
    ...modules.map((path) => ({
      path,
      directories: configurations(join(repository, path))
        .sort()
        .map((directory) => ({
          path: directory,
          isExample: directory.startsWith(`${path}/examples/`),
        })),
    })),
    ...roots.map((path) => ({ path, directories: [{ path, isExample: false }] })),
  ];
}

/** Does a finding concern this part: is the code its own, or does it call the code so that the finding is true? */
export function concerns(part: LintPart, { file, callers }: LintFinding): boolean {
  const own = part.directories.map(({ path }) => path);
  return [file, ...callers].some((place) => own.includes(dirname(place)));
}

/** One line a finding: `FILE:LINE: RULE: MESSAGE`. */
export function tell(findings: readonly LintFinding[]): string {
  return findings
    .map(({ rule, file, line, message, callers }) => {
      const called = callers.length === 0 ? '' : ` (called at ${callers.join(', ')})`;
      return `${file}:${line}: ${rule}: ${message}${called}`;
    })
    .join('\n');
}
