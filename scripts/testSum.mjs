// What a run of tests comes to; every suite tells it in this one form.

/**
 * @typedef {{passed: number, failures: string[], skipped: string[]}} Sum `failures` and `skipped`: each a title with its reason
 */

/** @returns {Sum} of nothing yet */
export const emptySum = () => ({ passed: 0, failures: [], skipped: [] });

/** @returns {Sum} of a suite that could not tell one itself; it counts as one failure */
export const failedSum = (why) => ({ ...emptySum(), failures: [why] });

/** Adds a suite's sum to a total. */
export function addSum(total, { passed, failures, skipped }) {
  total.passed += passed;
  total.failures.push(...failures);
  total.skipped.push(...skipped);
}

/** @returns {string} `N passed, N failed, N skipped` */
export const sumLine = ({ passed, failures, skipped }) =>
  `${passed} passed, ${failures.length} failed, ${skipped.length} skipped`;
