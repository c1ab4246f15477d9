import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { StackError } from '../../runner/src/base/errors.js';
import { checkovUp, tflintUp } from '../support/terraform/linterTools.js';
import { runCheckov } from '../support/terraform/checkov.js';
import { concerns, readLintParts, tell, type LintFinding } from '../support/terraform/lintParts.js';
import {
  checkovSkips,
  hasReason,
  idle,
  notSkipped,
  tflintSkips,
  type Skip,
} from '../support/terraform/lintSkips.js';
import { scanCopy } from '../support/terraform/scanCopy.js';
import { runTflint } from '../support/terraform/tflint.js';
import { testLocalContext } from '../support/localContext.js';

/** Code that both linters have something to say about: what they find in it proves that they look. */
const sample = {
  'sample/module/main.tf': [
    'variable "unused" {',
    '  type = string',
    '}',
    '',
    'variable "from" {',
    '  type = list(string)',
    '}',
    '',
    'resource "aws_security_group" "this" {',
    '  description = "A sample"',
    '  ingress {',
    '    description = "SSH"',
    '    from_port   = 22',
    '    to_port     = 22',
    '    protocol    = "tcp"',
    '    cidr_blocks = var.from',
    '  }',
    '}',
    '',
  ].join('\n'),
  'sample/root/main.tf':
    'module "open" {\n  source = "../module"\n  unused = ""\n  from   = ["0.0.0.0/0"]\n}\n',
};
const samplePart = { path: 'sample/module', directories: [{ path: 'sample/module', isExample: false }] };

/** A tool that cannot be installed fails every test that waits for it, with the installer's last words. */
function had(program: Promise<string>): Promise<string> {
  return program.catch((error: unknown) => {
    if (!(error instanceof StackError)) throw error;
    const { message, where, evidence, next } = error;
    throw new Error([message, where, ...(evidence ?? []), next].filter(Boolean).join('\n'));
  });
}

describe('the linters of Terraform code', function () {
  this.timeout(1_800_000);
  const parts = readLintParts();
  let copy: string;
  let tflint: Promise<readonly LintFinding[]>;
  let tflintOfSample: Promise<readonly LintFinding[]>;
  /** Of checkov, what is skipped too. */
  let everything: Promise<readonly LintFinding[]>;

  const told = (skips: readonly Skip[], words: string) =>
    skips.map(({ file, line, rule }) => `${file}:${line}: ${rule} ${words}`);

  before(async () => {
    copy = await scanCopy(parts);
    for (const [file, text] of Object.entries(sample)) {
      await mkdir(dirname(join(copy, file)), { recursive: true });
      await writeFile(join(copy, file), text);
    }
    const localContext = {
      ...testLocalContext(),
      say: ({ piece, message }: { piece: string; message: string }) =>
        console.log(`    ${piece}: ${message}`),
    };
    const program = had(tflintUp(localContext));
    tflint = program.then((file) => runTflint(file, parts));
    tflintOfSample = program.then((file) => runTflint(file, [samplePart], copy));
    everything = had(checkovUp(localContext)).then((file) => runCheckov(file, copy));
    // Whatever failed is told by the tests that wait for it.
    await Promise.allSettled([tflint, tflintOfSample, everything]);
  });

  after(() => rm(copy, { recursive: true, force: true }));

  it('tflint tells the place and the rule', async () => {
    expect(tell(await tflintOfSample)).to.contain(
      'sample/module/main.tf:1: terraform_unused_declarations: variable "unused" is declared but not used',
    );
  });

  it('checkov tells the place, the rule, and who calls the module so', async () => {
    const found = (await everything).filter(
      ({ file, rule }) => file.startsWith('sample/') && rule === 'CKV_AWS_24',
    );
    expect(tell(found)).to.match(
      /^sample\/module\/main\.tf:9: CKV_AWS_24: .* port 22: aws_security_group\.this \(called at sample\/root\/main\.tf:1\)$/,
    );
  });

  it('leave a rule out only for a reason', () => {
    const bare = [...checkovSkips(parts), ...tflintSkips(parts)].filter((skip) => !hasReason(skip));
    expect(told(bare, 'has no reason')).to.deep.equal([]);
  });

  it('leave no rule of checkov out that nothing breaks', async () => {
    expect(told(idle(await everything, checkovSkips(parts)), 'need not be skipped')).to.deep.equal([]);
  });

  for (const part of parts) {
    describe(part.path, () => {
      it('has nothing that tflint finds', async () => {
        expect(tell((await tflint).filter((finding) => concerns(part, finding)))).to.equal('');
      });

      it('has nothing that checkov finds', async () => {
        const found = notSkipped(await everything, checkovSkips(parts));
        expect(tell(found.filter((finding) => concerns(part, finding)))).to.equal('');
      });
    });
  }
});
