import { expect } from 'chai';
import {
  staleReasons,
  stateReasons,
  type PlanBinding,
} from '../../../../runner/src/infrastructure/rules/planBinding.js';

const binding: PlanBinding = {
  environment: 'staging',
  directory: '/w/terraform',
  workspace: 'staging',
  destroy: false,
  commit: '1111111111111111111111111111111111111111',
  variables: 'v1',
  backend: 'b1',
  files: { 'main.tf': 'f1', 'old.tf': 'f2' },
  plan: 'p1',
  terraform: '1.11.4',
};

describe('a saved plan', () => {
  it('fits while nothing changed', () => {
    expect(staleReasons(binding, { ...binding, files: { ...binding.files } })).to.deep.equal([]);
  });

  const cases: readonly [string, Partial<PlanBinding>, string][] = [
    ['of another environment', { environment: 'production' }, 'the environment was staging, now production'],
    ['of another workspace', { workspace: 'x' }, 'the workspace was staging, now x'],
    ['of another commit', { commit: '2'.repeat(40) }, 'the commit was 1111111111, now 2222222222'],
    ['of another Terraform', { terraform: '1.12.0' }, 'Terraform was 1.11.4, now 1.12.0'],
    ['with other variables', { variables: 'v2' }, 'values of variables changed'],
    ['with another backend', { backend: 'b2' }, 'the backend configuration changed'],
    ['that was tampered with', { plan: 'p2' }, 'the plan file was changed after it was made'],
    ['that was made to apply, not to destroy', { destroy: true }, 'it is a plan to apply'],
    [
      'of other files',
      { files: { 'main.tf': 'f9', 'new.tf': 'f3' } },
      'files changed: main.tf, new.tf (new), old.tf (gone)',
    ],
  ];
  for (const [title, now, reason] of cases) {
    it(`does not fit ${title}`, () => {
      expect(staleReasons(binding, { ...binding, ...now })).to.deep.equal([reason]);
    });
  }

  it('does not fit where there is no repository any more', () => {
    const { commit, ...now } = binding;
    expect(staleReasons(binding, now)).to.deep.equal([`the commit was ${commit?.slice(0, 10)}, now none`]);
  });

  it('names five files and counts the rest', () => {
    const files = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`f${index}.tf`, 'x']));
    const [reason] = staleReasons({ ...binding, files: {} }, { ...binding, files });
    expect(reason).to.match(/f4\.tf \(new\) and 3 more$/);
  });
});

describe('a saved plan and its state', () => {
  const state = { serial: 7, lineage: 'one' };

  it('fits the state that it was made on, and one that nobody looked at', () => {
    expect(stateReasons(state, { ...state })).to.deep.equal([]);
    expect(stateReasons(state, undefined)).to.deep.equal([]);
  });

  it('does not fit a state that moved on, was written first since, or is another one', () => {
    expect(stateReasons(state, { ...state, serial: 9 })).to.deep.equal([
      'the state changed after it was made: serial was 7, now 9',
    ]);
    expect(stateReasons({ serial: 0, lineage: '' }, { serial: 1, lineage: 'one' })).to.deep.equal([
      'the state changed after it was made: serial was 0, now 1',
    ]);
    expect(stateReasons(state, { serial: 7, lineage: 'two' })).to.deep.equal([
      'the state is not the one it was made for: serial was 7, now 7',
    ]);
  });

  it('does not fit where it does not tell its state, as plans of older runners', () => {
    expect(stateReasons(undefined, state)).to.deep.equal(['it does not say for which state it was made']);
  });
});
