import { expect } from 'chai';
import { readdirSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cli } from '../../support/cli.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { readOutputs } from '../../../runner/src/infrastructure/outputs.js';

/** What Terraform would read more into than was written, each as a text, in a list and in a map. */
const TEXTS = {
  template: '${var.x}',
  escaped: '$${a} $$ $',
  directive: '%{ if true }x%{ endif } 100%',
  quotes: `"it's" \\ \\n \\\${x}`,
  characters: '\b\f\u0007 \u00e9 \ud83d\ude00 \u2028\ttab',
  lines: 'one\r\ntwo\n',
  number: '012345678901',
  exponent: '12345e67',
  comment: '# x // y /* z',
  heredoc: '<<EOT',
  json: '{"a":"${b}"}',
};
const values = {
  text: TEXTS.template,
  list: Object.values(TEXTS),
  map: TEXTS,
  deep: [{ a: [TEXTS.template, null, true, 1.5] }, TEXTS.directive],
};
const CONFIG = {
  application: 'shop',
  environments: {
    staging: { infrastructure: { variables: { ...values, once: TEXTS.template, keys: ['${k}'] } } },
  },
};
const ROOT = `
variable "text" { type = string }
variable "list" { type = list(string) }
variable "map" { type = map(string) }
variable "deep" { type = any }
variable "keys" { type = any }
variable "once" {
  type      = string
  ephemeral = true
}
resource "terraform_data" "x" { input = [var.text, var.list, var.map, var.deep] }
output "text" { value = var.text }
output "list" { value = var.list }
output "map" { value = var.map }
output "deep" { value = var.deep }
`;

describe('values on their way to Terraform', function () {
  this.timeout(120_000);
  let stack: Deployment;
  let env: Record<string, string>;
  const run = (...argv: readonly string[]) =>
    cli([...argv, '--env', 'staging'], { cwd: stack.directory, env });

  before(async () => {
    // `$${` is how a configuration says `${` itself.
    const config = JSON.stringify(CONFIG).replaceAll('${', () => '$${');
    stack = await deployment({ 'automation-stack.yml': config, 'terraform/main.tf': ROOT });
    env = { TMPDIR: join(stack.directory, 'tmp') };
    mkdirSync(join(stack.directory, 'tmp'));
  });
  after(() => stack.remove());

  it('arrive as they were written, through plan and apply', async () => {
    const planned = await run('plan');
    expect(planned.exitCode, planned.stderr).to.equal(0);
    const applied = await run('apply');
    expect(applied.exitCode, applied.stderr).to.equal(0);
    const outputs = await readOutputs(stack.context, await stack.context.environment('staging'));
    expect(outputs).to.deep.equal(values);
    expect(readdirSync(join(stack.directory, 'tmp'))).to.deep.equal([]);
  });
});
