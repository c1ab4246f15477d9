// mocha's spec reporter, which also says which files took longest, hooks included, and writes what passed, failed (with its
// reason) and was skipped to $TEST_COUNTS for the sum at the end.
const { writeFileSync } = require('node:fs');
const { relative } = require('node:path');
const { reporters, Runner } = require('mocha');

const LONGEST = 25;

/** Wall time of each file, in milliseconds, from the start of its first suite to the end of its last. */
function fileTimes(runner) {
  const times = new Map();
  const begun = new Map();
  const isOuter = (suite) => suite.parent?.root === true;
  runner.on(Runner.constants.EVENT_SUITE_BEGIN, (suite) => {
    if (isOuter(suite)) begun.set(suite, Date.now());
  });
  runner.on(Runner.constants.EVENT_SUITE_END, (suite) => {
    if (isOuter(suite)) times.set(suite.file, (times.get(suite.file) ?? 0) + Date.now() - begun.get(suite));
  });
  return times;
}

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const [failures, skipped] = [[], []];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) =>
      failures.push(`${test.fullTitle()}: ${error.message}`),
    );
    runner.on(Runner.constants.EVENT_TEST_PENDING, (test) => skipped.push(test.fullTitle()));
    const times = fileTimes(runner);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const longest = [...times]
        .filter(([, ms]) => ms >= 1000)
        .sort(([, a], [, b]) => b - a)
        .slice(0, LONGEST);
      const lines = longest.map(
        ([file, ms]) => `  ${Math.round(ms / 1000)} s  ${relative(process.cwd(), file)}`,
      );
      console.log(['  longest files', ...lines, ''].join('\n'));
      if (process.env.TEST_COUNTS) {
        writeFileSync(
          process.env.TEST_COUNTS,
          JSON.stringify({ passed: runner.stats.passes, failures, skipped }),
        );
      }
    });
  }
};
