// `make mutants`: would the unit suite notice if a decision were another? Stryker changes one condition, branch or value at a
// time and runs the tests that reach it; one of them must fail.
import { readdirSync } from 'node:fs';

/** Where decisions are made without the outside world. */
const mutate = [
  'runner/src/config/**/*.ts',
  'runner/src/state/**/*.ts',
  'runner/src/**/rules/**/*.ts',
  'runner/src/base/**/*.ts',
  'runner/src/domain/**/*.ts',
];

/** The unit tests of those folders and of what is near them; the others start processes, wait, or read the repository. */
const tests = /^(?:config|base|domain|context|secrets|state|.*\/rules|delivery\/targets)\/.*\.test\.ts$/;

export default {
  mutate,
  testFiles: readdirSync('test/unit', { recursive: true })
    .filter((name) => tests.test(name))
    .map((name) => `test/unit/${name}`),
  plugins: ['./scripts/mutantRunner.mjs'],
  testRunner: 'unit',
  // As in .mocharc.json.
  testRunnerNodeArgs: ['--import=tsx', '--no-experimental-require-module'],
  coverageAnalysis: 'perTest',
  // Tables and schemas, computed when a file is loaded: each of their mutants would need a process of its own.
  ignoreStatic: true,
  // A mutant of a message's words would only ask whether some test repeats the sentence.
  mutator: { excludedMutations: ['StringLiteral'] },
  disableTypeChecks: false,
  ignorePatterns: [
    '/.demo',
    '/dist',
    '/reports',
    '/bench/results',
    '/runner/dist*',
    '/test/groovy/target',
    '.terraform',
  ],
  concurrency: 2,
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false, reportMutants: false },
  htmlReporter: { fileName: 'reports/mutants/index.html' },
  jsonReporter: { fileName: 'reports/mutants/mutants.json' },
  thresholds: { high: 90, low: 85, break: 85 },
};
