import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { workersOn } from '../../../runner/src/adapters/process/workers.js';
import { applyStep } from '../../../runner/src/infrastructure/apply.js';
import { planStep } from '../../../runner/src/infrastructure/plan.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';
import { emulator, makeBucket } from '../../support/stateStores.js';
import { stageOf } from '../../support/stage.js';

const MAIN = fileURLToPath(new URL('../../../runner/src/main.ts', import.meta.url));
const LOCAL = `
application: shop
environments:
  staging:
    infrastructure: { workspace: default }
`;
const S3 = (bucket: string) => `
application: shop
environments:
  staging:
    aws: { region: eu-west-1 }
    infrastructure:
      workspace: staging
      backend-config:
        - bucket=${bucket}
        - key=shop
        - region=eu-west-1
        - use_lockfile=true
        - use_path_style=true
        - skip_credentials_validation=true
        - skip_requesting_account_id=true
        - skip_metadata_api_check=true
`;
/** Waits until the file \`gate\` is there. */
const WAITING = `
resource "terraform_data" "waiting" {
  provisioner "local-exec" {
    command = "touch ../waiting; for i in $(seq 300); do if [ -e ../gate ]; then exit 0; fi; sleep 0.1; done; exit 1"
  }
}
`;

describe('the lock of a state in S3', function () {
  this.timeout(90_000);
  let stack: Deployment;
  const plan = async () =>
    planStep(
      stack.context,
      await stack.context.environment('staging'),
      stageOf('plan:staging', stack.context),
      {
        lockTimeoutSeconds: 0,
      },
    );
  const until = async (condition: () => boolean) => {
    while (!condition()) await pause(50);
  };
  const terraforms = () => workersOn('terraform', join(stack.directory, 'terraform'));
  /** Types what a failure says, and `yes` where it asks. */
  const type = async (command: string) => {
    const shell = spawn('sh', ['-c', command], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, ...emulator },
    });
    shell.stdin?.end('yes\n');
    expect(await once(shell, 'exit'), command).to.deep.equal([0, null]);
  };
  /** An apply of another process, in the middle of its work. */
  const applying = async () => {
    const args = ['--import', 'tsx', MAIN, '-C', stack.directory, 'apply', '--env', 'staging'];
    const runner = spawn(process.execPath, args, {
      stdio: 'ignore',
      cwd: dirname(dirname(dirname(MAIN))),
      env: { ...process.env, ...emulator },
    });
    await until(() => existsSync(join(stack.directory, 'waiting')));
    return runner;
  };
  const openGate = () => writeFileSync(join(stack.directory, 'gate'), '');

  beforeEach(async () => {
    const files = {
      'automation-stack.yml': S3(await makeBucket()),
      'terraform/main.tf': `terraform {\n  backend "s3" {}\n}\n${WAITING}`,
    };
    stack = await deployment(files, emulator);
  });
  afterEach(async () => {
    openGate();
    await until(() => terraforms().length === 0);
    stack.remove();
  });

  it('is not offered to be freed while its run lives, which is named', async () => {
    const runner = await applying();
    const error = await rejection(plan(), 'LOCKED');
    openGate();
    await once(runner, 'exit');
    expect(error.message).to.match(/^\S+@\S+ holds the Terraform state lock$/);
    expect(error.evidence[0]).to.match(/^run: apply 1 by .+, begun \d{4}-/);
    expect(error.next).to.contain('--lock-timeout').and.not.to.contain('force-unlock');
    expect((await plan()).summary.headline).to.equal('no changes; 1 unchanged');
  });

  it('is not offered either while terraform works on after its runner was killed', async () => {
    const runner = await applying();
    runner.kill('SIGKILL');
    await once(runner, 'exit');
    const [pid] = terraforms();
    const error = await rejection(plan(), 'LOCKED');
    expect(error.evidence.join('\n'))
      .to.contain('run: apply 1 by ')
      .and.to.contain(`terraform runs there: process ${pid}`);
    expect(error.next).not.to.contain('force-unlock');
  });

  it('was left behind where both were killed, and what is told to type frees it', async () => {
    const runner = await applying();
    const [terraform] = terraforms();
    runner.kill('SIGKILL');
    await once(runner, 'exit');
    process.kill(terraform as number, 'SIGKILL');
    await until(() => terraforms().length === 0);
    const error = await rejection(plan(), 'LOCKED');
    expect(error.message).to.match(/^\S+@\S+ left the Terraform state locked$/);
    expect(error.evidence.join('\n'))
      .to.contain('run: apply 1 by ')
      .and.to.contain('its runner is dead, and no terraform runs there any more');
    const command = /^Free it: (.+)$/.exec(error.next ?? '')?.[1] ?? '';
    expect(command).to.match(
      /^TF_WORKSPACE=staging TF_DATA_DIR=\S+ terraform -chdir=\S+ force-unlock [\w-]+$/,
    );
    await type(command);
    expect((await plan()).summary.counts).to.include({ create: 1 });
  });
});

describe('the lock of a state behind HTTP', function () {
  this.timeout(90_000);

  it('is known by its id alone, and freed by who has looked', async () => {
    const { url, close } = await lockedServer('a-lock');
    const settings = `address = "${url}"\nlock_address = "${url}"\nunlock_address = "${url}"\nretry_max = 0`;
    const stack = await deployment({
      'automation-stack.yml': LOCAL,
      'terraform/main.tf': `terraform {\n  backend "http" {\n${settings}\n  }\n}\n`,
    });
    try {
      const environment = await stack.context.environment('staging');
      const planned = planStep(stack.context, environment, stageOf('plan:staging', stack.context), {
        lockTimeoutSeconds: 0,
      });
      const error = await rejection(planned, 'LOCKED');
      expect(error.message).to.equal('another terraform holds the Terraform state lock');
      expect(error.next)
        .to.contain('Only if it is certainly gone (check: where it was started)')
        .and.to.match(/force-unlock a-lock$/);
    } finally {
      stack.remove();
      await close();
    }
  });
});

describe('a backend that changed', function () {
  this.timeout(90_000);

  it('is told with what to type, and that brings the state along', async () => {
    const root = (path: string) =>
      `terraform {\n  backend "local" { path = "${path}" }\n}\nresource "terraform_data" "x" {}\n`;
    const stack = await deployment({
      'automation-stack.yml': LOCAL,
      'terraform/main.tf': root('a.tfstate'),
    });
    try {
      const environment = await stack.context.environment('staging');
      await applyStep(stack.context, environment, stageOf('apply:staging', stack.context));
      stack.write({ 'terraform/main.tf': root('b.tfstate') });
      const error = await rejection(
        planStep(stack.context, environment, stageOf('plan:staging', stack.context)),
        'TERRAFORM_FAILED',
      );
      expect(error.message).to.equal('terraform init failed: the backend of the state changed');
      const command = /^To move the states: (.+? -migrate-state)\. /.exec(error.next ?? '')?.[1] ?? '';
      expect(error.next).to.contain(`${command.replace('-migrate-state', '-reconfigure')}.`);
      const shell = spawn('sh', ['-c', command], { stdio: ['pipe', 'ignore', 'ignore'] });
      shell.stdin?.end('yes\n');
      expect(await once(shell, 'exit'), command).to.deep.equal([0, null]);
      const plan = await planStep(stack.context, environment, stageOf('plan:staging', stack.context));
      expect(plan.summary.headline).to.equal('no changes; 1 unchanged');
    } finally {
      stack.remove();
    }
  });
});

/** Keeps a state, as Terraform's http backend wants it, that somebody has locked. */
async function lockedServer(id: string) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.statusCode = request.method === 'LOCK' ? 423 : request.method === 'GET' ? 404 : 200;
      response.end(request.method === 'LOCK' ? JSON.stringify({ ID: id, Who: 'jane@elsewhere' }) : '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/state`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
