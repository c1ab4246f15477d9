// Runs Stryker's mutants under mocha, by mocha's public API alone: @stryker-mutator/mocha-runner 9 asks for files inside mocha
// that mocha 12 no longer has. Test files are loaded once: a mutant is switched on at run time.
import { resolve } from 'node:path';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import Mocha from 'mocha';

/** What the mutated code reads which mutant is on from, and counts in. */
const instrumented = (globalThis.__stryker__ ??= {});

class MutantRunner {
  static inject = tokens(commonTokens.options);
  #files;
  #mocha;
  #loaded = false;

  constructor({ testFiles }) {
    this.#files = testFiles.map((file) => resolve(file));
  }

  /** Said to load files again, which is never needed: no mutant is switched on before they are loaded (`ignoreStatic`). */
  capabilities() {
    return { reloadEnvironment: true };
  }

  init() {
    this.#mocha = new Mocha({ reporter: class {}, timeout: 0 });
    this.#mocha.cleanReferencesAfterRun(false);
    for (const file of this.#files) this.#mocha.addFile(file);
    this.#mocha.suite.beforeEach(function () {
      instrumented.currentTestId = this.currentTest.fullTitle();
    });
  }

  async dryRun({ disableBail }) {
    const result = await this.#run({ disableBail });
    return { ...result, mutantCoverage: instrumented.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, disableBail, hitLimit }) {
    instrumented.hitLimit = hitLimit;
    instrumented.hitCount = hitLimit ? 0 : undefined;
    const wanted = testFilter && new Set(testFilter);
    // Mocha only ever asks for `test`; one expression of hundreds of titles would be slow.
    this.#mocha.grep({ test: (title) => !wanted || wanted.has(title) });
    return toMutantRunResult(await this.#run({ disableBail, mutant: activeMutant.id }));
  }

  async #run({ disableBail, mutant }) {
    try {
      if (!this.#loaded) {
        await this.#mocha.loadFilesAsync();
        this.#loaded = true;
      }
      instrumented.activeMutant = mutant;
      setBail(this.#mocha.suite, !disableBail);
      const tests = await this.#tests();
      const endless = determineHitLimitReached(instrumented.hitCount, instrumented.hitLimit);
      return endless ?? { status: DryRunStatus.Complete, tests };
    } catch (error) {
      return { status: DryRunStatus.Error, errorMessage: error.stack };
    }
  }

  /** Runs the tests that are asked for; resolves with what each came to. */
  #tests() {
    const tests = [];
    let since = Date.now();
    const add = (test, outcome) => {
      const name = (test.ctx?.currentTest ?? test).fullTitle();
      tests.push({ id: name, name, fileName: test.file, timeSpentMs: Date.now() - since, ...outcome });
      since = Date.now();
    };
    return new Promise((done) => {
      this.#mocha
        .run(() => done(tests))
        .on('pass', (test) => add(test, { status: TestStatus.Success }))
        .on('fail', (test, error) =>
          add(test, { status: TestStatus.Failed, failureMessage: error.message || String(error) }),
        );
    });
  }
}

/** Each suite keeps its own: one that is already loaded does not take it from above. */
function setBail(suite, bail) {
  suite.bail(bail);
  for (const inner of suite.suites) setBail(inner, bail);
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'unit', MutantRunner)];
