import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StackEvent } from '../../../runner/src/events/events.js';
import { cli } from '../../support/cli.js';
import { deployment, type Deployment } from '../../support/deployment.js';

const CONFIG = `
application: shop
concurrency: 2
environments:
  staging:
    infrastructure: { workspace: staging, variables: { size: small } }
  production:
    infrastructure: { workspace: production, variables: { size: small } }
  broken:
    infrastructure: { directory: broken, workspace: broken }
  bare: {}
`;
const ROOT = `
variable "size" { type = string }
resource "terraform_data" "host" { input = "\${terraform.workspace} \${var.size}" }
`;

interface Result {
  readonly exitCode: number;
  readonly error?: { readonly code: string };
  readonly data: {
    readonly environments: readonly {
      readonly environment: string;
      readonly exitCode: number;
      readonly drifted?: number;
      readonly summary?: { readonly headline: string };
      readonly error?: { readonly code: string };
    }[];
  };
}

describe('several environments in one command', function () {
  this.timeout(60_000);
  let stack: Deployment;
  let temporary: string;
  const run = (...argv: readonly string[]) => cli(argv, { cwd: stack.directory });
  const result = async (...argv: readonly string[]) => {
    const file = join(temporary, 'result.json');
    const { stdout, stderr } = await run(...argv, '--result', file);
    return { stdout, stderr, ...(JSON.parse(readFileSync(file, 'utf8')) as Result) };
  };

  beforeEach(async () => {
    temporary = mkdtempSync(join(tmpdir(), 'automation-stack-several-'));
    stack = await deployment({
      'automation-stack.yml': CONFIG,
      'terraform/main.tf': ROOT,
      'broken/main.tf': 'output "x" {\n  value = var.nope\n}\n',
    });
  });
  afterEach(() => {
    stack.remove();
    rmSync(temporary, { recursive: true, force: true });
  });

  it('plans them side by side in one root, each in its own workspace and into its own plan', async () => {
    const { exitCode, stdout, data } = await result('plan', '--env', 'staging,production');
    expect(exitCode).to.equal(0);
    expect(
      data.environments.map(({ environment, summary }) => [environment, summary?.headline]),
    ).to.deep.equal([
      ['staging', '1 to create'],
      ['production', '1 to create'],
    ]);
    expect(stdout).to.contain('staging: 1 to create').and.to.contain('production: 1 to create');
    expect(stdout).to.contain('Apply it: node runner apply --env production');
    for (const name of ['staging', 'production']) {
      const { exitCode: applied, stderr } = await run('apply', '--env', name);
      expect(applied, stderr).to.equal(0);
      expect(stderr).not.to.contain('planning');
      const state = join(stack.directory, `terraform/terraform.tfstate.d/${name}/terraform.tfstate`);
      expect(readFileSync(state, 'utf8')).to.contain(`${name} small`);
    }
  });

  it('labels each event with its stage, and runs no more at once than concurrency allows', async () => {
    const lines = (await run('plan', '--all', '--json')).stdout.trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as StackEvent);
    const begun = events.find((event) => event.type === 'run.start');
    expect(begun?.stages.map(({ id }) => id)).to.deep.equal([
      'plan:staging',
      'plan:production',
      'plan:broken',
    ]);
    let open = 0;
    let most = 0;
    for (const event of events) {
      if (event.type === 'stage.start') most = Math.max(most, ++open);
      if (event.type === 'stage.end') open--;
      if (event.type === 'stage.plan' || event.type === 'stage.output')
        expect(event.stage).to.match(/^plan:/);
    }
    expect(most).to.equal(2);
  });

  it('goes on where one fails, tells which, and ends with the worst exit code', async () => {
    const { exitCode, error, data, stdout, stderr } = await result('plan', '--env', 'broken,staging');
    expect(exitCode).to.equal(1);
    expect(error?.code).to.equal('TERRAFORM_FAILED');
    expect(data.environments.map(({ exitCode: code }) => code)).to.deep.equal([1, 0]);
    expect(data.environments[0]?.error?.code).to.equal('TERRAFORM_FAILED');
    expect(stdout).to.contain('staging: 1 to create');
    expect(stderr).to.contain('plan:broken');
  });

  it('looks for drift in all that have infrastructure: 0, 5, and 1 where one cannot be looked at', async () => {
    stack.write({ 'broken/main.tf': '' });
    for (const name of ['staging', 'production']) await run('apply', '--env', name);
    expect((await result('drift', '--all')).exitCode).to.equal(0);
    const config = CONFIG.replace(
      'workspace: production, variables: { size: small',
      'workspace: production, variables: { size: large',
    );
    stack.write({ 'automation-stack.yml': config });
    const found = await result('drift', '--all');
    expect(found.exitCode).to.equal(5);
    expect(found.error).to.equal(undefined);
    expect(found.data.environments.map(({ environment, drifted }) => [environment, drifted])).to.deep.equal([
      ['staging', 0],
      ['production', 1],
      ['broken', 0],
    ]);
    stack.write({ 'broken/main.tf': 'nonsense' });
    const failed = await result('drift', '--all');
    expect(failed.exitCode).to.equal(1);
    expect(failed.data.environments[1]).to.include({ environment: 'production', exitCode: 5, drifted: 1 });
    expect((await run('status')).stdout)
      .to.contain('production: drift: 1 drifted')
      .and.to.contain('staging: drift: none');
  });

  it('refuses what means one environment, and names that are none', async () => {
    const usage = async (...argv: readonly string[]) => {
      const { exitCode, stderr } = await run(...argv);
      expect(exitCode).to.equal(2);
      return stderr;
    };
    expect(await usage('plan', '--env', 'staging,production', '--out', 'x')).to.contain(
      '--out names one file',
    );
    expect(await usage('plan', '--all', '--env', 'staging')).to.contain('cannot be used with --env');
    expect(await usage('plan', '--env', 'staging,prodction')).to.contain('Did you mean "production"?');
    expect(await usage('apply', '--env', 'staging,production')).to.contain(
      'there is no environment "staging,production"',
    );
    expect(await usage('plan')).to.contain('no environment was given');
  });

  it('gives JSON with everything though one failed', async () => {
    const { exitCode, stdout } = await run('plan', '--env', 'broken,staging', '--json');
    expect(exitCode).to.equal(1);
    const last = JSON.parse(stdout.trim().split('\n').at(-1) as string) as {
      error: object;
      environments: object[];
    };
    expect(last).to.have.keys('error', 'environments');
    expect(last.environments).to.have.length(2);
  });
});
