import { StackError, type ErrorCode } from '../../base/errors.js';

/**
 * Why a forge was not told. `refused`: asking again would not help; `away`: it may later; `gone`: what was to be changed
 * is not there any more.
 */
export class ForgeFailure extends StackError {
  constructor(
    code: ErrorCode,
    readonly kind: 'refused' | 'away' | 'gone',
    message: string,
    details: { readonly next: string; readonly cause?: unknown },
    readonly status?: number,
  ) {
    super(code, message, details);
  }
}
