import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repository, type LintFinding, type LintPart } from './lintParts.js';

/** A place that tells a linter to leave a rule out. */
export interface Skip {
  readonly rule: string;
  /** From the root of the repository; a configuration file speaks for all code, another one for the block around the line. */
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

const checkovConfiguration = '.checkov.yaml';
const inlineCheckov = /#\s*checkov:skip=(?<rule>\w+):?(?<reason>.*)/;
const inlineTflint = /#\s*tflint-ignore(?:-file)?:\s*(?<rule>[\w, ]+)(?:#(?<reason>.*))?/;

function linesOf(file: string): string[] {
  return readFileSync(join(repository, file), 'utf8').split('\n');
}

/** Where a line of a file matches one of the patterns, with what they name. */
function matches(file: string, pattern: RegExp): Skip[] {
  return linesOf(file).flatMap((text, index) => {
    const groups = pattern.exec(text)?.groups;
    if (groups?.rule === undefined) return [];
    return [{ rule: groups.rule.trim(), file, line: index + 1, reason: (groups.reason ?? '').trim() }];
  });
}

function inCode(parts: readonly LintPart[], pattern: RegExp): Skip[] {
  return parts
    .flatMap((part) => part.directories)
    .flatMap(({ path }) =>
      readdirSync(join(repository, path))
        .filter((name) => name.endsWith('.tf'))
        .flatMap((name) => matches(join(path, name), pattern)),
    );
}

/** What is left out of checkov's scan: by `.checkov.yaml` for all code, with the reason behind it, and in the code itself. */
export const checkovSkips = (parts: readonly LintPart[]): Skip[] => [
  ...matches(checkovConfiguration, /^\s*-\s*(?<rule>CKV\w+)\s*(?:#(?<reason>.*))?$/),
  ...inCode(parts, inlineCheckov),
];

/** What tflint leaves out: by `.tflint.hcl` for all code, with the reason above it, and in the code itself. */
export function tflintSkips(parts: readonly LintPart[]): Skip[] {
  const lines = linesOf('.tflint.hcl');
  const switched = matches('.tflint.hcl', /^\s*rule\s+"(?<rule>\w+)"/).map((skip) => ({
    ...skip,
    reason: /^\s*#(.*)/.exec(lines[skip.line - 2] ?? '')?.[1]?.trim() ?? '',
  }));
  return [...switched, ...inCode(parts, inlineTflint)];
}

/** A reason is words to read, and not the rule said again. */
export const hasReason = ({ reason }: Skip): boolean => reason.split(/\s+/).length >= 4;

/** Does a skip leave this finding out: is it of this rule, anywhere or in the block around the skip? */
function covers(skip: Skip, { rule, file, line, lastLine }: LintFinding): boolean {
  if (rule !== skip.rule) return false;
  if (skip.file === checkovConfiguration) return true;
  return file === skip.file && line <= skip.line && skip.line <= (lastLine ?? line);
}

/** What of a scan is left where skips hold. */
export const notSkipped = (found: readonly LintFinding[], skips: readonly Skip[]): LintFinding[] =>
  found.filter((finding) => !skips.some((skip) => covers(skip, finding)));

/** Skips that leave nothing out. */
export const idle = (found: readonly LintFinding[], skips: readonly Skip[]): Skip[] =>
  skips.filter((skip) => !found.some((finding) => covers(skip, finding)));
