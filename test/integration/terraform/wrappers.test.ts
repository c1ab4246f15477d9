import { expect } from 'chai';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { cli } from '../../support/cli.js';
import { deployment, type Deployment } from '../../support/deployment.js';

const CONFIG = `
application: shop
environments:
  staging:
    infrastructure: { workspace: staging, variables: { size: small } }
`;
const ROOT = `
variable "size" { type = string }
resource "terraform_data" "host" { input = var.size }
output "size" { value = terraform_data.host.output }
output "long" { value = join("", [for i in range(1024) : join("", [for j in range(256) : "long"])]) }
`;
/** What version managers and credential helpers print, on both streams, before and after. */
const NOISE = String.raw`printf '\357\273\277{"level":"info","msg":"assuming role"}\r\n[WARN] {team} [1\n\033[33mWarning: "x\033[0m '`;

describe('terraform behind a wrapper that prints words of its own', function () {
  this.timeout(120_000);
  let stack: Deployment;
  const run = (...argv: readonly string[]) =>
    cli([...argv, '--env', 'staging'], {
      cwd: stack.directory,
      env: { PATH: `${join(stack.directory, 'bin')}${delimiter}${process.env['PATH'] ?? ''}` },
    });
  const wrap = (body: string) => {
    const real = execFileSync('sh', ['-c', 'command -v terraform'], { encoding: 'utf8' }).trim();
    const file = join(stack.directory, 'bin', 'terraform');
    mkdirSync(join(stack.directory, 'bin'), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${body.replaceAll('REAL', `"${real}"`)}`);
    chmodSync(file, 0o755);
  };

  before(async () => {
    stack = await deployment({ 'automation-stack.yml': CONFIG, 'terraform/main.tf': ROOT });
    wrap(`${NOISE}; ${NOISE} >&2\nREAL "$@"; code=$?\n${NOISE}; ${NOISE} >&2; exit $code\n`);
  });
  after(() => stack.remove());

  it('is planned, applied, read and compared as ever', async () => {
    const planned = await run('plan');
    expect(planned.exitCode, planned.stderr).to.equal(0);
    expect(planned.stdout).to.contain('1 to create');
    // The kept plan still fits: the state was read too.
    const applied = await run('apply');
    expect(applied.exitCode, applied.stderr).to.equal(0);
    expect(applied.stderr).not.to.contain('made anew');
    expect((await run('output', 'size')).stdout).to.equal('small\n');
    expect((await run('output', 'long')).stdout).to.have.length(1024 * 1024 + 1);
    expect((await run('drift')).exitCode).to.equal(0);
    const again = await run('plan');
    expect(again.stdout, again.stderr).to.match(/no changes/i);
  });

  it('is a failure with what was printed, and no bug, where it prints nothing but words', async () => {
    for (const [verb, ...argv] of [
      ['show', 'plan'],
      ['output', 'output', 'size'],
    ] as const) {
      wrap(`case "$*" in *${verb}*) echo 'maintenance [until] {noon}';; *) exec REAL "$@";; esac\n`);
      const { exitCode, stderr } = await run(...argv);
      expect(exitCode).to.equal(1);
      expect(stderr).to.contain('TOOL_FAILED').and.to.contain('maintenance [until] {noon}');
    }
  });
});
