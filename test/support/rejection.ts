import { StackError, type ErrorCode } from '../../runner/src/base/errors.js';

/** Awaits a failure with a code and hands it over; anything else fails the test with what came instead. */
export async function rejection(promise: Promise<unknown>, code: ErrorCode): Promise<StackError> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    if (error instanceof StackError && error.code === code) return error;
    throw error;
  }
  throw new Error(`expected ${code}, got ${JSON.stringify(value)}`);
}
