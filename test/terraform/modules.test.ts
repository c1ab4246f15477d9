import { expect } from 'chai';
import {
  checkModule,
  readModules,
  type Module,
  type ModuleResult,
} from '../support/terraform/moduleCheck.js';
import { runKey, type RunResult } from '../support/terraform/testEvents.js';
import { openWorkbench, type Workbench } from '../support/terraform/workbench.js';

const modules = readModules();
const words = (name: string) => name.replaceAll('_', ' ');
const lines = (findings: readonly { text: string }[]) => findings.map(({ text }) => text).join('\n');

/** The instance keys of what a plan changes, each once. */
function changedKeys(changes: RunResult['changes'] | undefined): string[] {
  const changed = [...(changes ?? [])].filter(
    ([, actions]) => !actions.every((action) => action === 'no-op' || action === 'read'),
  );
  return [...new Set(changed.map(([address]) => address.replace(/^[^[]*/, '')))];
}

describe('terraform modules', function () {
  this.timeout(900_000);
  let bench: Workbench;
  const results = new Map<string, Promise<ModuleResult>>();
  const check = (module: Module): Promise<ModuleResult> => {
    const started = results.get(module.name) ?? checkModule(bench, module);
    results.set(module.name, started);
    // Whose tests ask for it hears of a failure.
    started.catch(() => undefined);
    return started;
  };

  before(async () => {
    bench = await openWorkbench();
    console.log(`    tested against ${bench.provider}`);
  });

  after(async () => {
    await Promise.allSettled(results.values());
    await bench?.close();
  });

  it('are formatted as terraform fmt does it', async () => {
    const { code, stdout } = await bench.terraform('.', 'fmt', '-check', '-recursive', '-diff', '.');
    expect(code, stdout).to.equal(0);
  });

  for (const [index, module] of modules.entries()) {
    describe(module.name, () => {
      let result: ModuleResult;

      before(async () => {
        // Two at a time: the next one is checked while this one is.
        const mine = check(module);
        const next = modules[index + 1];
        if (next !== undefined) void check(next);
        result = await mine;
      });

      it('has the files that every module has', () => {
        expect(module.missing).to.deep.equal([]);
        for (const [file, runs] of Object.entries(module.runs))
          expect(runs, `${file} has run blocks`).not.to.be.empty;
      });

      for (const part of ['.', ...module.examples])
        it(`${part === '.' ? 'is valid' : `${part} is valid`}, without a warning`, () => {
          expect(lines(result.valid.get(part) ?? [{ text: 'was not validated' }])).to.equal('');
        });

      for (const example of module.examples)
        it(`${example} can be applied`, () => {
          expect(lines(result.applied.get(example) ?? [{ text: 'was not applied' }])).to.equal('');
        });

      it('its tests can be read', () => {
        expect(lines(result.runs.get('')?.findings ?? [])).to.equal('');
      });

      for (const [file, runs] of Object.entries(module.runs))
        for (const { name: run, changesOnly } of runs)
          it(`${file}: ${words(run)}`, () => {
            const outcome = result.runs.get(runKey(file, run));
            expect(outcome?.status ?? 'did not run', lines(outcome?.findings ?? [])).to.equal('pass');
            if (changesOnly !== undefined)
              expect(changedKeys(outcome?.changes)).to.have.members([...changesOnly]);
            if (file !== 'reject') return;
            const says = module.rejections.find((rejection) => rejection.run === run)?.says;
            expect(says, 'a comment `# says: …` with words of the message').not.to.be.empty;
            expect(result.told.get(run)?.replace(/\s+/g, ' ')).to.contain(says);
          });
    });
  }
});
