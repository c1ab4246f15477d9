import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { editValues } from '../support/terraform/planning/editValues.js';
import { knownTypes } from '../support/terraform/planning/facts.js';
import { harmless, losses } from '../support/terraform/planning/losses.js';
import { madeTypes } from '../support/terraform/planning/made.js';
import { readExamples, variableOf, type Example } from '../support/terraform/planning/toggles.js';
import { readModules } from '../support/terraform/moduleCheck.js';
import {
  checkExample,
  lost,
  type ExampleResult,
  type PlannedChange,
} from '../support/terraform/replacementCheck.js';
import { readRoots } from '../support/terraform/rootCheck.js';
import { planRoot, type RootPlans } from '../support/terraform/rootPlans.js';
import { openPlanningBench, source, type Workbench } from '../support/terraform/workbench.js';

const modules = readModules().map(({ name }) => ({ name, examples: readExamples(name) }));
const roots = await readRoots();
const tell = (changes: readonly PlannedChange[]) =>
  changes.map(({ action, address }) => `${action} ${address}`).join(', ');

describe('plans of edits', function () {
  this.timeout(900_000);
  let bench: Workbench;
  const started = new Map<Example, Promise<ExampleResult>>();
  const inOrder = modules.flatMap(({ examples }) => examples);
  /** Two at a time: the next example is worked on while this one is asked for. */
  const check = async (example: Example): Promise<ExampleResult> => {
    for (const one of [example, inOrder[inOrder.indexOf(example) + 1]])
      if (one !== undefined && !started.has(one)) {
        const result = checkExample(bench, one);
        started.set(one, result);
        // Whose tests ask for it hears of a failure.
        result.catch(() => undefined);
      }
    return started.get(example) as Promise<ExampleResult>;
  };

  before(async () => {
    bench = await openPlanningBench();
  });
  after(async () => {
    await Promise.allSettled(started.values());
    await bench?.close();
  });

  it('are of types whose facts are known', () => {
    expect(madeTypes).to.have.members([...knownTypes]);
    expect(
      Object.keys(harmless).filter((type) => type.startsWith('aws_') && !knownTypes.includes(type)),
    ).to.deep.equal([]);
  });

  for (const { name, examples } of modules)
    describe(name, () => {
      let results: ExampleResult[];

      before(async () => {
        results = [];
        for (const example of examples) results.push(await check(example));
      });

      for (const [index, { directory }] of examples.entries())
        it(`${directory} is made, and a second plan of it is empty`, () => {
          const { made, second } = results[index] as ExampleResult;
          expect(made.join('\n')).to.equal('');
          expect(tell(second.changes) + second.errors.join('\n')).to.equal('');
          expect(second.code, 'exit status of the plan').to.equal(0);
        });

      it('has an edit of each variable that can be planned', () => {
        const plans = results.flatMap(({ edits }) => [...edits]);
        const refused = plans.filter(
          ([path, { errors }]) =>
            errors.length > 0 &&
            !plans.some(([other, result]) => other === path && result.errors.length === 0),
        );
        expect(refused.map(([path, { errors }]) => `${path}: ${errors.join(' ')}`).join('\n')).to.equal('');
        const edited = new Set(plans.map(([path]) => variableOf(path)));
        const kept = Object.keys(editValues[name] ?? {}).map(variableOf);
        const without = examples.flatMap(({ valueless }) => valueless.map(variableOf));
        expect([...new Set(without.filter((one) => !edited.has(one) && !kept.includes(one)))]).to.deep.equal(
          [],
        );
      });

      it('replaces or deletes nothing that holds data, serves or is reached, unless its README tells', () => {
        const told = losses[name] ?? {};
        const surprises = results.flatMap(({ edits }, index) =>
          [...edits].flatMap(([path, { changes }]) => {
            const unexpected = lost(changes).filter(({ type }) => !(told[path]?.types ?? []).includes(type));
            return unexpected.length === 0
              ? []
              : [`${examples[index]?.directory} ${path}: ${tell(unexpected)}`];
          }),
        );
        expect(surprises.join('\n')).to.equal('');
      });

      it('loses what the table says that it loses, and the README tells it', () => {
        const readme = readFileSync(join(source, 'modules', name, 'README.md'), 'utf8').replace(/\s+/g, ' ');
        for (const [path, { types, told }] of Object.entries(losses[name] ?? {})) {
          const changes = results.flatMap(({ edits }) =>
            lost(edits.get(path)?.changes ?? []).map(({ type }) => type),
          );
          expect(
            types.filter((type) => !changes.includes(type)),
            `${path} no longer loses`,
          ).to.deep.equal([]);
          expect(readme, `README.md of ${name}, of ${path}`).to.contain(told);
        }
      });
    });

  for (const root of roots)
    describe(`examples/${root.name}`, () => {
      let plans: ReadonlyMap<string, RootPlans>;

      before(async () => {
        plans = await planRoot(bench, root);
      });

      for (const environment of root.environments)
        it(`${environment} is made, and a second plan of it is empty`, () => {
          const { made, second } = plans.get(environment) as RootPlans;
          expect(made.join('\n')).to.equal('');
          expect(tell(second.changes) + second.errors.join('\n')).to.equal('');
          expect(second.code, 'exit status of the plan').to.equal(0);
        });
    });
});
