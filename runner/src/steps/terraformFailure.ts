import { StackError } from '../core/errors.js';
import { terraformAdvice } from '../core/terraformAdvice.js';
import { parseLockHolder, plainLines, type Diagnostic } from '../core/terraformMessages.js';
import type { TerraformRoot } from '../invocations/terraform.js';

export interface FailedRun {
  readonly tail: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What a terraform command that failed means to its user.
 * @param command the verb, e.g. `plan`
 * @param next what to type, made of what to do about the cause, a sentence without its full stop
 * @returns LOCKED where another terraform holds the state, else TERRAFORM_FAILED with Terraform's own words
 */
export function terraformFailure(
  command: string,
  root: TerraformRoot,
  run: FailedRun,
  next = (advice: string) => `${advice}, then run the command again.`,
): StackError {
  const errors = run.diagnostics.filter(({ severity }) => severity === 'error');
  const text = [...errors.map(({ summary, detail }) => `${summary}\n${detail}`), ...run.tail].join('\n');
  const holder = parseLockHolder(text);
  if (holder !== undefined) {
    const who = holder.who ?? 'another terraform';
    return new StackError('LOCKED', `${who} holds the Terraform state lock`, {
      where: `${root.directory} (workspace ${root.workspace})`,
      evidence: [
        ...(holder.operation === undefined ? [] : [`operation ${holder.operation}`]),
        ...(holder.created === undefined ? [] : [`since ${holder.created}`]),
        ...(holder.path === undefined ? [] : [`lock of ${holder.path}`]),
        ...(holder.id === undefined ? [] : [`lock id ${holder.id}`]),
      ],
      next:
        'Wait for it, or give it longer with --lock-timeout SECONDS. Only where that process is surely gone: ' +
        `TF_WORKSPACE=${root.workspace} terraform -chdir=${root.directory} force-unlock ${holder.id ?? 'LOCK_ID'}`,
    });
  }
  const [first] = errors;
  // Commands that print no JSON lines begin their errors so.
  const lines = plainLines(run.tail);
  const begin = lines.findIndex((line) => line.startsWith('Error: '));
  const words =
    first === undefined
      ? lines[begin]?.slice('Error: '.length)
      : `${first.address === undefined ? '' : `${first.address}: `}${first.summary}`;
  return new StackError(
    'TERRAFORM_FAILED',
    `terraform ${command} failed${words === undefined ? '' : `: ${words}`}`,
    {
      where: first?.range === undefined ? root.directory : place(root, first.range),
      evidence: errors.length === 0 ? lines.slice(begin + 1).slice(0, 20) : errors.flatMap(describe),
      next: next(terraformAdvice(text)),
    },
  );
}

/** True where Terraform could not write its state and left it in a file. */
export function isUnsaved(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ detail }) => detail.includes('errored.tfstate'));
}

function place(root: TerraformRoot, range: NonNullable<Diagnostic['range']>): string {
  return `${root.directory}/${range.filename}:${range.start.line}:${range.start.column}`;
}

function describe({ address, summary, detail }: Diagnostic): string[] {
  const lines = detail.split('\n').filter((line) => line.trim() !== '');
  return [`${address === undefined ? '' : `${address}: `}${summary}`, ...lines.slice(0, 20)];
}
