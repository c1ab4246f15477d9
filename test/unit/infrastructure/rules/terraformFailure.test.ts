import { expect } from 'chai';
import {
  isUnsaved,
  lockHolderOf,
  terraformFailure,
  type FailedRun,
} from '../../../../runner/src/infrastructure/rules/terraformFailure.js';
import type { Diagnostic } from '../../../../runner/src/infrastructure/rules/terraformMessages.js';

const root = { directory: '/w/terraform', workspace: 'staging', varFiles: [], backendConfig: [], env: {} };
const error = (more: Partial<Diagnostic> = {}): Diagnostic => ({
  severity: 'error',
  summary: 'Invalid index',
  detail: '',
  ...more,
});
const failure = (run: Partial<FailedRun>, next?: (advice: string) => string) =>
  terraformFailure('plan', root, { tail: [], diagnostics: [], ...run }, next);

describe('a failure of Terraform', () => {
  it('is told by its first error, with the resource that it is about', () => {
    const warning = error({ severity: 'warning', summary: 'Deprecated' });
    const { code, message } = failure({
      diagnostics: [warning, error({ address: 'aws_vpc.main' }), error({ summary: 'Other' })],
    });
    expect(code).to.equal('TERRAFORM_FAILED');
    expect(message).to.equal('terraform plan failed: aws_vpc.main: Invalid index');
    expect(failure({ diagnostics: [error()] }).message).to.equal('terraform plan failed: Invalid index');
  });

  it('is at the place that the error names, else at the root', () => {
    const range = { filename: 'main.tf', start: { line: 3, column: 7 } };
    expect(failure({ diagnostics: [error({ range })] }).where).to.equal('/w/terraform/main.tf:3:7');
    expect(failure({ diagnostics: [error()] }).where).to.equal('/w/terraform');
    expect(failure({}).where).to.equal('/w/terraform');
  });

  it('has every error for evidence, and of each at most twenty lines', () => {
    const detail = ['', ' ', ...Array.from({ length: 30 }, (_, index) => `line ${index}`)].join('\n');
    const { evidence } = failure({
      diagnostics: [
        error({ address: 'a.b', detail }),
        error({ severity: 'warning' }),
        error({ summary: 'Two' }),
      ],
    });
    expect(evidence[0]).to.equal('a.b: Invalid index');
    expect(evidence.slice(1, 21)).to.deep.equal(Array.from({ length: 20 }, (_, index) => `line ${index}`));
    expect(evidence.slice(21)).to.deep.equal(['Two']);
  });

  it('is read from what commands print that say nothing in JSON', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    const { message, evidence } = failure({ tail: ['Initializing', '│ Error: No such module', ...lines] });
    expect(message).to.equal('terraform plan failed: No such module');
    expect(evidence).to.deep.equal(lines.slice(0, 20));
  });

  it('is told by the last lines where no error is among them', () => {
    const { message, evidence } = failure({ tail: ['one', 'two Error: x'] });
    expect(message).to.equal('terraform plan failed');
    expect(evidence).to.deep.equal(['one', 'two Error: x']);
  });

  it('says what to do about the cause, wherever it is written', () => {
    expect(failure({ tail: ['Error: no space left on device'] }).next).to.match(
      /^Make room.*, then run the command again\.$/,
    );
    expect(failure({ diagnostics: [error({ detail: 'no space left on device' })] }).next).to.match(
      /^Make room/,
    );
    expect(failure({ diagnostics: [error({ summary: 'no space left on device' })] }).next).to.match(
      /^Make room/,
    );
    expect(failure({}, (advice) => `${advice}, then smile.`).next).to.equal('Fix the cause, then smile.');
  });

  it('does not advise by the words of a warning', () =>
    expect(
      failure({ diagnostics: [error(), error({ severity: 'warning', detail: 'no space left on device' })] })
        .next,
    ).to.match(/^Fix the cause/));

  it('says how to move the states where the backend changed', () => {
    const { message, next, where, evidence } = terraformFailure(
      'apply',
      { ...root, backendConfig: ['a.hcl', 'key=x'] },
      { tail: ['Error: Backend configuration changed'], diagnostics: [] },
    );
    expect(message).to.equal('terraform apply failed: the backend of the state changed');
    expect(where).to.equal('/w/terraform');
    expect(evidence).to.have.length(1);
    for (const how of ['-migrate-state', '-reconfigure'])
      expect(next).to.match(
        new RegExp(`terraform -chdir=/w/terraform init ${how} -backend-config=a\\.hcl -backend-config=key=x`),
      );
    expect(next).to.contain('TF_WORKSPACE=default').and.not.to.contain('staging');
  });
});

describe('the lock in a failure of Terraform', () => {
  const block = 'Error acquiring the state lock\nLock Info:\n  ID: 4c9\n';
  it('is read from an error, or from what was printed', () => {
    expect(lockHolderOf({ tail: [], diagnostics: [error({ detail: block })] })).to.deep.equal({ id: '4c9' });
    expect(lockHolderOf({ tail: block.split('\n'), diagnostics: [] })).to.deep.equal({ id: '4c9' });
    expect(lockHolderOf({ tail: [], diagnostics: [error()] })).to.equal(undefined);
  });
});

describe('a state that could not be written', () => {
  it('is told by the file that Terraform left', () => {
    const left = error({ detail: 'The state is in "errored.tfstate"' });
    expect(isUnsaved([error(), left])).to.equal(true);
    expect(isUnsaved([error()])).to.equal(false);
    expect(isUnsaved([])).to.equal(false);
  });
});
