import { expect } from 'chai';
import { execa } from 'execa';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cli } from '../../support/cli.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { SignatureProxy } from '../../support/signedBy.js';
import { emulator, makeBucket } from '../../support/stateStores.js';

const RUNNER = fileURLToPath(new URL('../../../runner/index.js', import.meta.url));
const ROLE = 'arn:aws:iam::000000000000:role/delivery';
const CONFIG = (bucket: string, ledger: string) => `
application: shop
state: { location: "s3://${ledger}" }
environments:
  production:
    aws: { region: eu-west-1, role: "${ROLE}" }
    infrastructure:
      variables: { seconds: "0" }
      backend-config:
        - bucket=${bucket}
        - key=shop
        - region=eu-west-1
        - use_path_style=true
        - skip_credentials_validation=true
        - skip_requesting_account_id=true
        - skip_metadata_api_check=true
`;
const ROOT = `
terraform {
  backend "s3" {}
}
variable "seconds" { type = string }
resource "terraform_data" "a" {
  input            = var.seconds
  triggers_replace = var.seconds
  provisioner "local-exec" { command = "sleep \${self.input}" }
}
output "seconds" { value = terraform_data.a.output }
`;

describe('Terraform in an environment with a role', function () {
  this.timeout(120_000);
  let proxy: SignatureProxy;
  let stack: Deployment;
  let home: string;
  let backend: string;
  let ledger: string;
  let env: Record<string, string>;
  const run = (...argv: readonly string[]) => cli(argv, { cwd: stack.directory, env });
  /** A process of its own without keys in its environment: what the SDK finds there by itself counts. */
  const runBare = (more: Readonly<Record<string, string>>, ...argv: readonly string[]) => {
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...bare } = env;
    return execa(process.execPath, [RUNNER, ...argv], {
      cwd: stack.directory,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: home,
        ...bare,
        AWS_EC2_METADATA_DISABLED: 'true',
        ...more,
      },
      extendEnv: false,
      reject: false,
      timeout: 60_000,
    });
  };

  before(async () => {
    execFileSync('npm', ['run', '-s', 'build']);
    proxy = await SignatureProxy.start(emulator.AWS_ENDPOINT_URL);
    home = mkdtempSync(join(tmpdir(), 'automation-stack-home-'));
    env = {
      AWS_ENDPOINT_URL: proxy.url,
      AWS_ACCESS_KEY_ID: 'AKIABASE',
      AWS_SECRET_ACCESS_KEY: 'base-secret-key',
      AUTOMATION_STACK_HOME: home,
      AUTOMATION_STACK_RUN: 'shop-main-42',
      AUTOMATION_STACK_WHO: 'ada',
    };
    backend = await makeBucket();
    ledger = await makeBucket();
    stack = await deployment({
      'automation-stack.yml': CONFIG(backend, ledger),
      'terraform/main.tf': ROOT,
    });
  });
  beforeEach(() => {
    proxy.requests.length = 0;
    proxy.sessionMs = undefined;
  });
  after(async () => {
    await proxy.stop();
    stack.remove();
    rmSync(home, { recursive: true, force: true });
  });

  it('reads and writes its state as the role; the ledger stays with who asked for it', async () => {
    const result = await run('apply', '--env', 'production');
    expect(result.exitCode, result.stderr).to.equal(0);
    const sessions = proxy.requests.filter(({ body }) => body.includes('Action=AssumeRole'));
    expect(sessions).not.to.deep.equal([]);
    for (const { body, key } of sessions) {
      expect(key).to.equal('AKIABASE');
      expect(new URLSearchParams(body).get('RoleArn')).to.equal(ROLE);
      expect(new URLSearchParams(body).get('RoleSessionName')).to.equal('shop-production-shop-main-42-ada');
    }
    const of = (bucket: string) => proxy.requests.filter(({ path }) => path.startsWith(`/${bucket}`));
    expect(of(backend).some(({ method, path }) => method === 'PUT' && path.includes('/shop?'))).to.equal(
      true,
    );
    expect(of(backend).filter(({ key }) => key === 'AKIABASE')).to.deep.equal([]);
    expect(of(ledger)).not.to.deep.equal([]);
    expect(of(ledger).filter(({ key }) => key !== 'AKIABASE')).to.deep.equal([]);
  });

  it('goes on where a session ends while it works', async () => {
    const shop = readFileSync(join(stack.directory, 'automation-stack.yml'), 'utf8');
    stack.write({ 'automation-stack.yml': shop.replace('seconds: "0"', 'seconds: "6"') });
    proxy.sessionMs = 2000;
    const result = await run('apply', '--env', 'production');
    expect(result.exitCode, result.stderr).to.equal(0);
    const written = proxy.requests.filter(({ method, path }) => method === 'PUT' && path.includes('/shop?'));
    expect(written.map(({ key }) => key)).not.to.include('AKIABASE');
    expect(proxy.keys('s3').size).to.be.greaterThan(2);
    expect((await run('output', 'seconds', '--env', 'production')).stdout.trim()).to.equal('6');
  });

  it('leaves no secret in the files that say how to ask for a session', async () => {
    const { stdout } = await run('env', '--env', 'production');
    const file = /^export AWS_CONFIG_FILE='(.*)'$/m.exec(stdout)?.[1] ?? '';
    expect(stdout).to.contain("export AWS_PROFILE='automation-stack-shop-production'\n");
    const text = readFileSync(file, 'utf8');
    expect(text).to.contain('[profile automation-stack-shop-production]\ncredential_process = "');
    expect(text).not.to.contain('base-secret-key');
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(stdout).not.to.contain('base-secret-key');
  });

  it('lets a program that asks as AWS’s tools do have a session', async () => {
    const result = await run('credentials', '--env', 'production');
    const found = JSON.parse(result.stdout) as Record<string, unknown>;
    expect(found).to.have.all.keys('Version', 'AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration');
    expect(found['AccessKeyId']).not.to.equal('AKIABASE');
  });

  it('acts as the role also where a profile is who asks, and asks itself for nothing', async () => {
    stack.write({
      credentials: '[default]\naws_access_key_id = AKIABASE\naws_secret_access_key = base-secret-key\n',
    });
    const file = join(stack.directory, 'credentials');
    const result = await runBare({ AWS_SHARED_CREDENTIALS_FILE: file }, 'apply', '--env', 'production');
    expect(result.exitCode, result.stderr).to.equal(0);
    const sessions = proxy.requests.filter(({ body }) => body.includes('Action=AssumeRole'));
    expect(new Set(sessions.map(({ key }) => key))).to.deep.equal(new Set(['AKIABASE']));
  });

  it('ends where a shell has the role’s profile and nobody to ask for it: it asks itself once', async () => {
    const { stdout } = await run('env', '--env', 'production');
    const of = (name: string) => new RegExp(`^export ${name}='(.*)'$`, 'm').exec(stdout)?.[1] ?? '';
    const shell = { AWS_PROFILE: of('AWS_PROFILE'), AWS_CONFIG_FILE: of('AWS_CONFIG_FILE') };
    const result = await runBare(shell, 'credentials', '--env', 'production');
    expect([result.exitCode, result.timedOut]).to.deep.equal([1, false]);
    expect(result.stderr).to.contain('there are no AWS credentials');
  });
});
