import { StackError } from '../../base/errors.js';
import { isBackendMoved, terraformAdvice } from './terraformAdvice.js';
import { parseLockHolder, plainLines, type Diagnostic, type LockHolder } from './terraformMessages.js';
import { terraformCommand, type TerraformRoot } from './terraformArguments.js';

export interface FailedRun {
  readonly tail: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What a terraform command that failed means to its user.
 * @param command the verb, e.g. `plan`
 * @param next what to type, made of what to do about the cause, a sentence without its full stop
 * @returns TERRAFORM_FAILED with Terraform's own words
 */
export function terraformFailure(
  command: string,
  root: TerraformRoot,
  run: FailedRun,
  next = (advice: string) => `${advice}, then run the command again.`,
): StackError {
  const errors = errorsOf(run);
  const text = textOf(run);
  if (isBackendMoved(text)) return movedBackend(command, root);
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

/** Who holds the lock that kept a command from the state; undefined where it failed of something else. */
export function lockHolderOf(run: FailedRun): LockHolder | undefined {
  return parseLockHolder(textOf(run));
}

/** Terraform keeps asking for init where the state may have to be moved, which it does not do unasked. */
function movedBackend(command: string, root: TerraformRoot): StackError {
  const settings = root.backendConfig.map((item) => `-backend-config=${item}`);
  const init = (how: string) => terraformCommand({ ...root, workspace: 'default' }, 'init', how, ...settings);
  return new StackError('TERRAFORM_FAILED', `terraform ${command} failed: the backend of the state changed`, {
    where: root.directory,
    evidence: ['The root was initialised with another backend than its configuration names now.'],
    next:
      `To move the states: ${init('-migrate-state')}. If they are there already, or there are none: ` +
      `${init('-reconfigure')}. If you did not mean to change it, restore the backend configuration.`,
  });
}

const errorsOf = ({ diagnostics }: FailedRun) => diagnostics.filter(({ severity }) => severity === 'error');

const textOf = (run: FailedRun) =>
  [...errorsOf(run).map(({ summary, detail }) => `${summary}\n${detail}`), ...run.tail].join('\n');

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
